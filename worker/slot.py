"""One slot: an RQ worker in a process of its own, that gives signs of life in SQL."""

import os
import signal
import socket
import threading
from datetime import timedelta

import structlog
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from rq.worker_registration import register

from connector import time_source
from connector.queue import new_redis, queue_on
from connector.settings import Settings
from connector.store.engine import StoreAway, open_engine, writing
from connector.store.heartbeats import beat, stop_beating
from worker.deps import redis_url_of
from worker.ending import end_with_parent

BEAT_EVERY = timedelta(seconds=10)
_TTL_SECONDS = 45
"""RQ waits 15 s less than this for a job, and so notices a connection that hangs within the minute."""
_log = structlog.get_logger(__name__)


class SlotWorker(SimpleWorker):
    """A SimpleWorker that comes back within two seconds when Redis does."""

    max_connection_wait_time = 2.0
    log_result_lifespan = False


def run_slot(settings: Settings, number: int, parent: int) -> None:
    """Work until told to end; the parent's end, however it comes, is ours too. Raise RedisError at the start."""
    end_with_parent(parent, signal.SIGKILL)
    redis = new_redis(redis_url_of(settings))  # RQ lengthens its timeouts
    worker = SlotWorker(
        [queue_on(redis)],
        name=f"{socket.gethostname()}.{os.getpid()}",
        connection=redis,
        worker_ttl=_TTL_SECONDS,
        serializer=JSONSerializer,
        log_job_description=False,
    )
    ended = threading.Event()
    name = f"{socket.gethostname()}:{parent}/{number}"
    threading.Thread(target=_beat, args=(settings, worker, name, ended), name="beat", daemon=True).start()
    worker.work(logging_level="WARNING")
    ended.set()
    _say_farewell(settings, name)


def _beat(settings: Settings, worker: SlotWorker, name: str, ended: threading.Event) -> None:
    engine = open_engine(settings.database_url)
    while True:
        try:
            with writing(engine) as conn:
                beat(conn, "worker", name, time_source.now())
            _stay_listed(worker)
        except Exception as error:  # noqa: BLE001  # a thread's door: without it a slot that works would look dead
            _log.warning("not_now", what="beat", error=" ".join(f"{type(error).__name__}: {error}".split()))
        if ended.wait(BEAT_EVERY.total_seconds()):
            return


def _stay_listed(worker: SlotWorker) -> None:
    """Come back into RQ's list of workers after Redis was emptied: RQ itself never does."""
    redis = worker.connection
    if worker.birth_date is not None and not redis.sismember(worker.redis_workers_keys, worker.key):
        redis.hset(worker.key, mapping=worker.serialize())
        register(worker)


def _say_farewell(settings: Settings, name: str) -> None:
    try:
        with writing(open_engine(settings.database_url)) as conn:
            stop_beating(conn, "worker", name)
    except StoreAway as error:
        _log.warning("not_now", what="farewell", error=str(error))
