"""A site that limits, then refuses, then hangs: left alone while paused, others go on, one alert each, then all right.

The long form, as a tracker would ask for it: DUEBY_TEST_RETRY_AFTER=60.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.recorder import Recorder, record
from connector.sandbox.server import serve
from connector.store.engine import reading, writing
from connector.store.tables import sites
from tests.worker.stage import CONFIG, MAPPINGS, Stage, staged, wait_until

pytestmark = pytest.mark.end_to_end

RETRY_AFTER = int(os.environ.get("DUEBY_TEST_RETRY_AFTER", "5"))
HANGS_FOR = 14.0
"""Seconds that the site holds a request: more than dueby waits for a byte."""
RECOVERED_WITHIN = 90.0
OTHERS_WITHIN = 20.0
TARGETS = {"Highest": 2, "High": 6, "Medium": 12, "Low": 24}


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # the sandbox's tickets are of today


@dataclass
class Office:
    """One sandbox and what was filed in it: ticket -> when its answer is due, by the targets typed above."""

    sandbox: JiraSandbox
    shown: Callable[[str], str | None]
    filed: dict[str, datetime] = field(default_factory=dict)

    def file(self, count: int = 3) -> None:
        for priority in (list(TARGETS) * count)[:count]:
            at = _now().replace(microsecond=0)
            ticket = self.sandbox.create(fields={"priority": priority}, at=at)
            self.filed[ticket] = at + timedelta(hours=TARGETS[priority])

    def right(self) -> bool:
        return all(self._due(ticket) == due for ticket, due in self.filed.items())

    def _due(self, ticket: str) -> datetime | None:
        shown = self.shown(ticket)
        return datetime.strptime(shown, "%Y-%m-%dT%H:%M:%S.%f%z") if shown else None


@dataclass
class Pauses:
    """The pauses of acme as SQL shows them from one moment to the next: when one was first seen, and its end."""

    seen: dict[datetime, datetime] = field(default_factory=dict)

    def look(self, stage: Stage) -> None:
        with reading(stage.engine) as conn:
            until = conn.execute(select(sites.c.paused_until).where(sites.c.name == "acme")).scalar_one_or_none()
        if until is not None and until > _now():
            self.seen.setdefault(until, _now())

    def of(self, at: datetime) -> list[datetime]:
        """Name the pauses in which a request came; one that left just before is not meant."""
        slack = timedelta(seconds=0.3)
        return [until for until, since in self.seen.items() if since + slack < at < until]


@contextmanager
def _watched(stage: Stage) -> Iterator[Pauses]:
    pauses, ended = Pauses(), threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            pauses.look(stage)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield pauses
    finally:
        ended.set()
        thread.join()


def _configured(other: JiraSandbox) -> str:
    acme = CONFIG.partition("sites:\n")[2]
    return f"alerts: ops\nsites:\n{acme}{acme.replace('  acme:', '  other:').replace('{url}', other.url)}"


def _mapped(recorder: Recorder) -> str:
    one = MAPPINGS.partition("mappings:\n")[2]
    other = one.replace("name: hosteur", "name: other").replace("site: acme", "site: other")
    return f"mappings:\n{one}{other}channels: [{{name: ops, url: '{recorder.channel('ops')}'}}]\n"


def _told(recorder: Recorder) -> list[str]:
    return [received.title for received in recorder.received("/ops")]


def test_a_site_that_limits_then_refuses_then_hangs(tmp_path: Path) -> None:
    with (
        serve(JiraSandbox()) as sandbox,
        record() as recorder,
        staged(tmp_path, _configured(sandbox), DUEBY_WORKERS="4") as stage,
    ):
        stage.apply(_mapped(recorder))
        stage.listen()
        sandbox.webhook(f"{stage.url}/webhooks/jira/other", secret="a secret")
        acme = Office(stage.sandbox, lambda ticket: stage.shown(ticket)[0])
        other = Office(sandbox, lambda ticket: sandbox.ticket(ticket)["fields"].get("customfield_10100"))
        acme.file()
        other.file()
        wait_until(lambda: acme.right() and other.right(), 30, "the first tickets")
        with _watched(stage) as pauses:
            _limits(acme, other)
            _refuses(acme, other, recorder)
            _hangs(stage, acme, other, recorder)
            time.sleep(HANGS_FOR)  # what hung is in the log only now
        assert len(pauses.seen) >= 3, "one of each kind at least"
        arrived = [seen.at - timedelta(seconds=seen.seconds) for seen in acme.sandbox.log.requests()]
        assert [at for at in arrived if pauses.of(at)] == []
        assert stage.rows("SELECT 1 FROM failures") == []
        assert [told for told in _told(recorder) if "resolved" not in told] == [
            "dueby: acme refuses dueby's credentials",
            "dueby: acme has been paused for more than 10 minutes",
        ]


def _limits(acme: Office, other: Office) -> None:
    fault = acme.sandbox.faults.add(status=429, headers={"Retry-After": str(RETRY_AFTER)}, times=None)
    acme.file()
    wait_until(lambda: fault.hits, 10, "a request that is refused")
    began = time.monotonic()
    others = _go_on(other)
    acme.file()  # its webhook comes during the pause, and wakes nobody
    time.sleep(max(0.0, RETRY_AFTER - 1.0 - (time.monotonic() - began)))
    _recovers("429", acme, others)


def _refuses(acme: Office, other: Office, recorder: Recorder) -> None:
    acme.sandbox.faults.add(status=401, times=None)
    acme.file()
    wait_until(lambda: _told(recorder), 30, "the alert of refused credentials")
    others = _go_on(other)
    time.sleep(RETRY_AFTER)
    _recovers("401", acme, others)


def _hangs(stage: Stage, acme: Office, other: Office, recorder: Recorder) -> None:
    acme.sandbox.faults.add(delay=HANGS_FOR, drop=True, times=None)
    acme.file(8)
    others = _go_on(other)
    wait_until(lambda: stage.rows("SELECT 1 FROM site WHERE name = 'acme' AND failures >= 3"), 60, "a failing site")
    with writing(stage.engine) as conn:  # as if it had begun ten minutes ago
        long_ago = {"failing_since": _now() - timedelta(minutes=10)}
        conn.execute(sites.update().where(sites.c.name == "acme").values(**long_ago))
    wait_until(lambda: len([told for told in _told(recorder) if "paused" in told]), 20, "the alert of a paused site")
    others = max(others, _go_on(other))
    _recovers("hang", acme, others)


def _go_on(other: Office) -> float:
    """File tickets at the other site; return how many seconds it took until all its fields were right."""
    other.file(5)
    return wait_until(other.right, OTHERS_WITHIN, "the other site's fields")


def _recovers(fault: str, acme: Office, others: float) -> None:
    acme.sandbox.faults.clear()
    took = wait_until(acme.right, RECOVERED_WITHIN, f"all fields right after {fault}")
    print(f"{fault}: others right within {others:.1f} s, all right {took:.1f} s after its end")  # noqa: T201  # measured
