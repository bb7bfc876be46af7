"""Health: alive while the process answers, ready while webhooks can be stored."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import datetime
from http import HTTPStatus

from flask import Response, jsonify
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from connector.queue import open_redis
from connector.settings import Settings
from connector.store import heartbeats
from connector.store.engine import StoreAway, open_engine, writing
from connector.store.feed import ALIVE_FOR

Missing = Callable[[], tuple[str, ...]]
"""Name the parts that are not there (redis, workers, timekeeper). Raises StoreAway where nothing can be stored."""

_PARTS = {"worker": "workers", "timekeeper": "timekeeper"}
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
        answer = jsonify(status="not_ready", missing=["database"])
        answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return answer


def missing_parts(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Name what is not there beside a database that takes writes. Raise StoreAway where it doesn't."""
    with writing(open_engine(settings.database_url)) as conn:
        alive = {beat.kind for beat in heartbeats.latest(conn) if beat.at > now - ALIVE_FOR}
    silent = tuple(part for kind, part in _PARTS.items() if kind not in alive)
    return silent if _redis_answers(settings.redis_url) else ("redis", *silent)


def _redis_answers(url: str | None) -> bool:
    if url is None:
        return False
    if url not in _asked or _asked[url].done():
        _asked[url] = _asking.submit(lambda: bool(open_redis(url).ping()))
    try:
        return _asked[url].result(timeout=_PATIENCE)
    except (RedisError, FutureTimeoutError):
        return False
