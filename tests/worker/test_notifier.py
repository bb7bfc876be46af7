"""The notifier with a real database and a real receiver; the time is an argument and does not pass by itself."""

import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apprise.plugins.pagerduty import PAGERDUTY_API_LOOKUP
from sqlalchemy import Engine, insert, select
from structlog.testing import capture_logs

from connector.errors import TrackerError
from connector.notify.channels import Channels
from connector.sandbox.recorder import Recorder, record
from connector.settings import Settings
from connector.store.alerts import Trouble, end_alert, raise_alert
from connector.store.engine import reading, writing
from connector.store.heartbeats import latest
from connector.store.mappings import Applying, save_mappings
from connector.store.tables import agenda, notices, sites
from connector.store.tickets import Memory, remember
from policies.model import State, TicketRef
from tests.worker.conftest import NOON, SITE, FakeTracker
from tests.worker.settings import settings_on
from tests.worker.stage import wait_until
from worker.means import means_of
from worker.notifier import Notifier

CHANNELS = """\
mappings: []
channels:
  - {name: team, url: "${TEAM_URL}"}
  - {name: lead, url: "${LEAD_URL}"}
  - {name: office, url: "${TEAM_URL}", timezone: Europe/Paris, hours: {mon-fri: "08:00-20:00"}}
  - {name: pager, url: "pagerduty://integration@api"}
  - {name: ticket, internal_comment: true}
"""
SECOND = timedelta(seconds=1)


@dataclass
class Told:
    """A notifier, its database and the receiver; `at` is the time, which tests move."""

    engine: Engine
    recorder: Recorder
    tracker: FakeTracker
    settings: Settings
    environ: dict[str, str]
    at: list[datetime] = field(default_factory=lambda: [NOON])
    gives_up: float = 5.0
    trackers: dict[str, FakeTracker] = field(default_factory=dict)

    def notifier(self) -> Notifier:
        means = replace(
            means_of(self.settings, lambda: self.at[0]),
            tracker=lambda site: self.trackers.get(site, self.tracker),
            environ=self.environ,
            gives_up=self.gives_up,
        )
        return Notifier(self.settings, means, Channels())

    def run(self, by: timedelta = timedelta()) -> None:
        """Let time pass, then do what one second's look at the database asks for."""
        self.at[0] += by
        notifier = self.notifier()
        notifier.tick()
        assert notifier.wait_for_lanes(20)

    def plan(self, count: int = 1, **given: Any) -> None:
        """Plan one notice a ticket, due now; tickets are numbered from 1."""
        row = {
            "site": "acme",
            "metric": "first_response",
            "start_at": NOON - timedelta(hours=1),
            "due_at": NOON + timedelta(hours=1),
            "step": "75%",
            "channel": "team",
            "repetition": 0,
            "send_at": self.at[0],
            "state": "planned",
            **given,
        }
        row.setdefault("next_at", row["send_at"])
        with writing(self.engine) as conn:
            conn.execute(insert(notices), [{"ticket": str(number), **row} for number in range(1, count + 1)])

    def received(self, path: str = "/team") -> list[Mapping[str, Any]]:
        """Give what was received and answered well, digests unfolded."""
        return [named for one in self.recorder.received(path) if one.status == 200 for named in one.notices]

    def rows(self) -> list[Any]:
        with reading(self.engine) as conn:
            return list(conn.execute(select(notices).order_by(notices.c.id)).all())

    @property
    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def told(engine: Engine, tmp_path: Path) -> Iterator[Told]:
    settings = settings_on(engine, tmp_path, alerts="team")
    with writing(engine) as conn:
        save_mappings(conn, CHANNELS, Applying(changed="all", who="a test", names=()), NOON)
        for number in range(1, 31):
            remember(conn, TicketRef("acme", str(number)), memory(f"SUP-{number}"))
    with record() as recorder:
        environ = {"TEAM_URL": recorder.channel("team"), "LEAD_URL": recorder.channel("lead")}
        yield Told(engine, recorder, FakeTracker(lambda _: None), settings, environ)


def memory(key: str) -> Memory:
    return Memory(
        key=key,
        title="A question",
        url=f"https://acme.example/browse/{key}",
        wrote=True,
        ended=False,
        synced_at=NOON - timedelta(minutes=7),
        state=State.RUNNING,
        due_at=NOON + timedelta(hours=1),
        summary="",
        policy="hosteur-ragnarokkr",
        plan="standard",
    )


def test_a_due_notice_is_sent_once_and_told_for_programs(told: Told) -> None:
    told.plan()
    told.plan(step="breach", send_at=NOON + timedelta(minutes=1))
    told.run()
    told.run(SECOND)
    (one,) = told.recorder.received()
    assert one.title.startswith("SUP-1")
    assert one.notices == (
        {
            "site": "acme",
            "ticket": "1",
            "key": "SUP-1",
            "metric": "first_response",
            "step": "75%",
            "repetition": 0,
            "due_at": "2026-11-23T13:00:00Z",
            "as_of": False,
            "doubtful": False,
        },
    )
    assert [(row.state, row.sent_at) for row in told.rows()] == [("sent", NOON), ("planned", None)]


def test_neither_redis_nor_a_tracker_is_needed(told: Told) -> None:
    told.tracker.refuses = TrackerError("unreachable", "It is away.", retryable=True)
    told.plan()
    told.run()
    assert told.states == ["sent"]


def test_a_ticket_that_is_due_for_a_look_holds_its_notice_for_a_minute(told: Told) -> None:
    told.plan()
    with writing(told.engine) as conn:
        conn.execute(insert(agenda), {"site": "acme", "ticket": "1", "look_at": NOON, "rank": 0, "reason": "x"})
    told.run(59 * SECOND)
    assert told.received() == []
    told.run(SECOND)
    (one,) = told.recorder.received()
    assert one.notices[0]["as_of"]
    assert "11:53" in one.message, "what is told is of seven minutes before noon"


def test_more_than_twenty_in_one_minute_are_one_that_names_every_ticket(told: Told) -> None:
    told.plan(count=21, send_at=NOON + 5 * SECOND)
    told.run(5 * SECOND)
    assert told.received() == []
    told.run(55 * SECOND)
    (one,) = told.recorder.received()
    assert {named["ticket"] for named in one.notices} == {str(number) for number in range(1, 22)}
    assert set(re.findall(r"SUP-\d+", one.message)) == {f"SUP-{number}" for number in range(1, 22)}
    assert set(told.states) == {"sent"}


def test_twenty_in_one_minute_go_one_by_one(told: Told) -> None:
    told.plan(count=20)
    told.run()
    assert [len(one.notices) for one in told.recorder.received()] == [1] * 20


def test_a_channel_that_hangs_holds_up_no_other(told: Told) -> None:
    told.gives_up = 30.0
    told.recorder.faults.add(path="lead", delay=3.0, times=None)
    told.plan(channel="lead", count=2)
    told.plan(channel="team")
    notifier = told.notifier()
    notifier.tick()
    wait_until(lambda: told.states == ["sending", "planned", "sent"], 2.5, "the other channel's notice")
    told.at[0] += 6 * SECOND
    notifier.tick()
    time.sleep(0.3)
    assert told.states == ["sending", "planned", "sent"], "one at a time to each channel"
    with reading(told.engine) as conn:
        assert [one.at for one in latest(conn) if one.kind == "notifier"] == [NOON + 6 * SECOND]
    assert notifier.wait_for_lanes(20)


@pytest.mark.parametrize(
    ("fault", "why", "doubtful"),
    [
        pytest.param({"status": 429}, "answered 429", False, id="too many requests"),
        pytest.param({"status": 500}, "answered 500", False, id="broken"),
        pytest.param({"drop": True}, "could not be reached", False, id="hangs up"),
        pytest.param({"delay": 3.0}, "within 1 s", True, id="hangs"),
    ],
)
def test_a_failed_notice_waits_longer_each_time_and_then_stands_under_failures(
    told: Told, fault: Mapping[str, Any], why: str, doubtful: bool
) -> None:
    told.gives_up = 0.96
    told.recorder.faults.add(**fault, times=1)
    told.recorder.faults.add(status=500, times=None)
    told.plan()
    waits = []
    for _ in range(12):
        told.run()
        (row,) = told.rows()
        waits.append((row.next_at - told.at[0]).total_seconds())
        if len(waits) == 1:
            assert why in row.error
            assert row.doubtful is doubtful
        told.at[0] = row.next_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 3600, 3600, 3600]
    assert (row.state, row.attempts, row.since) == ("failed", 12, NOON)
    told.recorder.faults.clear()
    told.run()
    assert told.states == ["sent"]
    assert told.received()[0]["doubtful"] is doubtful


def test_a_wrong_address_is_a_failure_that_does_not_tell_it(told: Told) -> None:
    told.environ["TEAM_URL"] = "hunter2://secret"
    told.plan()
    told.plan(channel="lead")
    told.run()
    first, second = told.rows()
    assert (first.state, first.attempts, second.state) == ("planned", 1, "sent")
    assert "Channel 'team': Apprise makes no sense of its address" in first.error
    assert "hunter2" not in first.error


def test_a_channel_that_is_there_no_more_is_a_failure(told: Told) -> None:
    told.plan(channel="gone")
    told.run()
    assert "There is no channel 'gone'" in told.rows()[0].error


def test_what_was_claimed_by_one_that_died_goes_out_again_and_says_so(told: Told) -> None:
    until = NOON + 60 * SECOND
    told.plan(state="sending", token="of the dead", next_at=until, busy_until=until)
    told.run(59 * SECOND)
    assert told.received() == []
    told.run(SECOND)
    (one,) = told.recorder.received()
    assert one.notices[0]["doubtful"]
    assert "repeat" in one.title.lower()


@pytest.mark.parametrize("jump", [timedelta(hours=-2), timedelta(hours=2)], ids=["back", "ahead"])
def test_a_time_that_jumps_loses_nothing_and_sends_nothing_twice(told: Told, jump: timedelta) -> None:
    told.plan()
    told.run()
    until = NOON + 60 * SECOND
    told.plan(step="breach", state="sending", token="x", next_at=until, busy_until=until)
    told.plan(step="after 2h", send_at=NOON + timedelta(hours=2))
    told.run(jump)
    told.run(SECOND)
    ahead = jump > timedelta()
    steps = [(one["step"], one["doubtful"]) for one in told.received()]
    assert sorted(steps) == sorted([("75%", False), ("breach", True), *([("after 2h", False)] if ahead else [])])
    told.run(NOON + timedelta(hours=3) - told.at[0])
    assert sorted(one["step"] for one in told.received()) == ["75%", "after 2h", "breach"]


def test_outside_a_channels_hours_a_notice_waits_and_only_the_latest_of_a_cycle_goes_out(told: Told) -> None:
    night = datetime(2026, 11, 23, 21, 0, tzinfo=UTC)
    told.plan(count=2, channel="office", send_at=night, step="75%")
    told.plan(channel="office", send_at=night + timedelta(hours=2), step="breach")
    told.run(night - NOON)
    told.run(timedelta(hours=2))
    assert told.received() == []
    told.run(datetime(2026, 11, 24, 7, 0, tzinfo=UTC) - told.at[0])
    assert sorted((one["ticket"], one["step"]) for one in told.received()) == [("1", "breach"), ("2", "75%")]
    assert [(row.state, row.reason) for row in told.rows()] == [
        ("cancelled", "superseded"),
        ("sent", None),
        ("sent", None),
    ]


def test_a_comment_goes_to_the_ticket_and_waits_while_its_site_is_paused(told: Told) -> None:
    with writing(told.engine) as conn:
        conn.execute(insert(sites), {"name": "acme", "paused_until": NOON + 40 * SECOND})
    told.plan(count=2, channel="ticket")
    told.run()
    assert told.tracker.comments == []
    told.run(40 * SECOND)
    assert [ticket for ticket, _ in told.tracker.comments] == ["1", "2"]
    assert all(text.startswith("SUP-") for _, text in told.tracker.comments)
    assert told.states == ["sent", "sent"]


def test_a_site_that_hangs_holds_up_no_other_sites_comments(told: Told) -> None:
    ended = threading.Event()

    def hang(_: str) -> None:
        ended.wait(5)

    told.trackers["slow"] = FakeTracker(hang)
    told.plan(channel="ticket", site="slow")
    told.plan(channel="ticket")
    notifier = told.notifier()
    notifier.tick()
    wait_until(lambda: told.states == ["sending", "sent"], 4, "the other site's comment")
    ended.set()
    assert notifier.wait_for_lanes(20)
    assert told.states == ["sent", "sent"]


def test_a_comment_that_everybody_would_see_stands_under_failures_at_once(told: Told) -> None:
    told.tracker.refuses = TrackerError("not_internal", "Everybody would see it.", retryable=False)
    told.plan(channel="ticket")
    told.run()
    (row,) = told.rows()
    assert (row.state, row.error, row.next_at) == ("failed", "Everybody would see it.", NOON + timedelta(hours=1))


@pytest.mark.parametrize(
    ("step", "state"),
    [
        pytest.param("over", "sent", id="that it is over nobody has to hear there"),
        pytest.param("breach", "failed", id="a step that nobody heard is a failure"),
    ],
)
def test_a_comment_on_a_ticket_that_is_gone(told: Told, step: str, state: str) -> None:
    told.tracker.refuses = TrackerError("gone", "It is not there.", retryable=False, status=404, gone=True)
    told.plan(channel="ticket", step=step)
    told.run()
    assert told.states == [state]


def test_a_comment_on_a_site_that_is_configured_no_more_says_so(told: Told) -> None:
    with pytest.raises(TrackerError, match="no site 'former' any more") as caught:
        means_of(told.settings).tracker("former")
    assert not caught.value.retryable


def test_without_room_under_the_sites_rate_a_comment_waits_and_is_no_failure(told: Told) -> None:
    told.tracker.refuses = TrackerError("no_room", "Wait.", retryable=True, retry_after=7 * SECOND)
    told.plan(channel="ticket")
    told.run()
    (row,) = told.rows()
    assert (row.state, row.attempts, row.next_at) == ("planned", 0, NOON + 7 * SECOND)


def test_of_a_site_that_is_only_watched_nobody_is_told(told: Told) -> None:
    told.settings = replace(told.settings, sites={"acme": replace(SITE, write=False)})
    told.plan()
    told.run()
    assert [(row.state, row.reason) for row in told.rows()] == [("cancelled", "watch_only")]
    assert told.received() == []


def test_an_alert_is_sent_without_any_ticket_and_once_more_when_it_is_over(told: Told) -> None:
    trouble = Trouble(kind="credentials_refused", site="acme", detail="It answers 401.")
    with writing(told.engine) as conn:
        raise_alert(conn, trouble, "lead", NOON)
    told.plan(count=25, channel="lead")
    told.run()
    (one,) = told.recorder.received("/lead")
    assert "acme" in one.title
    assert one.type == "failure"
    with writing(told.engine) as conn:
        end_alert(conn, trouble.name, NOON + SECOND)
    told.run(timedelta(minutes=2))
    assert [one.type for one in told.recorder.received("/lead")].count("success") == 1


@pytest.fixture
def pagerduty(told: Told, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[tuple[str, str]]]:
    """Let PagerDuty's address lead to the receiver; give what it was asked to do."""
    monkeypatch.setitem(PAGERDUTY_API_LOOKUP, "us", f"{told.recorder.url}/pagerduty")

    def asked() -> list[tuple[str, str]]:
        return [(one.body["event_action"], one.body["dedup_key"]) for one in told.recorder.received("/pagerduty")]

    return asked


def test_each_notice_is_an_incident_of_its_own_and_all_are_resolved_at_the_stand_down(
    told: Told, pagerduty: Callable[[], list[tuple[str, str]]]
) -> None:
    told.plan(channel="pager")
    told.plan(channel="pager", repetition=1, send_at=NOON + SECOND)
    told.plan(channel="pager", repetition=2, send_at=NOON + timedelta(hours=9))
    told.plan(channel="pager", count=2, metric="next_update", send_at=NOON + SECOND)
    told.run()
    told.run(SECOND)
    keys = [key for _, key in pagerduty()]
    assert len(set(keys)) == 4
    told.plan(channel="pager", step="over", send_at=told.at[0])
    told.run(SECOND)
    assert pagerduty()[4:] == [("resolve", key) for key in keys[:2]]


def test_a_digest_is_one_incident_and_resolved_when_the_last_of_its_tickets_is_over(
    told: Told, pagerduty: Callable[[], list[tuple[str, str]]]
) -> None:
    told.plan(channel="pager", count=22)
    told.run(timedelta(minutes=1))
    ((action, key),) = pagerduty()
    assert action == "trigger"
    told.plan(channel="pager", count=21, step="over", send_at=told.at[0])
    told.run()
    assert pagerduty()[1:] == []
    with writing(told.engine) as conn:
        row = {"site": "acme", "ticket": "22", "metric": "first_response", "start_at": NOON - timedelta(hours=1)}
        over = {"step": "over", "channel": "pager", "repetition": 0, "state": "planned", "due_at": NOON}
        conn.execute(insert(notices), {**row, **over, "send_at": told.at[0], "next_at": told.at[0]})
    told.run()
    assert pagerduty()[1:] == [("resolve", key)]


def test_what_was_told_before_the_start_was_corrected_is_resolved_too_and_nothing_twice(
    told: Told, pagerduty: Callable[[], list[tuple[str, str]]]
) -> None:
    corrected = NOON - timedelta(minutes=50)
    told.plan(channel="pager", count=22)
    told.run(timedelta(minutes=1))
    told.plan(channel="pager", step="breach", start_at=corrected, send_at=told.at[0])
    told.run(SECOND)
    told.plan(channel="pager", count=22, step="over", start_at=corrected, send_at=told.at[0])
    told.run()
    shared, alone = [key for _, key in pagerduty()[:2]]
    assert sorted(pagerduty()[2:]) == sorted([("resolve", shared), ("resolve", alone)])
    told.plan(channel="pager", step="after 2h", start_at=corrected, send_at=told.at[0] + timedelta(minutes=2))
    told.run(timedelta(minutes=2))
    told.plan(channel="pager", step="over", start_at=corrected, repetition=1, send_at=told.at[0])
    told.run(SECOND)
    (action, anew), (resolve, last) = pagerduty()[4:]
    assert (action, resolve, last) == ("trigger", "resolve", anew)


def test_two_notifiers_at_once_send_each_notice_once(told: Told) -> None:
    told.plan(count=20)
    told.plan(count=30, channel="lead", send_at=NOON - timedelta(minutes=2))
    both = [told.notifier(), told.notifier()]
    for _ in range(3):
        threads = [threading.Thread(target=notifier.tick) for notifier in both]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(notifier.wait_for_lanes(20) for notifier in both)
    assert sorted(int(one["ticket"]) for one in told.received("/team")) == list(range(1, 21))
    assert sorted(int(one["ticket"]) for one in told.received("/lead")) == list(range(1, 31))


def test_at_the_end_what_hangs_is_given_back(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.notifier._ENDS_WITHIN", 0.3)
    told.gives_up = 30.0
    told.recorder.faults.add(delay=2.0)
    told.plan()
    notifier = told.notifier()
    notifier.tick()
    wait_until(lambda: told.states == ["sending"], 5, "the send to begin")
    notifier.end()
    assert told.states == ["planned"]
    with reading(told.engine) as conn:
        assert latest(conn) == ()
    told.run(SECOND)
    assert told.received()[-1]["doubtful"]


def test_policies_that_can_not_be_read_silence_nobody(told: Told, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text("id: [broken", encoding="utf-8")
    told.settings = replace(told.settings, policies=tmp_path)
    told.plan()
    told.run()
    assert told.states == ["sent"]


def test_mappings_that_can_not_be_read_leave_the_last_good_channels(told: Told) -> None:
    channels = Channels()
    with reading(told.engine) as conn:
        assert set(channels.by_name(conn)) == {"team", "lead", "office", "pager", "ticket"}
    with writing(told.engine) as conn:
        save_mappings(conn, "mappings: [", Applying(changed="all", who="a test", names=()), NOON)
    with reading(told.engine) as conn:
        assert "team" in channels.by_name(conn)
    with writing(told.engine) as conn:
        save_mappings(
            conn,
            "mappings: []\nchannels: [{name: new, url: 'json://h'}, {name: bad}]",
            Applying(changed="all", who="a test", names=()),
            NOON,
        )
    with reading(told.engine) as conn:
        assert set(channels.by_name(conn)) == {"new"}


@pytest.mark.parametrize("engine_name", ["SQLite"])
def test_a_database_locked_for_more_than_ten_seconds_after_a_send_makes_no_repeat(told: Told) -> None:
    told.recorder.faults.add(delay=0.5)
    told.plan()
    locked, freed = threading.Event(), threading.Event()

    def lock() -> None:
        with closing(sqlite3.connect(str(told.engine.url.database), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            locked.set()
            freed.wait(12)
            other.execute("COMMIT")

    notifier = told.notifier()
    notifier.tick()
    wait_until(lambda: told.states == ["sending"], 5, "the claim")
    thread = threading.Thread(target=lock)
    thread.start()
    assert locked.wait(5)
    with capture_logs() as logs:
        notifier.tick()
        assert notifier.wait_for_lanes(20)
    thread.join()
    assert told.states == ["sent"]
    assert len(told.received()) == 1
    assert "not_now" in {line["event"] for line in logs}
    told.run(10 * SECOND)
    assert len(told.received()) == 1
