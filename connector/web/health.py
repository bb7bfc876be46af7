"""Health: alive while the process answers, ready while webhooks can be stored, all there while nothing is silent."""

from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from connector.queue import open_redis
from connector.settings import Settings
from connector.store.engine import StoreAway, open_engine, writing
from connector.store.heartbeats import Heartbeat, latest
from connector.store.notes import note

Missing = Callable[[], tuple[str, ...]]
"""Name the parts that are not there (redis, workers, notifier, timekeeper), and each process of several that is silent.

Raises StoreAway where nothing can be stored.
"""

SILENT_AFTER = timedelta(seconds=50)
"""All give a sign of life every ten seconds at least: who freezes is named within the minute."""
NAMED_FOR = timedelta(minutes=15)
"""A machine that was taken away can't say farewell; where others live it is not missed for longer."""
_PARTS = {"worker": "workers", "notifier": "notifier", "timekeeper": "timekeeper"}
_ASKED = "readiness asked at"
_PATIENCE = 0.5
"""Seconds: whoever asks for readiness wants to know about the store, and a frozen Redis shall not delay that."""
_asking = ThreadPoolExecutor(max_workers=1, thread_name_prefix="redis-probe")
_asked: dict[str, Future[bool]] = {}
"""The probe last sent to each Redis: a frozen one is not asked again before it has answered or timed out."""


def healthz() -> Response:
    """Answer 200: the process lives."""
    return jsonify(status="alive")


def readyz(missing: Missing) -> Response:
    """Answer 200 while webhooks can be stored, naming what else is missing; else 503."""
    try:
        return jsonify(status="ready", missing=list(missing()))
    except (StoreAway, SQLAlchemyError):
        return _unavailable("not_ready", ["database"])


def statusz(missing: Missing) -> Response:
    """Answer 200 while everything is there; else 503, naming what is not."""
    try:
        names = list(missing())
    except (StoreAway, SQLAlchemyError):
        names = ["database"]
    return _unavailable("incomplete", names) if names else jsonify(status="complete", missing=[])


def _unavailable(status: str, names: list[str]) -> Response:
    answer = jsonify(status=status, missing=names)
    answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return answer


def missing_parts(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Name what is not there beside a database that takes writes. Raise StoreAway where it doesn't."""
    with writing(open_engine(settings.database_url)) as conn:
        note(conn, _ASKED, now.isoformat())  # a lock alone is to be had on a full disk too
        heartbeats = latest(conn)
    silent = tuple(name for kind in _PARTS for name in _silent(kind, heartbeats, now))
    return silent if _redis_answers(settings.redis_url) else ("redis", *silent)


def _silent(kind: str, heartbeats: Collection[Heartbeat], now: datetime) -> Iterator[str]:
    """Name the part where none of its kind is heard of, else each single process that fell silent lately."""
    ours = [beat for beat in heartbeats if beat.kind == kind]
    quiet = [beat for beat in ours if abs(now - beat.at) >= SILENT_AFTER]
    if len(quiet) == len(ours):
        yield _PARTS[kind]
    else:
        yield from (f"{kind} {beat.name}" for beat in quiet if abs(now - beat.at) < NAMED_FOR)


def _redis_answers(url: str | None) -> bool:
    if url is None:
        return False
    if url not in _asked or _asked[url].done():
        _asked[url] = _asking.submit(lambda: bool(open_redis(url).ping()))
    try:
        return _asked[url].result(timeout=_PATIENCE)
    except (RedisError, FutureTimeoutError):
        return False
