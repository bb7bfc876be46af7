"""The timekeeper: every five seconds feed each site with what is due, and tidy up what SQL need not remember."""

import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from connector import time_source
from connector.decided import InForce
from connector.queue import feed_site, open_redis
from connector.settings import Settings
from connector.store import deliveries
from connector.store.alerts import purge_alerts
from connector.store.engine import StoreAway, open_engine, reading, writing
from connector.store.fetched import purge_fetched
from connector.store.heartbeats import beat, forget_ended, purge_heartbeats, stop_beating
from connector.store.missed import judge_missed
from connector.store.notices import purge_notices
from connector.store.rates import purge_requests
from connector.store.tables import EPOCH
from connector.store.time_jumps import time_put_back
from policies.faults import FaultsError
from policies.mapping import Mappings
from worker.alarm import Alarm
from worker.deps import redis_url_of
from worker.recompute import Recompute
from worker.rules import Rules
from worker.walks import queue_walks

TICK = timedelta(seconds=5)
_TIDY_EVERY = timedelta(minutes=1)
_SILENT = timedelta(seconds=30)
_PUT_BACK = timedelta(seconds=30)
"""By how much the time must be put back to be worth a look at every open ticket."""
_log = structlog.get_logger(__name__)


class Timekeeper:
    """One timekeeper; several beside each other do no harm, for a row is reserved once."""

    def __init__(
        self, settings: Settings, rules: Rules, redis: Redis, now: Callable[[], datetime] = time_source.now
    ) -> None:
        self._settings, self._rules, self._redis, self._now = settings, rules, redis, now
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._ticked_at = self._tidied_at = EPOCH
        self._recompute, self._alarm = Recompute(rules), Alarm(settings)

    def tick(self) -> None:
        """Do all that is to be done now; each part on its own, so that one fault stops no other."""
        engine = open_engine(self._settings.database_url)
        _try("time", lambda: self._mind_the_time(engine))
        _try("beat", lambda: self._beat(engine))
        _try("recompute", lambda: self._recompute.look(engine, self._now()))
        _try("watch", lambda: self._watch(engine))
        _try("tidy", lambda: self._tidy(engine))
        if not _try("redis", self._redis.ping):
            return  # nobody would take what is reserved
        for site in self._settings.sites:
            _try("feed", partial(self._feed, engine, site))
        _try("walk", lambda: queue_walks(engine, self._redis, self._rules, self._settings.sites, self._now()))

    def end(self) -> None:
        """Say that this timekeeper ends on purpose."""
        _try("end", self._end)

    def _mind_the_time(self, engine: Engine) -> None:
        """Mend what waits for a time that was put back; one that runs ahead needs nothing."""
        now, before = self._now(), self._ticked_at
        if before - now > _PUT_BACK:
            with writing(engine) as conn:
                count = time_put_back(conn, before - now, now)
            _log.warning("time_put_back", seconds=(before - now).total_seconds(), recompute=count)
        self._ticked_at = now

    def _beat(self, engine: Engine) -> None:
        with reading(engine) as conn, suppress(FaultsError):  # what is wrong stands in `trouble`
            self._rules.in_force(conn)
        with writing(engine) as conn:
            beat(conn, "timekeeper", self._name, self._now(), self._rules.trouble)

    def _watch(self, engine: Engine) -> None:
        rules = InForce({}, Mappings(), {})
        with reading(engine) as conn, suppress(FaultsError):
            rules = self._rules.in_force(conn)
        self._alarm.look(engine, rules, self._now())

    def _tidy(self, engine: Engine) -> None:
        now = self._now()
        if timedelta() <= now - self._tidied_at < _TIDY_EVERY:
            return
        with writing(engine) as conn:
            deliveries.purge(conn, now)
            forget_ended(conn, now - _SILENT)
            purge_heartbeats(conn, now)
            purge_requests(conn, now)
            purge_alerts(conn, now)
            purge_notices(conn, now)
            purge_fetched(conn, now)
            judge_missed(conn, now)
        self._tidied_at = now

    def _feed(self, engine: Engine, site: str) -> None:
        feed_site(engine, self._redis, self._settings.sites[site], self._settings.workers, self._now())

    def _end(self) -> None:
        with writing(open_engine(self._settings.database_url)) as conn:
            stop_beating(conn, "timekeeper", self._name)


def keep_time(settings: Settings, ended: threading.Event) -> None:
    """Tick until `ended` is set. Raise FaultsError for policies that can't be read at the start."""
    timekeeper = Timekeeper(settings, Rules(settings.policies, settings.sites), open_redis(redis_url_of(settings)))
    while not ended.is_set():
        timekeeper.tick()
        ended.wait(TICK.total_seconds())
    timekeeper.end()


def _try(what: str, does: Callable[[], object]) -> bool:
    try:
        does()
    except (StoreAway, RedisError) as error:
        _log.warning("not_now", what=what, error=" ".join(str(error).split()))
        return False
    except Exception:  # noqa: BLE001  # the timekeeper's door: it must go on ticking
        _log.exception("tick_broke", what=what)
        return False
    return True
