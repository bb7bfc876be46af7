"""Webhooks that should have come, on SQLite and on PostgreSQL: what is counted, when, and what is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from connector.store.agenda import WEBHOOK, wake
from connector.store.engine import reading, writing
from connector.store.fetched import keep_fetched, kept_state
from connector.store.missed import CATCH_UP, RECONCILE, judge_missed, note_missed
from connector.store.tables import agenda, missed
from connector.trackers.port import Rank
from policies.model import Status, Ticket, TicketRef

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
REF = TicketRef("acme", "1")
BEFORE = Ticket(
    ref=REF, key="SUP-1", title="Broken", created_at=NOON - MINUTE * 60, updated_at=NOON - MINUTE * 60,
    status=Status(("To Do",)),
)  # fmt: skip
CHANGED = replace(BEFORE, title="Very broken", updated_at=NOON)
OURS = replace(BEFORE, held={"state": "running"}, updated_at=NOON)


def found(engine: Engine, now: datetime, ticket: Ticket = CHANGED, reason: str = RECONCILE) -> None:
    """Find a change on a walk and sync it."""
    with writing(engine) as conn:
        wake(conn, REF, Rank.RECONCILE, reason, now)
        note_missed(conn, ticket, kept_state(conn, REF), now)
        keep_fetched(conn, ticket, now)


def told(engine: Engine, at: datetime) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, WEBHOOK, at)


def known(engine: Engine) -> None:
    with writing(engine) as conn:
        keep_fetched(conn, BEFORE, NOON - MINUTE * 59)


def counted(engine: Engine, now: datetime, since: datetime = NOON) -> int:
    with writing(engine) as conn:
        judge_missed(conn, now)
        chosen = select(missed).where(missed.c.site == "acme", missed.c.counted_at >= since)
        return len(conn.execute(chosen).all())


def test_a_change_of_which_nothing_told_is_counted_after_twenty_minutes(engine: Engine) -> None:
    known(engine)
    found(engine, NOON + 8 * MINUTE)
    assert counted(engine, NOON + 19 * MINUTE) == 0
    assert counted(engine, NOON + 20 * MINUTE) == 1
    assert counted(engine, NOON + 30 * MINUTE) == 1, "and once"
    assert counted(engine, NOON + 30 * MINUTE, NOON + 21 * MINUTE) == 0, "when it was first known"


def test_a_new_ticket_counts_too(engine: Engine) -> None:
    found(engine, NOON + 8 * MINUTE)
    assert counted(engine, NOON + 20 * MINUTE) == 1


@pytest.mark.parametrize(
    ("told_at", "expected"),
    [
        pytest.param(NOON + 10 * MINUTE, 0, id="the event comes late"),
        pytest.param(NOON + 19 * MINUTE, 0, id="the event comes very late"),
        pytest.param(NOON - MINUTE, 0, id="by a clock that is behind"),
        pytest.param(NOON - 3 * MINUTE, 1, id="an event before the change tells nothing of it"),
        pytest.param(None, 1, id="no event ever"),
    ],
)
def test_an_event_within_twenty_minutes_is_in_time(engine: Engine, told_at: datetime | None, expected: int) -> None:
    known(engine)
    if told_at is not None and told_at < NOON:
        told(engine, told_at)
    found(engine, NOON + 8 * MINUTE)
    if told_at is not None and told_at > NOON:
        told(engine, told_at)
    assert counted(engine, NOON + 20 * MINUTE) == expected


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        pytest.param(OURS, RECONCILE, id="nothing but dueby's own fields changed"),
        pytest.param(CHANGED, CATCH_UP, id="no webhook was to be expected"),
        pytest.param(CHANGED, "mappings", id="a new mapping's open ticket"),
        pytest.param(CHANGED, "webhook", id="an event told of it"),
    ],
)
def test_what_is_no_missed_webhook(engine: Engine, ticket: Ticket, reason: str) -> None:
    known(engine)
    found(engine, NOON + 8 * MINUTE, ticket, reason)
    with reading(engine) as conn:
        assert conn.execute(select(missed)).all() == []


def test_only_events_tell_a_row(engine: Engine) -> None:
    def told_at() -> datetime | None:
        with reading(engine) as conn:
            at: datetime | None = conn.execute(select(agenda.c.told_at)).scalar_one()
        return at

    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "sync", NOON)
    assert told_at() is None
    told(engine, NOON + MINUTE)
    assert told_at() == NOON + MINUTE
    with writing(engine) as conn:
        wake(conn, REF, Rank.RECONCILE, RECONCILE, NOON + 2 * MINUTE)
    assert told_at() == NOON + MINUTE, "a walk tells nothing, and takes nothing back"


def test_what_was_counted_is_forgotten_after_a_week(engine: Engine) -> None:
    known(engine)
    found(engine, NOON + 8 * MINUTE)
    assert counted(engine, NOON + 20 * MINUTE) == 1
    assert counted(engine, NOON + timedelta(days=7, minutes=8)) == 0
