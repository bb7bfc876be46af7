"""The feeder: beside the requests, many hints one feed, and no failure ever reaches the webhook."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from redis.exceptions import ConnectionError as RedisConnectionError

from connector.web import feeder
from connector.web.feeder import Feeder


def eventually(condition: Callable[[], bool], within: timedelta = timedelta(seconds=5)) -> bool:
    deadline = time.monotonic() + within.total_seconds()
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def test_a_site_is_fed_soon() -> None:
    fed: list[str] = []
    feeding = Feeder(fed.append)
    feeding.feed("acme")
    assert eventually(lambda: fed == ["acme"])
    feeding.close()


def test_hints_that_come_while_a_feed_runs_share_the_next_one() -> None:
    fed: list[str] = []
    gate = threading.Event()

    def slow(site: str) -> None:
        fed.append(site)
        gate.wait(5)

    feeding = Feeder(slow)
    feeding.feed("acme")
    assert eventually(lambda: fed == ["acme"])
    for _ in range(50):
        feeding.feed("acme")
        feeding.feed("help")
    gate.set()
    assert eventually(lambda: len(fed) >= 3)
    feeding.close()
    assert fed == ["acme", "acme", "help"]


def test_a_redis_that_hangs_or_fails_is_only_counted_and_left_alone_for_a_while() -> None:
    tried: list[float] = []

    def away(site: str) -> None:
        tried.append(time.monotonic())
        raise RedisConnectionError(site)

    feeding = Feeder(away)
    feeding.feed("acme")
    assert eventually(lambda: feeding.failures == 1)
    for _ in range(20):
        feeding.feed("acme")
    time.sleep(0.2)
    feeding.close()
    assert len(tried) == 1
    assert feeder.REST.total_seconds() == 3


def test_feeding_never_waits_and_closing_ends_the_thread() -> None:
    gate = threading.Event()
    feeding = Feeder(lambda _: gate.wait(5))
    started = time.monotonic()
    for _ in range(1000):
        feeding.feed("acme")
    assert time.monotonic() - started < 1
    gate.set()
    feeding.close()
    assert "feeder" not in {thread.name for thread in threading.enumerate()}


def test_closing_one_that_never_fed_is_fine() -> None:
    Feeder(lambda _: None).close()
