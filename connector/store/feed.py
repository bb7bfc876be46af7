"""FEED: reserve due rows of a site, few at a time, so that the queue stays short and an urgent ticket goes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Connection,
    Engine,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    union_all,
    update,
)

from connector.store.engine import reading, writing
from connector.store.postgres import lock, unheld
from connector.store.rates import requests_left, startable
from connector.store.tables import Instant, agenda, heartbeats, sites
from connector.store.upsert import insert_once
from connector.trackers.port import Rank

RESERVED_FOR = timedelta(seconds=30)
"""How long a reservation or a lease lasts without being renewed."""

ALIVE_FOR = timedelta(seconds=60)
_OTHER = sites.alias("other")
_SITE, _NOW = bindparam("at_site", type_=Text), bindparam("now", type_=Instant)


@dataclass(frozen=True, slots=True)
class _Room:
    paused: bool
    failing: bool
    busy: int
    slots: int
    others_wait: bool

    def left(self, slots: int) -> int:
        if self.paused:
            return 0
        slots = max(slots, self.slots, 1)
        if self.failing:
            return max(0, 1 - self.busy)
        limit = max(slots // 2, 1) if self.others_wait else 2 * slots
        return max(0, limit - self.busy)


def feed(
    engine: Engine, site: str, slots: int, now: datetime, per_minute: int | None = None
) -> tuple[tuple[str, int], ...]:
    """Reserve due rows in a transaction of its own; return (ticket, rank) to enqueue, urgent first. Raise StoreAway."""
    with reading(engine) as conn:
        if not conn.execute(_ANY_IDLE, {"at_site": site, "now": now}).scalar_one():
            return ()
    with writing(engine) as conn:
        return reserve(conn, site, slots, now, per_minute)


def reserve(
    conn: Connection, site: str, slots: int, now: datetime, per_minute: int | None = None
) -> tuple[tuple[str, int], ...]:
    """Reserve as many due rows of a site as there is room for; enqueue what comes back after the commit.

    `slots` is how many this process knows of; live heartbeats of workers may say more. `per_minute` is the site's rate:
    nothing is begun that it would not let end.
    """
    found = _room(conn, site, now)
    room = found.left(slots)
    if room == 0:
        return ()
    if per_minute is None:
        return _reserved(conn, site, now, room, Rank.RECOMPUTE)
    urgent, any_rank = startable(requests_left(conn, site, per_minute, now), per_minute, found.busy)
    first = _reserved(conn, site, now, min(room, urgent), Rank.URGENT)
    return (*first, *_reserved(conn, site, now, min(room, any_rank) - len(first), Rank.RECOMPUTE))


def _reserved(conn: Connection, site: str, now: datetime, room: int, least: Rank) -> tuple[tuple[str, int], ...]:
    """Reserve rows that are at least that urgent, the most urgent first."""
    if room <= 0:
        return ()
    given = {"at_site": site, "now": now, "room": room, "least": int(least), "until": now + RESERVED_FOR}
    reserved = conn.execute(_RESERVE, given).all()
    return tuple((row.ticket, row.rank) for row in sorted(reserved, key=lambda row: (row.rank, row.look_at, row.id)))


def _room(conn: Connection, site: str, now: datetime) -> _Room:
    lock(conn, f"feed {site}")  # two at once would each fill the same room
    found = conn.execute(_LOOK, {"at_site": site, "now": now, "alive_since": now - ALIVE_FOR}).one_or_none()
    if found is None:
        insert_once(conn, sites, {"name": site})
        return _room(conn, site, now)
    paused_until, failures, held, live, others_wait = found
    return _Room(paused_until > now, failures > 0, held, live, bool(others_wait))


def _idle() -> Select[tuple[int, int, datetime | None]]:
    """Choose due rows that nobody holds."""
    columns = agenda.c
    return select(columns.id, columns.rank, columns.look_at).where(
        columns.site == _SITE, columns.look_at <= _NOW, columns.busy_until <= _NOW
    )


def _others_wait() -> Select[tuple[str]]:
    """Find another site that has due rows nobody holds and could take a slot for them."""
    columns = agenda.c
    waits = exists().where(columns.site == _OTHER.c.name, columns.look_at <= _NOW, columns.busy_until <= _NOW)
    holds = exists().where(columns.site == _OTHER.c.name, columns.busy_until > _NOW)
    able = and_(_OTHER.c.paused_until <= _NOW, or_(_OTHER.c.failures == 0, ~holds))
    return select(_OTHER.c.name).where(_OTHER.c.name != _SITE, able, waits)


def _best() -> Select[tuple[int]]:
    """Choose rows to reserve: rank by rank, so that the index gives each in order."""
    room, least = bindparam("room", type_=Integer), bindparam("least", type_=Integer)
    ranked = (
        _idle().where(agenda.c.rank == int(rank), least >= int(rank)).order_by(agenda.c.look_at).limit(room)
        for rank in Rank
    )
    chosen = union_all(*(rows.subquery().select() for rows in ranked)).subquery()
    return select(chosen.c.id).order_by(chosen.c.rank, chosen.c.look_at).limit(room)


def _free() -> Select[tuple[int]]:
    """Choose of the best those that no other transaction holds: it may be changing them just now."""
    columns = agenda.c
    return unheld(
        select(columns.id).where(columns.id.in_(_best()), columns.look_at <= _NOW, columns.busy_until <= _NOW)
    )


_BUSY = select(func.count()).select_from(agenda).where(agenda.c.site == _SITE, agenda.c.busy_until > _NOW)
_LIVE = (
    select(func.count())
    .select_from(heartbeats)
    .where(heartbeats.c.kind == "worker", heartbeats.c.at > bindparam("alive_since", type_=Instant))
)

# Built once: composing them costs more than running them.
_ANY_IDLE = select(_idle().exists())
_LOOK = select(
    sites.c.paused_until,
    sites.c.failures,
    _BUSY.scalar_subquery(),
    _LIVE.scalar_subquery(),
    exists(_others_wait()),
).where(sites.c.name == _SITE)
_RESERVE = (
    update(agenda)
    .where(agenda.c.id.in_(_free()))
    .values(busy_until=bindparam("until", type_=Instant), token=None)
    .returning(agenda.c.id, agenda.c.ticket, agenda.c.rank, agenda.c.look_at)
)
