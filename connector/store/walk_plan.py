"""When sites are walked: the walk over changes that comes round, wishes for one over open tickets, and what is due."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from connector.store.feed import RESERVED_FOR
from connector.store.tables import EPOCH, agenda, sites, walks
from connector.store.upsert import insert_once, upsert
from connector.store.walks import FREE, WELL, WalkKind, paused
from connector.trackers.port import Scope

_other = walks.alias("other")


def unplanned(conn: Connection, mapped: Collection[str]) -> tuple[str, ...]:
    """Return the sites that are not walked yet."""
    known = set(conn.execute(select(walks.c.site).where(walks.c.kind == WalkKind.CHANGES.value)).scalars())
    return tuple(site for site in mapped if site not in known)


def plan_walks(conn: Connection, mapped: Mapping[str, Scope]) -> None:
    """Begin to walk these sites, unless they are walked; the open tickets that their mappings look at come first."""
    for site, scope in mapped.items():
        if insert_once(conn, walks, _fresh(site, WalkKind.CHANGES)):
            insert_once(conn, walks, {**_fresh(site, WalkKind.OPEN), "projects": scope.projects})


def wish_open(conn: Connection, site: str, projects: Collection[str] | None) -> None:
    """Have the open tickets of these projects (None: of all) walked once, from the beginning, and those wished before.

    Whoever walks them now loses the walk.
    """
    mine = (walks.c.site == site, walks.c.kind == WalkKind.OPEN)
    standing = conn.execute(select(walks.c.projects).where(*mine)).one_or_none()
    wanted = None if projects is None else set(projects)
    if standing is not None:
        wanted = None if wanted is None or standing.projects is None else wanted | set(standing.projects)
    named = None if wanted is None else sorted(wanted)
    upsert(conn, walks, {**_fresh(site, WalkKind.OPEN), "projects": named})


def due_walks(conn: Connection, mapped: Collection[str], now: datetime) -> tuple[str, ...]:
    """Return the sites of which a walk is due, that are not walked now, not paused, and have no syncs to mend first."""
    found = conn.execute(select(walks.c.site).where(walks.c.site.in_(mapped), *_due(now)).distinct())
    return tuple(sorted(found.scalars()))


def reserve_walk(conn: Connection, site: str, now: datetime) -> bool:
    """Reserve a site's walk for a job about to be queued; False: somebody else did."""
    kind = conn.execute(select(walks.c.kind).where(walks.c.site == site, *_due(now)).order_by(walks.c.kind)).scalar()
    if kind is None:
        return False
    mine = (walks.c.site == site, walks.c.kind == kind, walks.c.busy_until <= now)
    reserved = update(walks).where(*mine).values(busy_until=now + RESERVED_FOR, token=None)
    return conn.execute(reserved).rowcount == 1


def _fresh(site: str, kind: WalkKind) -> dict[str, Any]:
    place: dict[str, Any] = {"projects": None, "cursor": None, "began_at": None, "asked": [], "next_at": EPOCH}
    return {"site": site, "kind": kind.value, **place, **FREE, **WELL}


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    held = select(_other.c.site).where(_other.c.site == walks.c.site, _other.c.busy_until > now).exists()
    failing = select(sites.c.name).where(sites.c.name == walks.c.site, sites.c.failures > 0).exists()
    unsynced = or_(agenda.c.look_at <= now, agenda.c.busy_until > now)
    waiting = select(agenda.c.id).where(agenda.c.site == walks.c.site, unsynced).exists()
    return walks.c.next_at <= now, ~held, ~paused(now), ~(failing & waiting)
