"""The syncs that failed, as people see them, and the button that tries again."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, select, update

from connector.store.tables import EPOCH, agenda, failures, tickets
from policies.model import TicketRef

_OF_A_PROJECT = "field_not_on_screen"
"""The reason that is the same for every ticket of a project: it is told once."""

MANY = 10
"""As many tickets of a site that fail with the same sentence are told once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A sync that failed; `id` names it for `failures retry`, `attempts` counts the ticket's own faults.

    `key` is the ticket's key where it was ever fetched; `others` are tickets of its site with the same fault.
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
        """Return the project that the fault is of; empty where it is no project's."""
        return (self.key or "").rpartition("-")[0] if self.reason == _OF_A_PROJECT else ""


def list_failures(conn: Connection) -> tuple[Failure, ...]:
    """Return the syncs that gave up, oldest first; a fault that many tickets share once.

    What fails through its whole site is left out: that is the site's failure.
    """
    through_site = exists().where(
        agenda.c.site == failures.c.site, agenda.c.ticket == failures.c.ticket, agenda.c.through_site
    )
    return tuple(_told_once(_failures(conn, failures.c.given_up & ~through_site)))


def _told_once(found: Sequence[Failure]) -> Iterable[Failure]:
    same = Counter(map(_fault, found))
    told: dict[tuple[object, ...], Failure] = {}
    for failure in found:
        place: tuple[object, ...] = (failure.id,)
        if failure.project:
            place = (failure.ref.site, failure.project, failure.field)
        elif same[_fault(failure)] >= MANY:
            place = _fault(failure)
        first = told.get(place)
        told[place] = replace(first, others=(*first.others, failure.ref)) if first else failure
    return told.values()


def _fault(failure: Failure) -> tuple[object, ...]:
    return failure.ref.site, failure.reason, failure.field, failure.sentence


def failure_of(conn: Connection, ref: TicketRef) -> Failure | None:
    """Return a ticket's standing failure, given up or still being retried."""
    found = _failures(conn, (failures.c.site == ref.site) & (failures.c.ticket == ref.id))
    return found[0] if found else None


def retry(conn: Connection, failure_id: int | None, now: datetime) -> int:
    """Put one failure, or all with None, back on the agenda now; return how many tickets."""
    found = [failure for failure in list_failures(conn) if failure_id in {None, failure.id}]
    again = [ref for failure in found for ref in (failure.ref, *failure.others)]
    for ref in sorted(again, key=lambda ref: (ref.site, ref.id)):  # in the order of all who wake tickets
        conn.execute(
            update(agenda)
            .where(agenda.c.site == ref.site, agenda.c.ticket == ref.id)
            .values(look_at=now, version=agenda.c.version + 1, attempts=0, held_until=EPOCH, reason="retry")
        )
        _forget_giving_up(conn, ref)
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
