"""The supervisor: keeps slots running, forked from this process, which is preloaded and holds no connection."""

import gc
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import NoReturn

import structlog

from connector.settings import Settings
from worker import jobs
from worker.rules import Rules
from worker.slot import run_slot

_STOP_SECONDS = 12.0
_POLL_SECONDS = 0.1
_LONGEST_REST = 5.0
_SHORT_LIFE = 5.0
_log = structlog.get_logger(__name__)


class Supervisor:
    """Keeps `count` slots running; a slot that died is started again, more slowly where it dies at once."""

    def __init__(self, count: int, run: Callable[[int], None], refresh: Callable[[], object]) -> None:
        self._run, self._refresh = run, refresh
        self._pids: dict[int, int] = {}
        self._started: dict[int, float] = {}
        self._due = dict.fromkeys(range(count), 0.0)
        self._rest = dict.fromkeys(range(count), 0.0)
        self._stopping = False

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT, then let each slot end its sync, for 12 s at most."""
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, self._stop)
        while not self._stopping:
            self._refresh()
            self._start_due()
            self._bury()
            time.sleep(_POLL_SECONDS)
        self._end_all()

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _start_due(self) -> None:
        now = time.monotonic()
        for number in [number for number, at in self._due.items() if at <= now]:
            del self._due[number]
            self._started[number] = now
            self._pids[self._fork(number)] = number

    def _fork(self, number: int) -> int:
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            self._be_slot(number)
        return pid

    def _be_slot(self, number: int) -> NoReturn:
        """Run in the child and never come back into the supervisor's code."""
        status = 1
        try:
            for signum in (signal.SIGTERM, signal.SIGINT):
                signal.signal(signum, signal.SIG_DFL)
            self._run(number)
            status = 0
        except Exception as error:  # noqa: BLE001  # the slot's door: the supervisor starts it again
            _log.warning("slot_failed", slot=number, error=" ".join(f"{type(error).__name__}: {error}".split()))
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _bury(self) -> None:
        while self._pids:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number = self._pids.pop(pid, None)
            if number is not None:
                self._start_again(number, pid, status)

    def _start_again(self, number: int, pid: int, status: int) -> None:
        now = time.monotonic()
        short = now - self._started[number] < _SHORT_LIFE
        self._rest[number] = min(self._rest[number] * 2 or 0.5, _LONGEST_REST) if short else 0.0
        self._due[number] = now + self._rest[number]
        if not self._stopping:
            _log.warning("slot_ended", slot=number, pid=pid, code=os.waitstatus_to_exitcode(status))

    def _end_all(self) -> None:
        self._signal(signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while self._pids and time.monotonic() < deadline:
            self._bury()
            time.sleep(_POLL_SECONDS)
        self._signal(signal.SIGKILL)
        while self._pids:
            self._bury()
            time.sleep(_POLL_SECONDS)

    def _signal(self, signum: signal.Signals) -> None:
        for pid in self._pids:
            os.kill(pid, signum)


def supervise(settings: Settings) -> None:
    """Run this machine's slots until told to end. Raise FaultsError for policies that can't be read."""
    rules = Rules(settings.policies, settings.sites)
    jobs.prepare(settings, rules)
    mine = os.getpid()
    Supervisor(settings.workers, lambda number: run_slot(settings, number, mine), rules.policies).run()
