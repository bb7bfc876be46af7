"""Queue the walks that are due: the timekeeper's part in reconciling."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime

from redis import Redis
from sqlalchemy import Connection, Engine

from connector.queue import enqueue_walk
from connector.scopes import scopes_of
from connector.store.engine import reading, writing
from connector.store.walk_plan import due_walks, plan_walks, reserve_walk, unplanned
from connector.trackers.port import Scope
from policies.faults import FaultsError
from worker.rules import Rules


def queue_walks(engine: Engine, redis: Redis, rules: Rules, configured: Collection[str], now: datetime) -> None:
    """Queue a walk for each mapped site that is due, whichever timekeeper comes first. Raise StoreAway, RedisError."""
    with reading(engine) as conn:
        mapped = _mapped(conn, rules, configured)
        due, new = due_walks(conn, mapped, now), unplanned(conn, mapped)
    if new:
        with writing(engine) as conn:
            plan_walks(conn, {site: mapped[site] for site in new})
    for site in due:
        with writing(engine) as conn:
            reserved = reserve_walk(conn, site, now)
        if reserved:
            enqueue_walk(redis, site)


def _mapped(conn: Connection, rules: Rules, configured: Collection[str]) -> Mapping[str, Scope]:
    with suppress(FaultsError):  # what is wrong with them stands in the timekeeper's sign of life
        scopes = scopes_of(rules.in_force(conn).mappings.mappings)
        return {site: scope for site, scope in scopes.items() if site in configured}
    return {}
