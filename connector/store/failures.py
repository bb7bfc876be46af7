"""The syncs that failed, as people see them, and the button that tries again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, select, update

from connector.store.tables import EPOCH, agenda, failures, sites
from policies.model import TicketRef


@dataclass(frozen=True, slots=True)
class Failure:
    """A sync that failed; `id` names it for `failures retry`, `attempts` counts the ticket's own faults."""

    id: int
    ref: TicketRef
    reason: str
    field: str | None
    sentence: str
    since: datetime
    failed_at: datetime
    attempts: int
    given_up: bool


def list_failures(conn: Connection) -> tuple[Failure, ...]:
    """Return the syncs that gave up, oldest first."""
    return _failures(conn, failures.c.given_up)


def failure_of(conn: Connection, ref: TicketRef) -> Failure | None:
    """Return a ticket's standing failure, given up or still being retried."""
    found = _failures(conn, (failures.c.site == ref.site) & (failures.c.ticket == ref.id))
    return found[0] if found else None


def retry(conn: Connection, failure_id: int | None, now: datetime) -> int:
    """Put one failure, or all with None, back on the agenda now; return how many. All also ends the sites' pauses."""
    chosen: ColumnElement[bool] = failures.c.given_up if failure_id is None else failures.c.id == failure_id
    again = [failure.ref for failure in _failures(conn, chosen)]
    for ref in again:
        conn.execute(
            update(agenda)
            .where(agenda.c.site == ref.site, agenda.c.ticket == ref.id)
            .values(look_at=now, version=agenda.c.version + 1, attempts=0, held_until=EPOCH, reason="retry")
        )
    conn.execute(update(failures).where(chosen).values(given_up=False))
    if failure_id is None:
        conn.execute(update(sites).values(paused_until=EPOCH))
    return len(again)


def _failures(conn: Connection, chosen: ColumnElement[bool]) -> tuple[Failure, ...]:
    return tuple(_failure(row) for row in conn.execute(select(failures).where(chosen).order_by(failures.c.since)))


def _failure(row: Row[*tuple[object, ...]]) -> Failure:
    return Failure(
        id=row.id,
        ref=TicketRef(row.site, row.ticket),
        reason=row.reason,
        field=row.field,
        sentence=row.sentence,
        since=row.since,
        failed_at=row.failed_at,
        attempts=row.attempts,
        given_up=row.given_up,
    )
