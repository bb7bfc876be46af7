"""Feed the queue after webhooks, beside the requests: one thread a process, many webhooks one feed.

What is lost here (the thread, Redis) is made up for by the timekeeper's tick: the agenda's rows are already stored.
"""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog

TOGETHER = timedelta(milliseconds=100)
"""The pause between two feeds: hints that come in meanwhile are fed together."""
REST = timedelta(seconds=3)
"""How long a Redis or database that failed is left alone."""
_log = structlog.get_logger("dueby.web")


class Feeder:
    """Feeds sites in the background; its thread starts with the first one."""

    def __init__(self, feed: Callable[[str], object]) -> None:
        self._feed = feed
        self._sites: set[str] = set()
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()
        self.failures = 0

    def feed(self, site: str) -> None:
        """Have a site fed soon. Never raises, never waits."""
        with self._lock:
            self._sites.add(site)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="feeder", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """End the thread; hints not yet fed wait for the timekeeper."""
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while self._wake.wait() and not self._ended.is_set():
            self._wake.clear()
            with self._lock:
                sites, self._sites = self._sites, set()
            failed = [site for site in sorted(sites) if not self._fed(site)]
            self._ended.wait((REST if failed else TOGETHER).total_seconds())

    def _fed(self, site: str) -> bool:
        try:
            self._feed(site)
        except Exception as error:  # noqa: BLE001  # a thread's door: whatever it was, the timekeeper feeds
            self.failures += 1
            _log.warning("not_fed", site=site, error=f"{type(error).__name__}: {error}", failures=self.failures)
            return False
        return True
