"""Notices that gave up: one row for each channel and cause, and the button that sends them again."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, and_, or_, select, update

from connector.store.postgres import unheld
from connector.store.tables import notices, tickets
from policies.model import TicketRef
from policies.notices import NoticeState

_GAVE_UP = notices.c.state == NoticeState.FAILED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFailure:
    """Notices of one channel that could not be sent for the same cause; `id` is the first one's.

    `key` names the first one's ticket as people do; `ids` are all of them, the first included.
    """

    id: int
    channel: str
    ref: TicketRef
    key: str
    error: str
    since: datetime
    attempts: int
    ids: tuple[int, ...]


def list_notice_failures(conn: Connection) -> tuple[NoticeFailure, ...]:
    """Return what could not be sent, oldest first, once for each channel and cause."""
    same = and_(tickets.c.site == notices.c.site, tickets.c.ticket == notices.c.ticket)
    found = select(notices, tickets.c.key).outerjoin_from(notices, tickets, same).where(_GAVE_UP)
    told: dict[tuple[str, str], NoticeFailure] = {}
    for row in conn.execute(found.order_by(notices.c.since, notices.c.id)):
        place = row.channel, row.error or ""
        first = told.get(place)
        told[place] = replace(first, ids=(*first.ids, row.id)) if first else _failure(row)
    return tuple(told.values())


def _failure(row: Row[*tuple[object, ...]]) -> NoticeFailure:
    return NoticeFailure(
        id=row.id,
        channel=row.channel,
        ref=TicketRef(row.site, row.ticket),
        key=row.key or row.ticket,
        error=row.error or "",
        since=row.since or row.send_at,
        attempts=row.attempts,
        ids=(row.id,),
    )


def retry_notices(conn: Connection, ids: Iterable[int] | None, now: datetime) -> int:
    """Send notices that gave up at once; None: all of them, and those that wait for another attempt.

    `since` stands until one of them goes out: the channel is in trouble as long.
    """
    tried = and_(notices.c.state == NoticeState.PLANNED.value, notices.c.attempts > 0)
    chosen = or_(_GAVE_UP, tried) if ids is None else and_(_GAVE_UP, notices.c.id.in_(tuple(ids)))
    afresh = {"state": NoticeState.PLANNED.value, "attempts": 0, "next_at": now}
    free = unheld(select(notices.c.id).where(chosen))
    again = update(notices).where(notices.c.id.in_(free)).values(**afresh)
    return len(conn.execute(again.returning(notices.c.id)).all())
