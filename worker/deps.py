"""The one place where a worker process is put together: engine, trackers, rules, queue and time."""

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Engine

from connector import time_source
from connector.queue import enqueue, open_redis
from connector.settings import Settings
from connector.sites import Site
from connector.store.engine import open_engine
from connector.store.rates import counting
from connector.texts import summary
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from policies.receipt import Fact
from worker.leasekeeper import LeaseKeeper
from worker.rules import Rules

EMBEDDED_MISSING = "REDIS_URL is unset: only `dueby run` starts a Redis by itself; set REDIS_URL to one that is there."


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """Everything a sync needs from the world. Made after the fork; connections open at their first use."""

    engine: Engine
    sites: Mapping[str, Site]
    tracker: Callable[[str], Tracker]
    rules: Rules
    keeper: LeaseKeeper
    enqueue: Callable[[str, Iterable[tuple[str, int]]], object]
    summary: Callable[[Fact, Site], str]
    slots: int
    now: Callable[[], datetime]
    jitter: Callable[[], float]


def redis_url_of(settings: Settings) -> str:
    """Return the address of the Redis to use. Raise ValueError with a sentence where none is configured."""
    if settings.redis_url is None:
        raise ValueError(EMBEDDED_MISSING)
    return settings.redis_url


def make_deps(settings: Settings, rules: Rules, now: Callable[[], datetime] = time_source.now) -> Deps:
    """Join the real parts for this process."""
    engine, redis = open_engine(settings.database_url), open_redis(redis_url_of(settings))
    keeper = LeaseKeeper(engine, now)

    @cache
    def tracker(site: str) -> Tracker:
        chosen = settings.sites[site]
        return open_tracker(chosen, now, counting(engine, chosen, now, keeper.before_request))

    return Deps(
        engine=engine,
        sites=settings.sites,
        tracker=tracker,
        rules=rules,
        keeper=keeper,
        enqueue=lambda site, fed: enqueue(redis, site, fed),
        summary=lambda fact, site: summary(fact, site.language, site.timezone),
        slots=settings.workers,
        now=now,
        jitter=random.random,
    )
