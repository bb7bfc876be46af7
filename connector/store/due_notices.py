"""Which notices are due on a channel, by SQL alone, and what went out on it lately.

A row's `next_at` is when it is to be looked at next: its own moment, the end of a wait or, while it is being sent, the
end of the claim, so that a claim that lapsed is due like any other row. What was sent keeps there when.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Connection, Select, Text, and_, bindparam, func, or_, select, union, union_all

from connector.store.tables import EPOCH, Instant, agenda, notices, sites
from policies.model import TicketRef
from policies.notices import Notice, NoticeState

CLAIMED_FOR = timedelta(seconds=60)
"""How long a claim lasts; a send gives up long before."""

WAITS_FOR_LOOK = timedelta(seconds=60)
"""How long a notice waits at most for a look at its ticket that is due or under way."""

MOST = 1000
"""How many rows are looked at, and go into one digest, at once."""

MINUTE = timedelta(minutes=1)
_C = notices.c
_FACTS = ("metric", "start_at", "due_at", "step", "channel", "repetition", "send_at")
SENDING, _SENT = NoticeState.SENDING.value, NoticeState.SENT.value
UNSENT = (NoticeState.PLANNED.value, NoticeState.FAILED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A row that is to be sent. `ready` False: its ticket is looked at first; `as_of`: that look did not come in time.

    `doubtful`: an earlier attempt may have been received. `paused_until`: its site asks for no request before that.
    `incident`: the one that it shares with other rows.
    """

    id: int
    ref: TicketRef
    notice: Notice
    next_at: datetime
    attempts: int = 0
    doubtful: bool = False
    ready: bool = True
    as_of: bool = False
    paused_until: datetime = EPOCH
    incident: str | None = None


@dataclass(frozen=True, slots=True)
class Lately:
    """What went out on a channel in the last minute: when each message about a single notice did, and a digest."""

    alone: tuple[datetime, ...] = ()
    digest_at: datetime | None = None


def due_channels(conn: Connection, now: datetime) -> tuple[tuple[str, str], ...]:
    """Return the channels, each with the sites, of which a notice is due."""
    return tuple((row.channel, row.site) for row in conn.execute(_DUE_CHANNELS, at(now)))


def waiting(
    conn: Connection, channel: str, site: str | None, now: datetime, *, lock: bool = False
) -> tuple[Waiting, ...]:
    """Return a channel's rows, of one site or of all, that are due by the end of this minute, the oldest first.

    With `lock` another notifier passes over them until this transaction ends.
    """
    given = {**at(now), "of_channel": channel, "ends": now.replace(second=0, microsecond=0) + MINUTE}
    of_site = {} if site is None else {"of_site": site}
    rows = conn.execute(_waiting(lock=lock, of_site=site is not None), given | of_site)
    return tuple(_read(row, now) for row in rows)


def lately(conn: Connection, channel: str, now: datetime) -> Lately:
    """Return what was sent on a channel in the last minute, or is being sent by anyone."""
    rows = conn.execute(_LATELY, {"of_channel": channel, "since": now - MINUTE, "now": now}).all()
    sent = [(row.last - CLAIMED_FOR if row.state == SENDING else row.last, row.size) for row in rows]
    alone = tuple(sorted(when for when, size in sent if size == 1))
    return Lately(alone, max((when for when, size in sent if size > 1), default=None))


def at(now: datetime) -> dict[str, datetime]:
    """Give what `IS_DUE` is asked with."""
    return {"now": now, "far": now + 2 * CLAIMED_FOR}


def _read(row: Any, now: datetime) -> Waiting:
    return Waiting(
        id=row.id,
        ref=TicketRef(row.site, row.ticket),
        notice=Notice(**{name: getattr(row, name) for name in _FACTS}),
        next_at=min(row.next_at, now) if row.state == SENDING else row.next_at,
        attempts=row.attempts,
        doubtful=row.doubtful or row.state == SENDING,
        ready=not row.stale or now >= row.send_at + WAITS_FOR_LOOK,
        as_of=bool(row.stale),
        paused_until=row.paused_until or EPOCH,
        incident=row.incident,
    )


@cache
def _waiting(*, lock: bool, of_site: bool) -> Select[Any]:
    """Compose the statement once. The agenda says whether a look at the ticket is due, is under way or failed."""
    a = agenda.c
    stale = or_(a.look_at <= _NOW, a.busy_until > _NOW, a.attempts > 0, a.through_site)
    chosen = (
        select(
            *(_C.id, _C.site, _C.ticket, _C.next_at, _C.attempts, _C.doubtful, _C.state, _C.incident),
            *(_C[name] for name in _FACTS),
            func.coalesce(stale, False).label("stale"),
            sites.c.paused_until,
        )
        .outerjoin(agenda, and_(a.site == _C.site, a.ticket == _C.ticket))
        .outerjoin(sites, sites.c.name == _C.site)
        .where(_C.id.in_(_due_soon(of_site=of_site)))  # whoever takes a row asks again whether it is due
        .order_by(_C.next_at, _C.id)
        .limit(MOST)
    )
    return chosen.with_for_update(skip_locked=True, of=notices) if lock else chosen


def _due_soon(*, of_site: bool) -> CompoundSelect[Any]:
    """Choose rows by three walks of one index; of conditions joined by OR SQLite walks all that a channel ever told."""
    parts = (_SOON, and_(_C.state == SENDING, _C.next_at <= _NOW), _PUT_BACK)
    site = (_C.site == bindparam("of_site", type_=Text),) if of_site else ()
    return union_all(*(select(_C.id).where(_C.channel == _CHANNEL, part, *site) for part in parts))


_NOW, _ENDS = bindparam("now", type_=Instant), bindparam("ends", type_=Instant)
_CHANNEL = bindparam("of_channel", type_=Text)
_CAME = and_(_C.state.in_((*UNSENT, SENDING)), _C.next_at <= _NOW)
_SOON = and_(_C.state.in_(UNSENT), _C.next_at < _ENDS)
_PUT_BACK = and_(_C.state == SENDING, _C.next_at > bindparam("far", type_=Instant))  # claimed before time was put back
IS_DUE = or_(_CAME, _PUT_BACK)
_DUE_CHANNELS = union(*(select(_C.channel, _C.site).where(part) for part in (_CAME, _PUT_BACK)))  # an index for each
_OF_THE_MINUTE = and_(_C.state == _SENT, _C.next_at > bindparam("since", type_=Instant), _C.next_at <= _NOW)
_ON_ITS_WAY = and_(_C.state == SENDING, _C.next_at > _NOW)
_OF_CHANNEL = select(_C.state, _C.token, _C.next_at).where(_C.channel == _CHANNEL)
_WENT = union_all(*map(_OF_CHANNEL.where, (_OF_THE_MINUTE, _ON_ITS_WAY))).subquery()  # an index for each
_LATELY = select(
    _WENT.c.state, func.max(_WENT.c.next_at, type_=Instant).label("last"), func.count().label("size")
).group_by(_WENT.c.state, _WENT.c.token)
