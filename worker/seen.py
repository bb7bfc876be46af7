"""What a sync saw of a ticket and decided, what stood of it before, and what is kept of both."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from connector.decided import Decided, Recalled
from connector.store.cycles import keep_cycles, keep_receipt
from connector.store.fetched import Kept, keep_fetched, kept_state
from connector.store.missed import RECONCILE, note_missed
from connector.store.open_cycles import Row, keep_open_rows, open_rows, rows_for
from connector.store.tickets import Memory, keep_sightings, remember
from policies.decision import Decision
from policies.entitlement import Entitlement
from policies.history import ended_at
from policies.model import Ticket, TicketRef


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of a ticket beside what it is decided by: it is written again only where it differs."""

    fetched: Kept | None
    open_rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A ticket as fetched, or as it was last where it is gone, why it was looked at, and what was decided for it."""

    fetched: Ticket
    reason: str
    decided: Decided
    summary: str
    recalled: Recalled
    stored: Stored

    @property
    def ticket(self) -> Ticket:
        """Return the ticket that was decided."""
        return self.decided.ticket

    @property
    def decision(self) -> Decision:
        """Return what was decided."""
        return self.decided.decision


def stored_of(conn: Connection, ref: TicketRef) -> Stored:
    """Read what is stored of a ticket."""
    return Stored(kept_state(conn, ref), open_rows(conn, ref))


def wrote_before(seen: Seen) -> bool:
    """Say whether the ticket's fields hold what dueby put there."""
    return seen.recalled.memory is not None and seen.recalled.memory.wrote


def keep(conn: Connection, seen: Seen, now: datetime, *, wrote: bool, synced: bool) -> None:
    """Store what was seen and decided, but for notices. `synced` False: the last sync that went through stands."""
    ref, decision, before = seen.ticket.ref, seen.decision, seen.recalled
    earlier = before.memory.synced_at if before.memory else None
    remember(conn, ref, _memory(seen, now if synced else earlier, wrote=wrote))
    keep_receipt(conn, ref, decision.receipt)
    keep_open_rows(conn, ref, rows_for(ref, decision.open_cycles, decision.receipt), seen.stored.open_rows)
    if seen.ticket.gone_at is None:
        if seen.reason == RECONCILE:
            note_missed(conn, seen.fetched, seen.stored.fetched, now)
        keep_fetched(conn, seen.fetched, now, seen.stored.fetched)
    if decision.finished != before.finished:
        keep_cycles(conn, ref, decision.finished)
    if seen.decided.sightings != before.sightings:
        keep_sightings(conn, ref, seen.decided.sightings)


def _memory(seen: Seen, synced_at: datetime | None, *, wrote: bool) -> Memory:
    ticket, decision, entitlement = seen.ticket, seen.decision, seen.decided.entitlement
    mapped = entitlement if isinstance(entitlement, Entitlement) else None
    return Memory(
        key=ticket.key,
        title=ticket.title,
        url=ticket.url,
        wrote=wrote,
        ended=ticket.merged or ended_at(ticket) is not None,
        gone_at=ticket.gone_at,
        synced_at=synced_at,
        state=decision.state,
        due_at=decision.due_at,
        summary=seen.summary,
        reason="deleted" if ticket.gone_at else decision.reason,
        mapping=decision.mapping,
        level=decision.level,
        policy=decision.policy,
        plan=decision.plan,
        assignee=(ticket.assignee.name or ticket.assignee.id) if ticket.assignee else None,
        customer_timezone=mapped.customer.timezone if mapped else None,
        owed_by=mapped.mapping.owed_by if mapped else None,
    )
