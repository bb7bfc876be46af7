"""Real processes: what a receiver gets is the plan that the core computes, whatever else is away or killed meanwhile.

Two timekeepers, two notifiers and four slots; each cycle has three steps, each said again twice, on two channels.
The long form: DUEBY_TEST_CYCLES=100 DUEBY_TEST_KILLS=10 DUEBY_TEST_LEAD=60 DUEBY_TEST_SPREAD=1 DUEBY_TEST_WAITS=1.
Without DUEBY_TEST_WAITS rows that wait for a look, and claims of the dead, are made a minute older.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from connector.sandbox.recorder import Received, Recorder, record
from connector.sites import Auth, Site
from connector.store.engine import writing
from connector.trackers.registry import open_tracker
from policies.decide import decide
from policies.entitlement import entitlement_for
from policies.loader import load_policies
from policies.mapping import read_mappings
from tests.worker.stage import Stage, staged, wait_until
from worker.embedded import embedded_in, wait_ready

pytestmark = pytest.mark.end_to_end

CYCLES = int(os.environ.get("DUEBY_TEST_CYCLES", "2"))
KILLS = int(os.environ.get("DUEBY_TEST_KILLS", "2"))
LEAD = float(os.environ.get("DUEBY_TEST_LEAD", "6"))
SPREAD = float(os.environ.get("DUEBY_TEST_SPREAD", "0.5"))
WAITS = "DUEBY_TEST_WAITS" in os.environ
WIDE_SPREAD = SPREAD * (6 if WAITS else 1)
"""Digests are few: enough messages to kill their senders take a while."""

PATIENCE = 60 + (LEAD + CYCLES * WIDE_SPREAD + 300) * WAITS
TARGET = timedelta(hours=2)
"""What level 1 is promised."""

STEPS = ("before 3s", "breach", "after 2s")
Key = tuple[str, str, int, str]
"""Ticket, step, repetition and channel."""

SCENARIOS = ("plain", "redis", "kills", "tracker")
"""Each with channels of its own: what one gets within a minute would make digests of the next one's."""

MAPPING = """\
  - name: {label}
    site: acme
    match: {{project: [SUP], labels: [{label}]}}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {{Highest: 1}}
    owed_by: vendor
    answered_by: [{{public_comment: {{accounts: ['712020:vendor']}}}}]
    escalation: {label}
"""
ESCALATION = """\
  - name: {label}
    steps:
      - {{before: 3s, notify: [{label}-team, {label}-lead], repeat: {{every: 1s, times: 2}}}}
      - {{at: breach, notify: [{label}-team, {label}-lead], repeat: {{every: 1s, times: 2}}}}
      - {{after: 2s, notify: [{label}-team, {label}-lead], repeat: {{every: 1s, times: 2}}}}
"""
CHANNEL = """\
  - {{name: {label}-team, url: "${{RECORDER}}/{label}-team"}}
  - {{name: {label}-lead, url: "${{RECORDER}}/{label}-lead", language: fr, timezone: Europe/Paris}}
"""


def mappings_text() -> str:
    """Write a mapping, an escalation and two channels for each scenario."""
    parts = {"mappings": MAPPING, "escalations": ESCALATION, "channels": CHANNEL}
    return "".join(
        f"{name}:\n" + "".join(part.format(label=label) for label in SCENARIOS) for name, part in parts.items()
    )


class Valkey:
    """A Valkey of the test's own, that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self._embedded = embedded_in(folder)
        self.url = self._embedded.url
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._server = subprocess.Popen(self._embedded.command())  # noqa: S603  # our own command
        assert wait_ready(self.url)

    def stop(self) -> None:
        if self._server is not None:
            self._server.kill()
            self._server.wait(timeout=10)
            self._server = None


@dataclass
class House:
    """All of it: `dueby run`, a second timekeeper and a second notifier beside it, a receiver and a Valkey."""

    stage: Stage
    recorder: Recorder
    valkey: Valkey
    second: dict[str, "subprocess.Popen[bytes]"]

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "worker.main", name]
        with (self.stage.folder / f"{name}.log").open("ab") as log:
            self.second[name] = subprocess.Popen(  # noqa: S603  # our own command
                command, env=self.stage.environ, stdout=log, stderr=subprocess.STDOUT
            )

    def filed(self, label: str, spread: float = SPREAD) -> list[str]:
        """File tickets of a scenario whose steps all come within seconds; return their ids once they are planned."""
        now = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
        due = [now + timedelta(seconds=LEAD + number * spread) for number in range(CYCLES)]
        tickets = [
            self.stage.sandbox.create(
                fields={"priority": "Highest", "labels": [label]}, at=(at - TARGET).replace(microsecond=0)
            )
            for at in due
        ]
        wait_until(lambda: self.planned() == len(tickets), LEAD, "the plan")
        return tickets

    def planned(self) -> int:
        """Count the tickets that have notices to come."""
        return len(self.stage.rows("SELECT DISTINCT ticket FROM notices WHERE state = 'planned'"))

    def grow_older(self) -> None:
        """Let a minute pass for what waits for a look, where the test does not wait for it itself."""
        if not WAITS:
            with writing(self.stage.engine) as conn:
                conn.execute(text("UPDATE notices SET send_at = send_at - 60000000 WHERE state = 'planned'"))

    def bury(self, pid: int) -> None:
        """Let the claims of one that was killed lapse, where the test does not wait for it itself."""
        if not WAITS:
            with writing(self.stage.engine) as conn:
                lapse = "UPDATE notices SET next_at = 0 WHERE state = 'sending' AND token LIKE :held"
                conn.execute(text(lapse), {"held": f"%:{pid}:%"})

    def received(self) -> list[tuple[Key, Mapping[str, Any], Received]]:
        """Give what was received and answered well, digests unfolded."""
        return [
            ((named["ticket"], named["step"], named["repetition"], one.path[1:]), named, one)
            for one in self.recorder.received()
            for named in one.notices
            if one.status == 200
        ]

    def wait_for(self, expected: "Counter[Key]") -> None:
        def missing() -> int:
            return len(expected.keys() - {key for key, _, _ in self.received()})

        wait_until(lambda: not missing(), PATIENCE, "all notices")
        time.sleep(1.5)  # what is too much comes now

    def notifiers(self) -> set[int]:
        ours = {child.pid for child in self.stage.children("worker.main notifier")}
        return ours | {self.second["notifier"].pid}

    def kill_a_sender(self) -> None:
        """Kill with -9 a notifier that SQL shows sending, and start it again if nobody else does."""
        found: list[int] = []

        def sending() -> bool:
            tokens = [row.token for row in self.stage.rows("SELECT token FROM notices WHERE state = 'sending'")]
            found[:] = [pid for pid in (int(token.split(":")[1]) for token in tokens) if pid in self.notifiers()]
            return bool(found)

        wait_until(sending, PATIENCE, "a notice that is being sent")
        os.kill(found[0], signal.SIGKILL)
        if found[0] == self.second["notifier"].pid:
            self.second["notifier"].wait(timeout=5)
            self.start("notifier")
        else:
            wait_until(lambda: found[0] not in self.notifiers(), 5, "its end")
        self.bury(found[0])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with record() as recorder, opened(tmp_path_factory.mktemp("house"), recorder) as made:
        yield made


@contextmanager
def opened(folder: Path, recorder: Recorder) -> Iterator[House]:
    valkey = Valkey(folder / "valkey")
    valkey.start()
    given = {"RECORDER": recorder.channel("").rstrip("/"), "REDIS_URL": valkey.url}
    made: House | None = None
    try:
        with staged(folder, DUEBY_WORKERS="4", **given) as stage:
            made = House(stage, recorder, valkey, {})
            try:
                for name in ("timekeeper", "notifier"):
                    made.start(name)
                stage.apply(mappings_text())
                stage.listen()
                wait_until(lambda: len(stage.rows("SELECT 1 FROM heartbeats WHERE kind = 'notifier'")) == 2, 20, "both")
                yield made
            finally:
                for process in made.second.values():
                    process.terminate()
                for process in made.second.values():
                    process.wait(timeout=20)
    finally:
        valkey.stop()


@pytest.fixture
def quiet(house: House) -> Iterator[House]:
    """Give the house as it was: everything there, nothing received."""
    house.recorder.clear()
    yield house
    house.recorder.faults.clear()
    house.stage.sandbox.faults.clear()


def promised(tickets: list[str], label: str) -> "Counter[Key]":
    """Walk the escalation by hand: all steps, said three times, on both channels."""
    return Counter(
        (ticket, step, repetition, channel)
        for ticket in tickets
        for step in STEPS
        for repetition in range(3)
        for channel in (f"{label}-team", f"{label}-lead")
    )


def computed(house: House, tickets: list[str]) -> "Counter[Key]":
    """Ask the core for its plan."""
    site = Site(
        name="acme",
        tracker="jira",
        url=house.stage.sandbox.url,
        auth=Auth(user="bot@acme.example", token="sandbox-token"),
    )
    policies = load_policies(None)
    mappings = read_mappings(mappings_text(), "mappings.yaml", policies, {"acme": site}, 1)
    now = datetime.now(UTC)  # noqa: TID251  # the same
    tracker = open_tracker(site, lambda: now)
    applied = dict.fromkeys(SCENARIOS, now)
    plan: Counter[Key] = Counter()
    for name in tickets:
        ticket = tracker.fetch(name)
        decision = decide(ticket, entitlement_for(ticket, mappings, policies, applied), (), now)
        plan.update((name, one.step, one.repetition, one.channel) for one in decision.notices)
    return plan


def test_what_is_received_is_the_plan(quiet: House) -> None:
    tickets = quiet.filed("plain")
    expected = computed(quiet, tickets)
    assert expected == promised(tickets, "plain")
    quiet.wait_for(expected)
    assert Counter(key for key, _, _ in quiet.received()) == expected
    assert not any(named["doubtful"] for _, named, _ in quiet.received())
    for ticket in tickets:
        quiet.stage.sandbox.comment(ticket, by="vendor")
    overs = Counter((ticket, "over", 0, channel) for ticket in tickets for channel in ("plain-team", "plain-lead"))
    quiet.wait_for(expected + overs)
    assert Counter(key for key, _, _ in quiet.received()) == expected + overs


def test_a_redis_that_is_down_silences_nobody(quiet: House) -> None:
    tickets = quiet.filed("redis")
    expected = computed(quiet, tickets)
    quiet.valkey.stop()
    try:
        quiet.grow_older()
        quiet.wait_for(expected)
    finally:
        quiet.valkey.start()
    assert Counter(key for key, _, _ in quiet.received()) == expected == promised(tickets, "redis")


def test_notifiers_killed_while_they_send_repeat_what_they_sent_and_say_so(quiet: House) -> None:
    quiet.recorder.faults.add(delay=0.3, times=None)
    tickets = quiet.filed("kills", WIDE_SPREAD)
    expected = computed(quiet, tickets)
    for _ in range(KILLS):
        quiet.kill_a_sender()
    quiet.wait_for(expected)
    received = quiet.received()
    counts = Counter(key for key, _, _ in received)
    assert counts.keys() == expected.keys()
    repeated = {key for key, count in counts.items() if count > 1}
    sure = Counter(key for key, named, _ in received if not named["doubtful"])
    assert max(sure.values()) == 1, "every repeat is marked"
    messages = {one.number for key, named, one in received if key in repeated and named["doubtful"]}
    assert len(messages) <= KILLS * 2, "a repeat for each message that a killed one may have sent"
    assert {row.state for row in quiet.stage.rows("SELECT state FROM notices")} <= {"sent", "cancelled"}
    print(f"{KILLS} kills: {len(repeated)} of {len(expected)} notices came twice, in {len(messages)} messages")  # noqa: T201  # measured


def test_a_tracker_that_is_down_silences_nobody(quiet: House) -> None:
    tickets = quiet.filed("tracker")
    expected = computed(quiet, tickets)
    quiet.stage.sandbox.faults.add(times=None, drop=True)
    quiet.grow_older()
    quiet.wait_for(expected)
    assert Counter(key for key, _, _ in quiet.received()) == expected == promised(tickets, "tracker")
    assert any(named["as_of"] for _, named, _ in quiet.received())
