"""What a sync saw of a ticket, what was known of it before, and what is kept of both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connector.store.cycles import finished_cycles, keep_cycles, keep_receipt
from connector.store.tickets import Memory, keep_sightings, remember, remembered, sightings_of
from policies.decision import Decision, Finished
from policies.history import ended_at
from policies.model import Ticket, TicketRef
from policies.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the store knew of a ticket before this sync."""

    memory: Memory | None
    sightings: Mapping[str, Sighting]
    finished: tuple[Finished, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticket as fetched, and what was decided for it."""

    ticket: Ticket
    decision: Decision
    summary: str
    sightings: Mapping[str, Sighting]
    recalled: Recalled


def recall(conn: Connection, ref: TicketRef) -> Recalled:
    """Read what is known of a ticket."""
    return Recalled(remembered(conn, ref), sightings_of(conn, ref), finished_cycles(conn, ref))


def wrote_before(seen: Seen) -> bool:
    """Say whether the ticket's fields hold what dueby put there."""
    return seen.recalled.memory is not None and seen.recalled.memory.wrote


def keep(conn: Connection, seen: Seen, *, wrote: bool, synced_at: datetime | None) -> None:
    """Store what was seen and decided. `synced_at` None: it was not written, the last sync that went through stands."""
    ticket, decision, before = seen.ticket, seen.decision, seen.recalled
    remember(
        conn,
        ticket.ref,
        Memory(
            key=ticket.key,
            title=ticket.title,
            url=ticket.url,
            wrote=wrote,
            ended=ticket.merged or ended_at(ticket) is not None,
            synced_at=synced_at or (before.memory.synced_at if before.memory else None),
            state=decision.state,
            due_at=decision.due_at,
            summary=seen.summary,
            reason=decision.reason,
            mapping=decision.mapping,
            level=decision.level,
            policy=decision.policy,
            plan=decision.plan,
        ),
    )
    keep_receipt(conn, ticket.ref, decision.receipt)
    if decision.finished != before.finished:
        keep_cycles(conn, ticket.ref, decision.finished)
    if seen.sightings != before.sightings:
        keep_sightings(conn, ticket.ref, seen.sightings)
