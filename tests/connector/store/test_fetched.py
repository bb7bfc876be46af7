"""Tickets kept whole as they were fetched, and forgotten long after they ended."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine

from connector.store.engine import reading, writing
from connector.store.fetched import digest_of, fetched_ticket, keep_fetched, purge_fetched
from connector.store.tickets import Memory, remember
from policies.model import Person, State, Status, Ticket, TicketRef

OLD = timedelta(days=91)


def ticket(name: str, now: datetime) -> Ticket:
    return Ticket(
        ref=TicketRef("acme", name),
        key=f"OKTA-{name}",
        title="Çà et là, 日本",
        created_at=now,
        updated_at=now,
        status=Status(("Open", "1")),
        priority=("High", "2"),
        reporter=Person("alice", "Alice", "alice@acme.example"),
        traits={"project": (("OKTA", "10000"),)},
        fields={"customfield_10071": (("Live",), ("Test",))},
        held={"due_at": None, "state": "running"},
    )


def stored(engine: Engine, one: Ticket, at: datetime, *, ended: bool) -> None:
    memory = Memory(
        key=one.key,
        title=one.title,
        url="",
        wrote=True,
        ended=ended,
        synced_at=at,
        state=State.MET,
        due_at=None,
        summary="",
    )
    with writing(engine) as conn:
        remember(conn, one.ref, memory)
        keep_fetched(conn, one, at)


def test_a_ticket_comes_back_as_it_was_fetched(engine: Engine, now: datetime) -> None:
    one = ticket("1", now)
    stored(engine, one, now, ended=False)
    with reading(engine) as conn:
        assert fetched_ticket(conn, one.ref) == one
        assert fetched_ticket(conn, TicketRef("acme", "2")) is None


def test_an_own_write_is_no_other_ticket_and_a_comment_is(now: datetime) -> None:
    one = ticket("1", now)
    written = replace(one, held={"state": "breached"}, updated_at=now + OLD)
    assert digest_of(written) == digest_of(one)
    assert digest_of(replace(one, title="Another")) != digest_of(one)


def test_only_tickets_that_ended_long_ago_are_forgotten(engine: Engine, now: datetime) -> None:
    stored(engine, ticket("ended long ago", now), now - OLD, ended=True)
    stored(engine, ticket("open for long", now), now - OLD, ended=False)
    stored(engine, ticket("ended lately", now), now, ended=True)
    with writing(engine) as conn:
        assert purge_fetched(conn, now) == 1
        assert fetched_ticket(conn, TicketRef("acme", "ended long ago")) is None
        assert fetched_ticket(conn, TicketRef("acme", "open for long")) is not None
        assert fetched_ticket(conn, TicketRef("acme", "ended lately")) is not None
