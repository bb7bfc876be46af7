"""A walk of a site: taken by one at a time, kept while its pages come in, and ended, let go of or failed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from connector.store.postgres import lock
from connector.store.tables import EPOCH, sites, walks
from connector.store.waits import Failing, Wait, note_site_fault, note_success
from policies.model import TicketRef

EVERY = timedelta(minutes=10)
FIRST_LOOK_BACK = timedelta(days=1)
"""How far the first walk of a site looks back; what is older and open comes by the walk over open tickets."""

LATE = timedelta(minutes=30)
_HELD_FOR = timedelta(seconds=60)

FREE: Mapping[str, Any] = {"token": None, "busy_until": EPOCH}
WELL: Mapping[str, Any] = {"attempts": 0, "reason": None, "sentence": None, "failing_since": None}


class WalkKind(StrEnum):
    """What a walk is over; the first goes before the second."""

    CHANGES = "changes"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """The right to walk a site, and where to go on. `asked` is when its last pages were asked for.

    `late`: the walk before it lies so long ago that dueby itself was away.
    """

    site: str
    kind: WalkKind
    token: str
    projects: tuple[str, ...] | None
    since: datetime
    began_at: datetime
    next_at: datetime
    cursor: str | None
    asked: tuple[datetime, ...]
    attempts: int
    late: bool


def start_walk(conn: Connection, site: str, now: datetime, *, asked_for: bool = False) -> Walk | None:
    """Take a site's walk that is due or reserved; None: there is none, or somebody else holds it.

    `asked_for`: a person wants the walk over changes now.
    """
    lock(conn, f"walk {site}")  # else two would take its two kinds at once
    free = or_(walks.c.token.is_(None), walks.c.busy_until <= now)
    ready = or_(walks.c.next_at <= now, walks.c.busy_until > now) if not asked_for else walks.c.kind == WalkKind.CHANGES
    held = select(walks.c.kind).where(walks.c.site == site, walks.c.token.is_not(None), walks.c.busy_until > now)
    chosen = select(walks).where(walks.c.site == site, free, ready, ~paused(now)).order_by(walks.c.kind).limit(1)
    row = None if conn.execute(held).first() else conn.execute(chosen).one_or_none()
    if row is None:
        return None
    token, began_at = uuid4().hex, row.began_at or now
    taken = {"token": token, "busy_until": now + _HELD_FOR, "began_at": began_at}
    this = (walks.c.site == site, walks.c.kind == row.kind, free)
    if conn.execute(update(walks).where(*this).values(**taken)).rowcount != 1:
        return None
    return Walk(
        site=site,
        kind=WalkKind(row.kind),
        token=token,
        projects=None if row.projects is None else tuple(row.projects),
        since=row.walked_at or began_at - FIRST_LOOK_BACK,
        began_at=began_at,
        next_at=row.next_at,
        cursor=row.cursor,
        asked=tuple(datetime.fromisoformat(at) for at in row.asked),
        attempts=row.attempts,
        late=row.walked_at is None or began_at - row.walked_at > LATE,
    )


def keep_place(conn: Connection, walk: Walk, cursor: str | None, asked: Sequence[datetime], now: datetime) -> bool:
    """Note how far a walk came and hold it for another while; False: somebody else has it, stop."""
    return _set(conn, walk, cursor=cursor, asked=_texts(asked), busy_until=now + _HELD_FOR)


def rest_walk(conn: Connection, walk: Walk, until: datetime) -> bool:
    """Let go of a walk that goes on later from its place."""
    return _set(conn, walk, next_at=until, **FREE)


def finish_walk(conn: Connection, walk: Walk, cursor: str | None, now: datetime) -> bool:
    """End a walk that came to its end; all that changed before it began has been seen."""
    if walk.kind is WalkKind.OPEN:
        ended = conn.execute(delete(walks).where(*_mine(walk))).rowcount == 1
    else:
        next_at = max(walk.began_at + EVERY, now)
        done = {"walked_at": walk.began_at, "began_at": None, "cursor": cursor, "next_at": next_at}
        ended = _set(conn, walk, **done, **FREE, **WELL)
    if ended:
        note_success(conn, TicketRef(walk.site, ""), now)
    return ended


def fail_walk(conn: Connection, walk: Walk, asked: Sequence[datetime], failing: Failing) -> Wait | None:
    """Let go of a walk that failed, to be tried again after a wait; None: somebody else has it.

    It goes on from its place; where no retry helps, that place may be what is wrong, and it begins anew.
    """
    error = failing.error
    if not _set(conn, walk, asked=_texts(asked), **FREE):
        return None
    wait = note_site_fault(conn, failing)
    anew = {} if error.retryable else {"cursor": None, "began_at": None}
    told = {"reason": error.reason, "sentence": error.sentence, "attempts": wait.attempts, "next_at": wait.until}
    this = (walks.c.site == walk.site, walks.c.kind == walk.kind.value)
    conn.execute(update(walks).where(*this).values(**told, **anew))
    conn.execute(update(walks).where(*this, walks.c.failing_since.is_(None)).values(failing_since=failing.now))
    return wait


def _mine(walk: Walk) -> tuple[ColumnElement[bool], ...]:
    return walks.c.site == walk.site, walks.c.kind == walk.kind.value, walks.c.token == walk.token


def _set(conn: Connection, walk: Walk, **values: Any) -> bool:
    return conn.execute(update(walks).where(*_mine(walk)).values(**values)).rowcount == 1


def _texts(asked: Sequence[datetime]) -> list[str]:
    return [at.isoformat() for at in asked]


def paused(now: datetime) -> ColumnElement[bool]:
    """Say whether a walk's site is paused."""
    return select(sites.c.name).where(sites.c.name == walks.c.site, sites.c.paused_until > now).exists()
