"""May a request leave? Not while its site is paused, nor beyond its `rate`: counted in SQL by all that send any."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Integer, Text, bindparam, delete, func, select

from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.store.engine import reading, writing
from connector.store.postgres import lock
from connector.store.tables import Instant, requests, sites

WINDOW = timedelta(seconds=61)
"""A second more than is promised: a request leaves a little later than it is counted."""

REQUESTS_A_SYNC = 4
"""What one sync needs as a rule, its write included: on the sandboxes 2 at a Jira and 3 at a Zendesk that is known
already; people not seen before, many comments and long histories take more."""

_KEPT_FOR_URGENT = 5
"""One request in five is left to urgent tickets, and to those that need more than others."""


class NoRoomError(TrackerError):
    """The site's rate leaves no room now, or it is paused; nothing was sent. No failure: it is tried again later."""

    def __init__(self, site: str, why: str, wait: timedelta) -> None:
        sentence = f"{site}: {why}. Nothing was sent; it is tried again in {wait.total_seconds():.0f} s."
        super().__init__("no_room", sentence, retryable=True, retry_after=wait, scope=Scope.SITE)


def counting(
    engine: Engine,
    site: Site,
    now: Callable[[], datetime],
    before: Callable[[str], None] | None = None,
    *,
    while_paused: bool = False,
) -> Callable[[str], None]:
    """Return what a tracker calls before each request: `before`, then the site's count where it has a rate.

    `before` sees to pauses too; without one they are looked at here, unless a person asks to check the site itself. It
    raises NoRoomError where nothing may be sent, StoreAway where nobody can tell.
    """

    def before_request(method: str) -> None:
        if before is not None:
            before(method)
        elif not while_paused:
            with reading(engine) as conn:
                refuse_paused(conn, site.name, now())
        if site.per_minute is not None:
            _count(engine, site.name, site.per_minute, now())

    return before_request


def refuse_paused(conn: Connection, site: str, now: datetime) -> None:
    """Raise NoRoomError while a site is paused: it asked for it, or it failed."""
    found = conn.execute(_PAUSED, {"of_site": site, "now": now}).one_or_none()
    if found is not None:
        raise NoRoomError(site, f"it is paused ({found.reason})", found.paused_until - now)


def take(conn: Connection, site: str, per_minute: int, now: datetime) -> datetime | None:
    """Count one request that is about to leave; without room count nothing and return when there will be some."""
    lock(conn, f"rate {site}")  # two at once would count as one
    newest: datetime | None = conn.execute(
        _NTH_NEWEST, {**_window(site, now), "skip": per_minute - 1}
    ).scalar_one_or_none()
    if newest is not None:
        return newest + WINDOW
    conn.execute(requests.insert(), {"site": site, "at": now})
    return None


def requests_left(conn: Connection, site: str, per_minute: int, now: datetime) -> int:
    """Say how many requests may still be sent now."""
    sent: int = conn.execute(_SENT, _window(site, now)).scalar_one()
    return max(0, per_minute - sent)


def startable(left: int, per_minute: int, busy: int) -> tuple[int, int]:
    """Say how many syncs may be begun beside `busy` ones: urgent ones, and any (a part of the room is kept back)."""
    each = min(REQUESTS_A_SYNC, per_minute)
    any_rank = (left - per_minute // _KEPT_FOR_URGENT) // each - busy
    return max(0, left // each - busy), max(0, any_rank)


def purge_requests(conn: Connection, now: datetime) -> None:
    """Forget requests that count no more, and those of a time that never came because the time was put back."""
    old = requests.c.at <= now - 2 * WINDOW
    conn.execute(delete(requests).where(old | (requests.c.at > now + WINDOW)))


def _count(engine: Engine, site: str, per_minute: int, now: datetime) -> None:
    with writing(engine) as conn:
        room_at = take(conn, site, per_minute, now)
    if room_at is not None:
        raise NoRoomError(site, f"its `rate` of {per_minute} requests a minute is used up", room_at - now)


def _window(site: str, now: datetime) -> dict[str, object]:
    return {"of_site": site, "since": now - WINDOW, "until": now + WINDOW}


# Built once: they run before every request.
_PAUSED = select(sites.c.paused_until, sites.c.reason).where(
    sites.c.name == bindparam("of_site", type_=Text), sites.c.paused_until > bindparam("now", type_=Instant)
)
_COUNTED = (
    requests.c.site == bindparam("of_site", type_=Text),
    requests.c.at > bindparam("since", type_=Instant),
    requests.c.at <= bindparam("until", type_=Instant),
)
_SENT = select(func.count()).select_from(requests).where(*_COUNTED)
_NTH_NEWEST = (
    select(requests.c.at)
    .where(*_COUNTED)
    .order_by(requests.c.at.desc())
    .offset(bindparam("skip", type_=Integer))
    .limit(1)
)
