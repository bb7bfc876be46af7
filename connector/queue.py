"""The queue that carries syncs to workers: one RQ queue, filled by name so that nobody needs to import the worker."""

import os
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

import structlog
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from redis.sentinel import Sentinel
from rq import Queue
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer
from sqlalchemy import Engine

from connector.sentinel import SCHEME, read_sentinels
from connector.sites import Site
from connector.store.feed import feed
from connector.trackers.port import Rank

QUEUE = "dueby"
SYNC = "worker.jobs.sync"
RECONCILE = "worker.jobs.reconcile"
JOB_SECONDS = 120
_KEPT_SECONDS = 60
_FAILED_KEPT_SECONDS = 3600
_TIMEOUT = 5
_opened: dict[tuple[int, str], Redis] = {}
_log = structlog.get_logger(__name__)


def open_redis(url: str) -> Redis:
    """Return this process's client for redis://, rediss://, unix:// or redis+sentinel://, unopened."""
    place = (os.getpid(), url)
    if place not in _opened:
        _opened[place] = new_redis(url)
    return _opened[place]


def new_redis(url: str) -> Redis:
    """Return a client that shares nothing with others, for who changes its timeouts."""
    return _by_sentinel(url) if url.startswith(SCHEME) else Redis.from_url(url, **_options())


def _options() -> dict[str, Any]:
    """Wait shortly, try once more: a connection may be stale, but what can't be queued is fed again anyway."""
    return {
        "socket_connect_timeout": _TIMEOUT,
        "socket_timeout": _TIMEOUT,
        "retry": Retry(ConstantBackoff(0.05), 1),
    }


def _by_sentinel(url: str) -> Redis:
    told = read_sentinels(url)
    options = {**_options(), "db": told.database, "username": told.user, "password": told.password}
    sentinel = Sentinel(list(told.places), **options)  # type: ignore[no-untyped-call]  # redis-py's own
    return cast("Redis", sentinel.master_for(told.service))  # type: ignore[no-untyped-call]  # redis-py's own


def queue_on(redis: Redis) -> Queue:
    """Return the one queue."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer)


def enqueue(redis: Redis, site: str, fed: Iterable[tuple[str, int]]) -> bool:
    """Queue one sync for each reserved (ticket, rank), urgent ones in front.

    A Redis error is only told (False): the reservation lapses and the row is fed again.
    """
    tickets = tuple(fed)
    if not tickets:
        return True
    queue = queue_on(redis)
    front = [_job(site, ticket, at_front=True) for ticket, rank in reversed(tickets) if rank == Rank.URGENT]
    back = [_job(site, ticket, at_front=False) for ticket, rank in tickets if rank != Rank.URGENT]
    try:
        queue.enqueue_many([*front, *back])
    except RedisError as error:
        _log.warning("redis_away", site=site, tickets=len(tickets), error=str(error))
        return False
    return True


def enqueue_walk(redis: Redis, site: str) -> None:
    """Queue one walk over a site's changed tickets, behind the syncs. Raise RedisError: the reservation lapses."""
    queue_on(redis).enqueue_many([_named(RECONCILE, (site,), f"reconcile {site}", at_front=False)])


def _job(site: str, ticket: str, *, at_front: bool) -> EnqueueData:
    return _named(SYNC, (site, ticket), f"sync {site} {ticket}", at_front=at_front)


def _named(job: str, args: tuple[str, ...], description: str, *, at_front: bool) -> EnqueueData:
    return Queue.prepare_data(
        job,
        args=args,
        timeout=JOB_SECONDS,
        result_ttl=_KEPT_SECONDS,
        failure_ttl=_FAILED_KEPT_SECONDS,
        description=description,
        at_front=at_front,
    )


def feed_site(engine: Engine, redis: Redis, site: Site, slots: int, now: datetime) -> int:
    """Reserve and queue a site's due rows; return how many. Raise StoreAway."""
    fed = feed(engine, site.name, slots, now, site.per_minute)
    enqueue(redis, site.name, fed)
    return len(fed)
