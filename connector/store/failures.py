"""The syncs that failed, as people see them, and the button that tries again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from connector.store.tables import EPOCH, agenda, failures, sites, tickets
from policies.model import TicketRef

_OF_A_PROJECT = "field_not_on_screen"
"""The reason that is the same for every ticket of a project: it is told once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A sync that failed; `id` names it for `failures retry`, `attempts` counts the ticket's own faults.

    `key` is the ticket's key where it was ever fetched; `others` are tickets of its project with the same fault.
    """

    id: int
    ref: TicketRef
    reason: str
    field: str | None
    sentence: str
    since: datetime
    failed_at: datetime
    attempts: int
    given_up: bool
    key: str | None = None
    others: tuple[TicketRef, ...] = ()

    @property
    def project(self) -> str:
        """Return the project that a Jira key begins with."""
        return (self.key or "").rpartition("-")[0]


def list_failures(conn: Connection) -> tuple[Failure, ...]:
    """Return the syncs that gave up, oldest first; a field off a project's screen once for the project."""
    return tuple(_once_a_project(_failures(conn, failures.c.given_up)))


def _once_a_project(found: Iterable[Failure]) -> Iterable[Failure]:
    told: dict[tuple[object, ...], Failure] = {}
    for failure in found:
        shared = failure.reason == _OF_A_PROJECT and failure.project
        place = (failure.ref.site, failure.project, failure.field) if shared else (failure.id,)
        first = told.get(place)
        told[place] = replace(first, others=(*first.others, failure.ref)) if first else failure
    return told.values()


def failure_of(conn: Connection, ref: TicketRef) -> Failure | None:
    """Return a ticket's standing failure, given up or still being retried."""
    found = _failures(conn, (failures.c.site == ref.site) & (failures.c.ticket == ref.id))
    return found[0] if found else None


def retry(conn: Connection, failure_id: int | None, now: datetime) -> int:
    """Put one failure, or all with None, back on the agenda now; return how many. All also ends the sites' pauses."""
    found = [failure for failure in list_failures(conn) if failure_id in {None, failure.id}]
    again = [ref for failure in found for ref in (failure.ref, *failure.others)]
    for ref in sorted(again, key=lambda ref: (ref.site, ref.id)):  # in the order of all who wake tickets
        conn.execute(
            update(agenda)
            .where(agenda.c.site == ref.site, agenda.c.ticket == ref.id)
            .values(look_at=now, version=agenda.c.version + 1, attempts=0, held_until=EPOCH, reason="retry")
        )
        _forget_giving_up(conn, ref)
    if failure_id is None:
        conn.execute(update(sites).values(paused_until=EPOCH))
    return len(again)


def _forget_giving_up(conn: Connection, ref: TicketRef) -> None:
    mine = (failures.c.site == ref.site) & (failures.c.ticket == ref.id)
    conn.execute(update(failures).where(mine).values(given_up=False))


def _failures(conn: Connection, chosen: ColumnElement[bool]) -> tuple[Failure, ...]:
    same = and_(tickets.c.site == failures.c.site, tickets.c.ticket == failures.c.ticket)
    known = select(failures, tickets.c.key).outerjoin_from(failures, tickets, same).where(chosen)
    return tuple(_failure(row) for row in conn.execute(known.order_by(failures.c.since, failures.c.id)))


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
        key=row.key,
    )
