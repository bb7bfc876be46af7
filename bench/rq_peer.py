"""Bare RQ: SimpleWorkers on one queue whose job makes the two requests of a sync: `rq_peer.py REDIS_URL SLOTS`."""

import json
import os
import signal
import sys
from functools import cache

from redis import Redis
from requests import Session
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

QUEUE = "bench"
_AUTH = ("bot@acme.example", "sandbox-token")
_TIMEOUT = (3.0, 10.0)


def queue_on(redis: Redis) -> Queue:
    """Return the one queue."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer)


@cache
def _session() -> Session:
    session = Session()
    session.auth, session.trust_env = _AUTH, False
    return session


def touch(url: str, fields: dict[str, str]) -> None:
    """Fetch a ticket with its history and write its fields, over a connection that is kept."""
    answer = _session().get(url, params={"fields": "*all", "expand": "changelog"}, timeout=_TIMEOUT)
    answer.raise_for_status()
    json.loads(answer.content)
    written = _session().put(url, params={"notifyUsers": "false"}, json={"fields": fields}, timeout=_TIMEOUT)
    written.raise_for_status()


def _work(url: str) -> None:
    redis = Redis.from_url(url)
    SimpleWorker([queue_on(redis)], connection=redis, serializer=JSONSerializer, log_job_description=False).work(
        logging_level="WARNING"
    )


def _main(url: str, slots: int) -> None:
    pids = []
    for _ in range(slots):
        pid = os.fork()
        if pid == 0:
            _work(url)
            os._exit(0)
        pids.append(pid)

    def end(*_: object) -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)  # a job under way matters to nobody any more

    signal.signal(signal.SIGTERM, end)
    for pid in pids:
        os.waitpid(pid, 0)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
