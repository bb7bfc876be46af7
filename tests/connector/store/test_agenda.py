from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from connector.store.agenda import (
    AgendaRow,
    Lease,
    agenda_row,
    feed,
    finish,
    put_open_tickets,
    rekey,
    renew,
    start,
    waiting,
    wake,
)
from connector.store.engine import reading, writing
from connector.store.heartbeats import beat
from connector.store.tickets import Memory, remember
from connector.trackers.port import Rank
from policies.model import State, TicketRef
from policies.touched import Touched

Take = Callable[[TicketRef, datetime], Lease]
REF = TicketRef("acme", "10001")
SECOND = timedelta(seconds=1)


def woken(engine: Engine, now: datetime, *tickets: str, rank: Rank = Rank.EVENT, site: str = "acme") -> None:
    with writing(engine) as conn:
        for ticket in tickets:
            wake(conn, TicketRef(site, ticket), rank, "webhook", now)


def row(engine: Engine, ref: TicketRef = REF) -> AgendaRow:
    with reading(engine) as conn:
        found = agenda_row(conn, ref)
    assert found is not None
    return found


def finished(engine: Engine, lease: Lease, look_at: datetime | None, now: datetime) -> bool:
    with writing(engine) as conn:
        return finish(conn, lease, look_at, now)


def test_fifty_events_of_a_ticket_are_one_row_with_a_growing_version(engine: Engine, now: datetime) -> None:
    woken(engine, now, *[REF.id] * 50)
    found = row(engine)
    assert (found.look_at, found.rank, found.version, found.running) == (now, Rank.EVENT, 50, False)


@pytest.mark.parametrize(
    ("first", "later", "due_before", "expected"),
    [
        pytest.param(Rank.URGENT, Rank.EVENT, True, Rank.URGENT, id="a due urgent row stays urgent"),
        pytest.param(Rank.RECOMPUTE, Rank.EVENT, True, Rank.EVENT, id="a due recompute becomes an event"),
        pytest.param(Rank.URGENT, Rank.RECOMPUTE, False, Rank.RECOMPUTE, id="a row not yet due takes the new rank"),
    ],
)
def test_rank_after_a_second_wake(
    engine: Engine, now: datetime, take: Take, first: Rank, later: Rank, due_before: bool, expected: Rank
) -> None:
    woken(engine, now, REF.id, rank=first)
    if not due_before:
        assert finished(engine, take(REF, now), now + timedelta(hours=1), now)
    woken(engine, now + SECOND, REF.id, rank=later)
    assert row(engine).rank is expected
    assert row(engine).look_at == (now if due_before else now + SECOND)


def test_start_gives_a_lease_once_and_then_nothing(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    take(REF, now)
    with writing(engine) as conn:
        assert start(conn, REF, now) is None
        assert start(conn, TicketRef("acme", "no such ticket"), now) is None


def test_start_gives_nothing_for_a_row_already_done(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    assert finished(engine, take(REF, now), now + timedelta(hours=1), now)
    with writing(engine) as conn:
        assert start(conn, REF, now) is None


def test_a_reserved_row_starts_on_a_machine_whose_time_is_a_little_behind(engine: Engine, now: datetime) -> None:
    woken(engine, now, REF.id)
    assert feed(engine, "acme", 4, now) == ((REF.id, Rank.EVENT),)
    with writing(engine) as conn:
        assert start(conn, REF, now - SECOND) is not None


def test_an_event_during_a_sync_leaves_the_row_due(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    lease = take(REF, now)
    woken(engine, now + SECOND, REF.id)
    assert finished(engine, lease, now + timedelta(hours=1), now + 2 * SECOND)
    assert row(engine).look_at == now
    assert feed(engine, "acme", 4, now + 2 * SECOND) == ((REF.id, Rank.EVENT),)


def test_a_quiet_sync_is_looked_at_when_it_asked_for(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    look_at = now + timedelta(hours=1)
    assert finished(engine, take(REF, now), look_at, now)
    assert (row(engine).look_at, row(engine).rank) == (look_at, Rank.URGENT)
    assert feed(engine, "acme", 4, look_at - SECOND) == ()
    assert feed(engine, "acme", 4, look_at) == ((REF.id, Rank.URGENT),)


def test_a_finished_ticket_may_rest_until_an_event(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    assert finished(engine, take(REF, now), None, now)
    assert feed(engine, "acme", 4, now + timedelta(days=365)) == ()
    woken(engine, now + SECOND, REF.id)
    assert row(engine).look_at == now + SECOND


def test_a_lease_lapses_after_30_s_and_another_takes_over(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    first = take(REF, now)
    assert feed(engine, "acme", 4, now + 29 * SECOND) == ()
    assert feed(engine, "acme", 4, now + 30 * SECOND) == ((REF.id, Rank.EVENT),)
    second = take(REF, now + 31 * SECOND)
    with writing(engine) as conn:
        assert not renew(conn, first, now + 31 * SECOND)
        assert renew(conn, second, now + 31 * SECOND)
    assert not finished(engine, first, None, now + 32 * SECOND)
    assert row(engine).running


def test_a_frozen_holder_is_stopped_once_its_row_is_only_queued_again(
    engine: Engine, now: datetime, take: Take
) -> None:
    woken(engine, now, REF.id)
    frozen = take(REF, now)
    feed(engine, "acme", 4, now + 30 * SECOND)
    with writing(engine) as conn:
        assert not renew(conn, frozen, now + 31 * SECOND)


def test_a_holder_that_is_late_but_alone_goes_on(engine: Engine, now: datetime, take: Take) -> None:
    woken(engine, now, REF.id)
    late = take(REF, now)
    with writing(engine) as conn:
        assert renew(conn, late, now + 40 * SECOND)
    assert feed(engine, "acme", 4, now + 60 * SECOND) == ()


def test_a_reservation_lapses_where_the_queue_lost_it(engine: Engine, now: datetime) -> None:
    woken(engine, now, REF.id)
    assert feed(engine, "acme", 4, now) == ((REF.id, Rank.EVENT),)
    assert feed(engine, "acme", 4, now + 29 * SECOND) == ()
    assert feed(engine, "acme", 4, now + 30 * SECOND) == ((REF.id, Rank.EVENT),)


def test_feed_takes_twice_the_slots_by_rank_then_age(engine: Engine, now: datetime) -> None:
    woken(engine, now, *(f"old {number}" for number in range(5)), rank=Rank.RECOMPUTE)
    woken(engine, now + SECOND, "late event")
    woken(engine, now + 2 * SECOND, "new ticket", rank=Rank.URGENT)
    fed = feed(engine, "acme", 2, now + 3 * SECOND)
    assert [ticket for ticket, _ in fed][:2] == ["new ticket", "late event"]
    assert [rank for _, rank in fed] == [Rank.URGENT, Rank.EVENT, Rank.RECOMPUTE, Rank.RECOMPUTE]
    assert feed(engine, "acme", 2, now + 3 * SECOND) == ()


def test_feed_counts_the_slots_that_are_alive_elsewhere(engine: Engine, now: datetime) -> None:
    woken(engine, now, *map(str, range(20)))
    with writing(engine) as conn:
        for slot in range(3):
            beat(conn, "worker", f"far/{slot}", now)
        beat(conn, "worker", "dead/0", now - timedelta(seconds=61))
        beat(conn, "timekeeper", "far", now)
    assert len(feed(engine, "acme", 1, now)) == 6


def test_a_site_holds_half_of_the_slots_while_another_waits(engine: Engine, now: datetime) -> None:
    woken(engine, now, "a new one", site="help")
    woken(engine, now, *map(str, range(20)))
    assert feed(engine, "help", 1, now - SECOND) == ()
    with writing(engine) as conn:
        wake(conn, TicketRef("help", "another"), Rank.EVENT, "webhook", now)
    assert len(feed(engine, "help", 8, now)) == 2
    with writing(engine) as conn:
        wake(conn, TicketRef("help", "a third"), Rank.EVENT, "webhook", now)
    assert len(feed(engine, "acme", 8, now)) == 4
    assert len(feed(engine, "help", 8, now)) == 1
    assert len(feed(engine, "acme", 8, now)) == 12


def test_two_feeds_never_reserve_a_row_twice(engine: Engine, now: datetime) -> None:
    woken(engine, now, "1", "2", "3")
    taken = [ticket for _ in range(3) for ticket, _ in feed(engine, "acme", 8, now)]
    assert sorted(taken) == ["1", "2", "3"]


def test_a_row_named_by_a_key_gives_way_to_the_id(engine: Engine, now: datetime, take: Take) -> None:
    by_key, by_id = TicketRef("acme", "OKTA-1"), TicketRef("acme", "10001")
    woken(engine, now, by_key.id, rank=Rank.URGENT)
    lease = take(by_key, now)
    with writing(engine) as conn:
        wake(conn, by_id, lease.rank, lease.reason, now)
        assert rekey(conn, lease, now)
    with reading(engine) as conn:
        assert agenda_row(conn, by_key) is None
    assert feed(engine, "acme", 4, now) == ((by_id.id, Rank.URGENT),)


def test_a_recompute_takes_every_open_ticket_and_leaves_ended_ones(engine: Engine, now: datetime, take: Take) -> None:
    for ticket, ended in (("open", False), ("ended", True), ("never fetched", None)):
        ref = TicketRef("acme", ticket)
        woken(engine, now, ticket)
        with writing(engine) as conn:
            if ended is not None:
                remember(conn, ref, memory(now, ended=ended))
        assert finished(engine, take(ref, now), None, now)
    with writing(engine) as conn:
        assert put_open_tickets(conn, None, Rank.RECOMPUTE, now) == 2
        assert waiting(conn, "acme", now) == 2
    assert dict(feed(engine, "acme", 4, now)) == {"open": Rank.RECOMPUTE, "never fetched": Rank.RECOMPUTE}


@pytest.mark.parametrize(
    ("touched", "expected"),
    [
        pytest.param(Touched(frozenset({"acme"})), {"gold", "basic"}, id="a site takes all of its open tickets"),
        pytest.param(Touched(frozenset({"help"})), set(), id="another site takes none of this one"),
        pytest.param(Touched(mappings=frozenset({"gold"})), {"gold"}, id="a mapping takes the tickets under it"),
        pytest.param(Touched(), set(), id="nothing touched"),
    ],
)
def test_a_recompute_of_what_is_touched_leaves_the_rest(
    engine: Engine, now: datetime, take: Take, touched: Touched, expected: set[str]
) -> None:
    for ticket in ("gold", "basic", "ended"):
        ref = TicketRef("acme", ticket)
        woken(engine, now, ticket)
        with writing(engine) as conn:
            remember(conn, ref, replace(memory(now, ended=ticket == "ended"), mapping=ticket))
        assert finished(engine, take(ref, now), None, now)
    with writing(engine) as conn:
        put_open_tickets(conn, touched, Rank.RECOMPUTE, now)
    assert {ticket for ticket, _ in feed(engine, "acme", 4, now)} == expected


def memory(now: datetime, *, ended: bool) -> Memory:
    return Memory(
        key="OKTA-1",
        title="",
        url="",
        wrote=True,
        ended=ended,
        synced_at=now,
        state=State.RUNNING,
        due_at=None,
        summary="",
    )
