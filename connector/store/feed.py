"""FEED: reserve due rows of a site, few at a time, so that the queue stays short and an urgent ticket goes first."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Select, and_, exists, func, or_, select, union_all, update

from connector.store.engine import reading, writing
from connector.store.tables import agenda, heartbeats, sites
from connector.store.upsert import insert_once
from connector.trackers.port import Rank

RESERVED_FOR = timedelta(seconds=30)
"""How long a reservation or a lease lasts without being renewed."""

ALIVE_FOR = timedelta(seconds=60)
_OTHER = sites.alias("other")


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


def feed(engine: Engine, site: str, slots: int, now: datetime) -> tuple[tuple[str, int], ...]:
    """Reserve due rows in a transaction of its own; return (ticket, rank) to enqueue, urgent first. Raise StoreAway."""
    with reading(engine) as conn:
        if conn.execute(select(_idle(site, Rank.URGENT, now, any_rank=True).exists())).scalar_one() == 0:
            return ()
    with writing(engine) as conn:
        return reserve(conn, site, slots, now)


def reserve(conn: Connection, site: str, slots: int, now: datetime) -> tuple[tuple[str, int], ...]:
    """Reserve as many due rows of a site as there is room for; enqueue what comes back after the commit.

    `slots` is how many this process knows of; live heartbeats of workers may say more.
    """
    room = _room(conn, site, now).left(slots)
    if room == 0:
        return ()
    chosen = union_all(*(_idle(site, rank, now).limit(room).subquery().select() for rank in Rank)).subquery()
    best = select(chosen.c.id).order_by(chosen.c.rank, chosen.c.look_at).limit(room)
    reserved = conn.execute(
        update(agenda)
        .where(agenda.c.id.in_(best))
        .values(busy_until=now + RESERVED_FOR, token=None)
        .returning(agenda.c.ticket, agenda.c.rank, agenda.c.look_at)
    ).all()
    return tuple((row.ticket, row.rank) for row in sorted(reserved, key=lambda row: (row.rank, row.look_at)))


def _idle(site: str, rank: Rank, now: datetime, *, any_rank: bool = False) -> Select[tuple[int, int, datetime | None]]:
    """Choose due rows that nobody holds; one rank at a time so that the index gives them in order."""
    columns = agenda.c
    due = select(columns.id, columns.rank, columns.look_at).where(
        columns.site == site, columns.look_at <= now, columns.busy_until <= now
    )
    return due if any_rank else due.where(columns.rank == int(rank)).order_by(columns.look_at)


def _room(conn: Connection, site: str, now: datetime) -> _Room:
    count = select(func.count())
    busy = count.select_from(agenda).where(agenda.c.site == site, agenda.c.busy_until > now).scalar_subquery()
    slots = (
        count.select_from(heartbeats)
        .where(heartbeats.c.kind == "worker", heartbeats.c.at > now - ALIVE_FOR)
        .scalar_subquery()
    )
    found = conn.execute(
        select(sites.c.paused_until, sites.c.failures, busy, slots, exists(_others(site, now))).where(
            sites.c.name == site
        )
    ).one_or_none()
    if found is None:
        insert_once(conn, sites, {"name": site})
        return _room(conn, site, now)
    paused_until, failures, held, live, others_wait = found
    return _Room(paused_until > now, failures > 0, held, live, bool(others_wait))


def _others(site: str, now: datetime) -> Select[tuple[str]]:
    """Find another site that has due rows nobody holds and could take a slot for them."""
    columns = agenda.c
    waits = exists().where(columns.site == _OTHER.c.name, columns.look_at <= now, columns.busy_until <= now)
    holds = exists().where(columns.site == _OTHER.c.name, columns.busy_until > now)
    able = and_(_OTHER.c.paused_until <= now, or_(_OTHER.c.failures == 0, ~holds))
    return select(_OTHER.c.name).where(_OTHER.c.name != site, able, waits)
