"""A lock file beside an SQLite database on which the writers of one machine queue: its own wait is unfair."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 10.0
_STEP = 0.001
_LATE = f"another writer has held it for {PATIENCE:.0f} s"


class LockError(Exception):
    """The lock was not to be had; the text says why."""


class FileLock:
    """Held by one thread of one process at a time. Never carried across a fork: make a new one there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._fd: int | None = None

    @contextmanager
    def held(self, patience: float = PATIENCE) -> Iterator[None]:
        """Hold the lock. Raise LockError after `patience` seconds, or if the file can't be opened."""
        deadline = time.monotonic() + patience
        if not self._threads.acquire(timeout=patience):
            raise LockError(_LATE)
        try:
            fd = self._open()
            _take(fd, deadline)
            try:
                yield
            finally:
                fcntl.flock(fd, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def _open(self) -> int:
        if self._fd is None:
            try:
                self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError as error:
                raise LockError(str(error)) from error
        return self._fd


def _take(fd: int, deadline: float) -> None:
    """Poll in short equal steps: a frozen holder must not freeze everyone for ever, and flock knows no time limit."""
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise LockError(_LATE) from None
            time.sleep(_STEP)
        else:
            return
