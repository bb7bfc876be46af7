"""Alerts from end to end in SQL: what the timekeepers and the notifiers find is told once, and once more at its end."""

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from structlog.testing import capture_logs

from connector.decided import InForce
from connector.settings import Settings
from connector.store.engine import reading, writing
from connector.store.heartbeats import beat
from connector.store.tables import agenda, missed, notices, open_cycles, sites
from policies.escalation_schema import Channel
from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings
from tests.worker.conftest import SITE
from tests.worker.settings import settings_on
from worker.alarm import Alarm

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPS = Channel(name="ops", url="json://ops.example")
RULES = InForce({}, Mappings(channels=(OPS,)), {})


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    return settings_on(engine, tmp_path, alerts="ops")


def _alive(engine: Engine, at: datetime, kinds: Iterable[str] = ("notifier", "timekeeper")) -> None:
    with writing(engine) as conn:
        for kind in kinds:
            beat(conn, kind, "host:1", at)


def _told(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as conn:
        rows = conn.execute(text("SELECT ticket, step FROM notices WHERE channel = 'ops' ORDER BY id"))
        return [(row.ticket, row.step) for row in rows]


def _refuse(engine: Engine, at: datetime, failures: int = 1) -> None:
    with writing(engine) as conn:
        conn.execute(sites.delete())
        conn.execute(
            sites.insert(), {"name": "acme", "failures": failures, "reason": "unauthorized", "failing_since": at}
        )


def test_two_timekeepers_tell_of_refused_credentials_once_and_once_when_they_are_taken(
    settings: Settings, engine: Engine
) -> None:
    both = [Alarm(settings), Alarm(settings)]
    _refuse(engine, NOON)
    for second in range(0, 60, 5):
        at = NOON + timedelta(seconds=second)
        _alive(engine, at)
        together = [threading.Thread(target=alarm.look, args=(engine, RULES, at)) for alarm in both]
        for thread in together:
            thread.start()
        for thread in together:
            thread.join()
    assert _told(engine) == [("credentials_refused:acme", "alert")]
    with writing(engine) as conn:
        conn.execute(sites.update().values(failures=0, reason=None, failing_since=None))
    for alarm in both:
        alarm.look(engine, RULES, NOON + timedelta(minutes=1))
    assert _told(engine) == [("credentials_refused:acme", "alert"), ("credentials_refused:acme", "over")]


def test_what_changes_nothing_writes_nothing(settings: Settings, engine: Engine) -> None:
    alarm = Alarm(settings)
    _refuse(engine, NOON)
    _alive(engine, NOON)
    alarm.look(engine, RULES, NOON)
    written = []
    with capture_logs() as logs:
        for second in range(5, 50, 5):
            alarm.look(engine, RULES, NOON + timedelta(seconds=second))
            written.append(_told(engine))
    assert (logs, len({tuple(told) for told in written})) == ([], 1)


def test_timekeeper_and_notifier_watch_each_other(settings: Settings, engine: Engine) -> None:
    """The timekeeper freezes at noon; then it is back, and the notifier is gone for good."""
    notifier, timekeeper = Alarm(settings), Alarm(settings)
    _alive(engine, NOON)
    told: dict[tuple[str, str], int] = {}
    for second in range(0, 400, 5):
        at = NOON + timedelta(seconds=second)
        if second < 200:
            _alive(engine, at, ["notifier"])
            notifier.look_at_others(engine, [OPS], at)
        if second == 0 or second >= 150:
            _alive(engine, at, ["timekeeper"])
            timekeeper.look(engine, RULES, at)
        for name, step in _told(engine):
            told.setdefault((name, step), second)
    assert told == {
        ("timekeeper_silent", "alert"): 60,
        ("timekeeper_silent", "over"): 150,
        ("notifier_silent", "alert"): 255,  # last heard of at 195
    }


def test_a_machine_that_slept_finds_nobody_silent(settings: Settings, engine: Engine) -> None:
    notifier = Alarm(settings)
    _alive(engine, NOON)
    notifier.look_at_others(engine, [OPS], NOON)
    for second in (3600, 3605, 3610):
        notifier.look_at_others(engine, [OPS], NOON + timedelta(seconds=second))
    assert _told(engine) == []


def test_a_channel_that_is_not_there_is_said_once_in_the_log_and_told_when_it_is(
    settings: Settings, engine: Engine
) -> None:
    alarm, without = Alarm(settings), InForce({}, Mappings(), {})
    _refuse(engine, NOON)
    _alive(engine, NOON)
    with capture_logs() as logs:
        for _ in range(3):
            alarm.look(engine, without, NOON)
    assert [line["event"] for line in logs] == ["alerts_channel_missing", "alert"]
    assert _told(engine) == []
    alarm.look(engine, RULES, NOON + timedelta(seconds=5))
    assert _told(engine) == [("credentials_refused:acme", "alert")]


def test_without_alerts_in_the_configuration_the_log_tells(settings: Settings, engine: Engine) -> None:
    _refuse(engine, NOON)
    _alive(engine, NOON)
    with capture_logs() as logs:
        Alarm(replace(settings, alerts=None)).look(engine, RULES, NOON)
    assert [line["event"] for line in logs] == ["alert"]
    assert _told(engine) == []


def _failing(engine: Engine, channel: str) -> None:
    with writing(engine) as conn:
        conn.execute(
            notices.insert(),
            dict.fromkeys(("start_at", "due_at", "send_at", "next_at"), NOON)
            | {"site": "acme", "ticket": "1", "metric": "first_response", "step": "75%", "channel": channel}
            | {"repetition": 0, "state": "failed", "error": "answered 500", "since": NOON - timedelta(minutes=11)},
        )


def test_a_failing_channel_is_told_and_the_alerts_channel_can_not_tell_of_itself(
    settings: Settings, engine: Engine
) -> None:
    for channel in ("team", "ops"):
        _failing(engine, channel)
    _alive(engine, NOON)
    with capture_logs() as logs:
        Alarm(settings).look(engine, RULES, NOON)
    assert {(line["alert"], line["channel"]) for line in logs} == {
        ("channel_failing", "team"),
        ("channel_failing", "ops"),
    }
    assert [told for told in _told(engine) if told[1] == "alert"] == [("channel_failing:team", "alert")]


MAPPINGS = """\
mappings:
  - name: hosteur
    site: acme
    match: {project: [SUP]}
    policy: hosteur-ragnarokkr
    plan: standard
    customer: {holidays: LK}
    levels: {Highest: 1}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [vendor]}}]
channels: [{name: ops, url: 'json://ops.example'}]
"""


def test_webhooks_are_missing_until_one_comes_however_quiet_the_night(settings: Settings, engine: Engine) -> None:
    alarm, hour = Alarm(settings), timedelta(hours=1)
    lost = {"site": "acme", "ticket": "1", "changed_at": NOON - hour, "found_at": NOON - hour, "counted_at": NOON}
    row = {"site": "acme", "ticket": "1", "rank": 0, "reason": "reconcile", "told_at": NOON - 2 * hour}
    with writing(engine) as conn:
        conn.execute(sites.insert(), {"name": "acme"})
        conn.execute(missed.insert(), lost)
        conn.execute(agenda.insert(), row)

    def looked(at: datetime) -> list[tuple[str, str]]:
        _alive(engine, at)
        alarm.look(engine, RULES, at)
        return _told(engine)

    raised = [("webhooks_missing:acme", "alert")]
    assert looked(NOON) == raised
    assert looked(NOON + 20 * hour) == raised
    with writing(engine) as conn:
        conn.execute(agenda.update().values(told_at=NOON + 20 * hour))
    assert looked(NOON + 21 * hour) == [*raised, ("webhooks_missing:acme", "over")]


def test_holidays_that_end_before_the_latest_open_due_time(settings: Settings, engine: Engine) -> None:
    policies = load_policies(None)
    rules = InForce(policies, read_mappings(MAPPINGS, "mappings", policies, {"acme": SITE}, 1), {})
    _alive(engine, NOON)
    with writing(engine) as conn:
        cycle = {"site": "acme", "ticket": "1", "metric": "first_response", "start_at": NOON, "state": "running"}
        conn.execute(open_cycles.insert(), {**cycle, "due_at": datetime(2027, 1, 4, tzinfo=UTC), "receipt": []})
    Alarm(settings).look(engine, rules, NOON)
    with reading(engine) as conn:
        detail = conn.execute(text("SELECT detail FROM alerts WHERE name = 'holidays_end'")).scalar_one()
    assert detail == "LK: 2026", "Sri Lanka's holidays are announced a year ahead"
