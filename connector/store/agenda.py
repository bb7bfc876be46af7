"""The agenda: for each ticket when to look again. WAKE is here; FEED and leases stand beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, Integer, Text, bindparam, case, exists, func, or_, select, update

from connector.store.feed import feed, reserve
from connector.store.lease import Lease, fail, finish, look_by, put_back, rekey, renew, start
from connector.store.postgres import in_turn
from connector.store.tables import Instant, agenda, tickets
from connector.store.upsert import insert_into
from connector.trackers.port import Rank
from policies.model import TicketRef
from policies.touched import Touched

__all__ = [
    "AgendaRow",
    "Lease",
    "agenda_row",
    "fail",
    "feed",
    "finish",
    "look_by",
    "put_back",
    "put_open_tickets",
    "rekey",
    "renew",
    "reserve",
    "start",
    "waiting",
    "wake",
    "wake_all",
]

WEBHOOK = "webhook"
"""The reason by which a row learns that an event told of its ticket, and when."""

_NOW = bindparam("now", type_=Instant)
_RANK, _REASON = bindparam("in_rank", type_=Integer), bindparam("why", type_=Text)


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One row as people see it: `look_at` None means never again by itself; `running` holds a lease."""

    look_at: datetime | None
    rank: Rank
    version: int
    busy_until: datetime
    running: bool
    attempts: int
    reason: str


def wake(conn: Connection, ref: TicketRef, rank: Rank, reason: str, now: datetime) -> None:
    """Put a ticket on the agenda now, by id or, where an event held no id, by key. Cheap to repeat."""
    wake_all(conn, [(ref, rank, now)], reason)


def wake_all(conn: Connection, hints: Iterable[tuple[TicketRef, Rank, datetime]], reason: str) -> None:
    """Wake tickets, all writers in one order; one that is named twice is woken twice, in the order given.

    Where the reason is WEBHOOK the rows note when they were told.
    """
    given = [
        {"in_site": ref.site, "in_ticket": ref.id, "now": now, "in_rank": int(rank), "why": reason}
        for ref, rank, now in sorted(hints, key=_place)
    ]
    if given:
        conn.execute(_wake(conn.dialect.name, told=reason == WEBHOOK), given)


def put_open_tickets(
    conn: Connection, touched: Touched | None, rank: Rank, now: datetime, reason: str = "mappings"
) -> int:
    """Put every known ticket that has not ended on the agenda, those touched or (None) all; return how many."""
    same = (tickets.c.site == agenda.c.site) & (tickets.c.ticket == agenda.c.ticket)
    chosen = select(agenda.c.id).where(~exists().where(same, tickets.c.ended))
    if touched is not None:
        under = exists().where(same, tickets.c.mapping.in_(touched.mappings))
        never_fetched = ~exists().where(same)
        chosen = chosen.where(or_(agenda.c.site.in_(touched.sites), under, never_fetched))
    held = in_turn(conn.dialect.name, chosen, agenda.c.site, agenda.c.ticket)
    woken = update(agenda).where(agenda.c.id.in_(held)).values(**_woken())
    return conn.execute(woken, {"now": now, "in_rank": int(rank), "why": reason}).rowcount


def waiting(conn: Connection, site: str | None, now: datetime) -> int:
    """Count the rows of one site, or of all, that are due and not yet done."""
    due = select(func.count()).select_from(agenda).where(agenda.c.look_at <= now)
    return conn.execute(due if site is None else due.where(agenda.c.site == site)).scalar_one()


def agenda_row(conn: Connection, ref: TicketRef) -> AgendaRow | None:
    """Return a ticket's row, if it has one."""
    columns = agenda.c
    found = conn.execute(
        select(
            columns.look_at,
            columns.rank,
            columns.version,
            columns.busy_until,
            columns.token,
            columns.attempts,
            columns.reason,
        ).where(columns.site == ref.site, columns.ticket == ref.id)
    ).one_or_none()
    if found is None:
        return None
    running = found.token is not None
    rank = Rank(found.rank)
    return AgendaRow(found.look_at, rank, found.version, found.busy_until, running, found.attempts, found.reason)


def _place(hint: tuple[TicketRef, Rank, datetime]) -> tuple[str, str]:
    return hint[0].site, hint[0].id


def _woken() -> dict[str, object]:
    """Say what a wake makes of a row: due now (or when the tracker allows it), at the more urgent rank."""
    columns = agenda.c
    earliest = case((columns.held_until > _NOW, columns.held_until), else_=_NOW)
    was_due = columns.look_at <= _NOW
    return {
        "version": columns.version + 1,
        "look_at": case((columns.look_at <= earliest, columns.look_at), else_=earliest),
        "rank": case((was_due & (columns.rank < _RANK), columns.rank), else_=_RANK),
        "reason": _REASON,
    }


@cache
def _wake(dialect: str, *, told: bool) -> Executable:
    """Compose the statement once: it runs for every webhook."""
    telling = {"told_at": _NOW} if told else {}
    fresh = {"look_at": _NOW, "rank": _RANK, "reason": _REASON, **telling}
    insert = insert_into(dialect, agenda).values(site=bindparam("in_site"), ticket=bindparam("in_ticket"), **fresh)
    woken: Executable = insert.on_conflict_do_update(index_elements=["site", "ticket"], set_={**_woken(), **telling})
    return woken
