"""The notifier: every second start a lane for each channel that has something to send. SQL is all it needs."""

import os
import socket
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime, timedelta
from functools import partial

import structlog

from connector.notify.channels import Channels
from connector.notify.delivery import Means
from connector.settings import Settings
from connector.store.due_notices import due_channels
from connector.store.engine import StoreAway, reading, writing
from connector.store.heartbeats import beat, stop_beating
from worker.alarm import Alarm
from worker.lane import Lane
from worker.means import means_of

TICK_SECONDS = 1.0
_ENDS_WITHIN = 8.0
"""Seconds that what is being sent has to come to its end; what has not is given back."""

_BEAT_EVERY = timedelta(seconds=5)
_log = structlog.get_logger(__name__)
_Place = tuple[str, str | None]


class Notifier:
    """One notifier; several beside each other do no harm, for a row is claimed once."""

    def __init__(self, settings: Settings, means: Means, channels: Channels) -> None:
        self._settings, self._means, self._channels = settings, means, channels
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._watched = frozenset(name for name, site in settings.sites.items() if not site.write)
        self._lanes: dict[_Place, tuple[Lane, threading.Thread]] = {}
        self._ended = threading.Event()
        self._beat_at: datetime | None = None
        self._alarm = Alarm(settings)

    def tick(self) -> None:
        """Give a sign of life, look after the others, and start the lanes that have work and do not run."""
        _try("beat", self._beat)
        _try("lanes", self._start_lanes)

    def wait_for_lanes(self, seconds: float) -> bool:
        """Wait until no lane runs any more; say whether that came in time."""
        deadline = time.monotonic() + seconds
        for _, thread in tuple(self._lanes.values()):
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for _, thread in self._lanes.values())

    def end(self) -> None:
        """Let what is being sent come to its end for a while, give back what has not, and say farewell."""
        self._ended.set()
        self.wait_for_lanes(_ENDS_WITHIN)
        for lane, thread in self._lanes.values():
            if thread.is_alive():
                _try("give_back", lane.let_go)
        _try("end", self._say_farewell)

    def _beat(self) -> None:
        now = self._means.now()
        if self._beat_at is not None and timedelta() <= now - self._beat_at < _BEAT_EVERY:
            return
        with writing(self._means.engine) as conn:
            beat(conn, "notifier", self._name, now)
        self._beat_at = now
        with reading(self._means.engine) as conn:
            channels = self._channels.by_name(conn)
        self._alarm.look_at_others(self._means.engine, channels.values(), now)

    def _start_lanes(self) -> None:
        with reading(self._means.engine) as conn:
            channels = self._channels.by_name(conn)
            due = due_channels(conn, self._means.now())
        for name, site in due:
            channel = channels.get(name)
            apart = channel is not None and channel.internal_comment
            self._start((name, site if apart else None))
        self._lanes = {place: lane for place, lane in self._lanes.items() if lane[1].is_alive()}

    def _start(self, place: _Place) -> None:
        running = self._lanes.get(place)
        if running is not None and running[1].is_alive():
            return
        lane = Lane(*place, self._channels, self._watched, self._means)
        run = partial(copy_context().run, lane.run, self._ended)  # its log lines name this process too
        thread = threading.Thread(target=run, name=f"lane {place[0]}", daemon=True)
        self._lanes[place] = lane, thread
        thread.start()

    def _say_farewell(self) -> None:
        with writing(self._means.engine) as conn:
            stop_beating(conn, "notifier", self._name)


def notify(settings: Settings, ended: threading.Event) -> None:
    """Send what is due until `ended` is set."""
    notifier = Notifier(settings, means_of(settings), Channels())
    while not ended.is_set():
        notifier.tick()
        ended.wait(TICK_SECONDS)
    notifier.end()


def _try(what: str, does: Callable[[], object]) -> None:
    try:
        does()
    except StoreAway as error:
        _log.warning("not_now", what=what, error=str(error))
    except Exception:  # noqa: BLE001  # the notifier's door: it must go on
        _log.exception("tick_broke", what=what)
