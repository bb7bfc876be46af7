from datetime import UTC, datetime
from typing import Any

import pytest
from redis import Redis
from rq.utils import import_attribute
from sqlalchemy import Engine

from connector.queue import RECONCILE, SYNC, enqueue, enqueue_walk, feed_site, open_redis, queue_on
from connector.store.agenda import agenda_row, wake
from connector.store.engine import reading, writing
from connector.trackers.port import Rank
from policies.model import TicketRef
from tests.worker.conftest import SITE
from worker import jobs

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def queued(redis: Redis) -> list[str]:
    return [job.args[1] for job in queue_on(redis).jobs]


@pytest.mark.parametrize(("name", "job"), [(SYNC, jobs.sync), (RECONCILE, jobs.reconcile)])
def test_the_names_that_are_enqueued_by_are_jobs(name: str, job: object) -> None:
    assert import_attribute(name) is job


def test_a_walk_stands_behind_the_syncs(redis: Redis) -> None:
    enqueue(redis, "acme", [("1", Rank.EVENT)])
    enqueue_walk(redis, "acme")
    enqueue(redis, "acme", [("2", Rank.URGENT)])
    assert [(job.func_name, job.args) for job in queue_on(redis).jobs] == [
        ("worker.jobs.sync", ["acme", "2"]),
        ("worker.jobs.sync", ["acme", "1"]),
        ("worker.jobs.reconcile", ["acme"]),
    ]


def test_urgent_syncs_go_in_front_in_their_own_order(redis: Redis) -> None:
    assert enqueue(redis, "acme", [("event", Rank.EVENT), ("recompute", Rank.RECOMPUTE)])
    assert enqueue(redis, "acme", [("new 1", Rank.URGENT), ("new 2", Rank.URGENT), ("event 2", Rank.EVENT)])
    assert queued(redis) == ["new 1", "new 2", "event", "recompute", "event 2"]


def test_a_job_is_readable_without_our_code_and_ends_in_time(redis: Redis) -> None:
    assert enqueue(redis, "acme", [("1", Rank.EVENT)])
    (job,) = queue_on(redis).jobs
    assert (job.func_name, job.args, job.description) == ("worker.jobs.sync", ["acme", "1"], "sync acme 1")
    assert (job.timeout, job.result_ttl, job.retries_left) == (120, 60, None)


def test_a_redis_that_is_away_is_only_told_and_the_reservation_lapses(engine: Engine) -> None:
    away = open_redis("redis://127.0.0.1:1/0")
    with writing(engine) as conn:
        wake(conn, TicketRef("acme", "1"), Rank.EVENT, "webhook", NOW)
    assert feed_site(engine, away, SITE, 4, NOW) == 1
    assert not enqueue(away, "acme", [("1", Rank.EVENT)])
    with reading(engine) as conn:
        row = agenda_row(conn, TicketRef("acme", "1"))
    assert row is not None
    assert row.look_at == NOW


def test_nothing_to_queue_asks_no_redis() -> None:
    assert enqueue(open_redis("redis://127.0.0.1:1/0"), "acme", [])


@pytest.mark.parametrize(
    ("url", "sentinels", "service", "database", "password"),
    [
        ("redis+sentinel://one:26380,two:26381/main/3", [("one", 26380), ("two", 26381)], "main", 3, None),
        ("redis+sentinel://one/main", [("one", 26379)], "main", 0, None),
        ("redis+sentinel://:se%40cret@one:1/main/0", [("one", 1)], "main", 0, "se@cret"),
    ],
)
def test_sentinels_are_read_from_the_address(
    url: str, sentinels: list[tuple[str, int]], service: str, database: int, password: str | None
) -> None:
    pool: Any = open_redis(url).connection_pool
    hosts = [sentinel.connection_pool.connection_kwargs for sentinel in pool.sentinel_manager.sentinels]
    assert [(host["host"], host["port"]) for host in hosts] == sentinels
    assert (pool.service_name, pool.connection_kwargs["db"]) == (service, database)
    assert pool.connection_kwargs["password"] == password
