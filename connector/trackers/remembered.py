"""What a site seldom changes (fields, statuses, our own account), asked once and kept in the process."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

KEEP = timedelta(minutes=15)
AGAIN = timedelta(minutes=1)


class Remembered(Generic[T]):
    """One answer of a site, asked on first use and again when it is older than `keep`."""

    def __init__(self, ask: Callable[[], T], now: Callable[[], datetime], keep: timedelta = KEEP) -> None:
        self._ask, self._now, self._keep = ask, now, keep
        self._held: tuple[datetime, T] | None = None

    def get(self) -> T:
        """Give the answer, asking where there is none or it is too old."""
        return self._no_older_than(self._keep)

    def again(self) -> T:
        """Give a fresh answer because something unknown has turned up; at most one request a minute."""
        return self._no_older_than(AGAIN)

    def _no_older_than(self, age: timedelta) -> T:
        if self._held is None or self._now() - self._held[0] >= age:
            self._held = (self._now(), self._ask())
        return self._held[1]
