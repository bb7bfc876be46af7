"""What dueby remembers of each ticket: whether it was fetched and written, its last state, comments seen internal."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, Text, bindparam, case, delete, func, insert, literal, null, select, update

from connector.store.tables import Instant, sightings, tickets
from connector.store.upsert import upsert
from policies.model import State, TicketRef
from policies.sightings import Sighting

_SITE, _TICKET = bindparam("of_site", type_=Text), bindparam("of_ticket", type_=Text)
_MEMORY = select(tickets).where(tickets.c.site == _SITE, tickets.c.ticket == _TICKET)
_SIGHTINGS = select(sightings).where(sightings.c.site == _SITE, sightings.c.ticket == _TICKET)
_OPEN = (State.RUNNING, State.PAUSED, State.NOT_FILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A ticket as dueby last saw it.

    `wrote`: its fields hold what dueby put there. `synced_at`: the last sync that went through, None before the first.
    `gone_at`: it was deleted.
    """

    key: str
    title: str
    url: str
    wrote: bool
    ended: bool
    synced_at: datetime | None
    state: State
    due_at: datetime | None
    summary: str
    gone_at: datetime | None = None
    reason: str | None = None
    mapping: str | None = None
    level: int | None = None
    policy: str | None = None
    plan: str | None = None
    assignee: str | None = None
    customer_timezone: str | None = None
    owed_by: str | None = None


_FACTS = tuple(field.name for field in fields(Memory))


def remembered(conn: Connection, ref: TicketRef) -> Memory | None:
    """Return what the last sync left; None: never fetched."""
    row = conn.execute(_MEMORY, {"of_site": ref.site, "of_ticket": ref.id}).mappings().one_or_none()
    if row is None:
        return None
    facts = {name: value for name, value in row.items() if name not in {"site", "ticket", "state"}}
    return Memory(state=State(row["state"]), **facts)


def remember(conn: Connection, ref: TicketRef, memory: Memory) -> None:
    """Store what a sync leaves."""
    upsert(
        conn,
        tickets,
        {
            "site": ref.site,
            "ticket": ref.id,
            **{name: getattr(memory, name) for name in _FACTS},
            "state": memory.state.value,
        },
    )


def seen_under(memory: Memory | None) -> str | None:
    """Name the mapping by which the last sync saw the ticket mapped."""
    return memory.mapping if memory and memory.state is not State.UNMAPPED else None


def find_ticket(conn: Connection, site: str, name: str) -> TicketRef | None:
    """Find a ticket that was fetched before, by its id or else by its key, whichever case it is written in."""
    by_id = select(tickets.c.ticket).where(tickets.c.site == site, tickets.c.ticket == name)
    by_key = (
        select(tickets.c.ticket)
        .where(tickets.c.site == site, tickets.c.key.in_({name, name.upper()}))
        .order_by(tickets.c.synced_at.desc())
    )
    found = conn.execute(by_id).scalar() or conn.execute(by_key.limit(1)).scalar()
    return TicketRef(site, found) if found else None


def end_gone(conn: Connection, ref: TicketRef, now: datetime) -> None:
    """End the cycle of a ticket that was deleted: breached if it was late, else closed unanswered.

    One that had ended so before was looked at once more: only `synced_at` tells.
    """
    late = tickets.c.due_at < now
    is_open = tickets.c.state.in_([state.value for state in _OPEN])
    closed, breached = literal(State.CLOSED.value), literal(State.BREACHED.value)
    conn.execute(
        update(tickets)
        .where(tickets.c.site == ref.site, tickets.c.ticket == ref.id)
        .values(
            state=case((is_open & late, breached), (is_open, closed), else_=tickets.c.state),
            due_at=case((is_open & late, tickets.c.due_at), (is_open, null()), else_=tickets.c.due_at),
            reason="deleted",
            ended=True,
            gone_at=func.coalesce(tickets.c.gone_at, literal(now, Instant)),
            synced_at=literal(now, Instant),
        )
    )


def sightings_of(conn: Connection, ref: TicketRef) -> Mapping[str, Sighting]:
    """Return a ticket's comments that were once seen internal, by comment id."""
    rows = conn.execute(_SIGHTINGS, {"of_site": ref.site, "of_ticket": ref.id})
    return {row.comment: Sighting(row.updated_at, row.public_since) for row in rows}


def keep_sightings(conn: Connection, ref: TicketRef, known: Mapping[str, Sighting]) -> None:
    """Store exactly these sightings for a ticket."""
    conn.execute(delete(sightings).where(sightings.c.site == ref.site, sightings.c.ticket == ref.id))
    rows = [
        {
            "site": ref.site,
            "ticket": ref.id,
            "comment": comment,
            "updated_at": sighting.updated_at,
            "public_since": sighting.public_since,
        }
        for comment, sighting in known.items()
    ]
    if rows:
        conn.execute(insert(sightings), rows)
