"""A limit for what may hang: nobody waits longer for it, and what hangs is left to itself, a few at a time."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_HANGING = 3
"""How many of one name may hang at once before nothing more is tried under it."""

COUNTS_FOR = 600.0
"""Seconds for which one that hangs counts: what never ends must not end everything under its name."""


class HangsError(Exception):
    """It did not come to an end in time, and may still do so."""


class StillHangsError(Exception):
    """Nothing was tried: earlier tries under this name still hang."""


class _Try(Generic[T]):
    def __init__(self, does: Callable[[], T]) -> None:
        self._does = does
        self.result: list[T] = []
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="bounded", daemon=True)

    def _run(self) -> None:
        try:
            self.result.append(self._does())
        except BaseException as error:  # noqa: BLE001  # a thread's door: raised again where the result is asked for
            self.error = error


_hanging: dict[str, list[tuple[threading.Thread, float]]] = defaultdict(list)


def bounded(name: str, seconds: float, does: Callable[[], T]) -> T:
    """Do something for at most so many seconds. Raise what it raises, HangsError or StillHangsError."""
    now = time.monotonic()
    _hanging[name] = [(thread, at) for thread, at in _hanging[name] if thread.is_alive() and now - at < COUNTS_FOR]
    if len(_hanging[name]) >= MOST_HANGING:
        raise StillHangsError(name)
    tried = _Try(does)
    tried.thread.start()
    tried.thread.join(seconds)
    if tried.thread.is_alive():
        _hanging[name].append((tried.thread, now))
        raise HangsError(name)
    if tried.error is not None:
        raise tried.error
    return tried.result[0]
