"""End with the parent, however it ends, kill -9 included."""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_POLL_SECONDS = 1.0


def end_with_parent(parent: int, signum: signal.Signals = signal.SIGTERM) -> None:
    """Have this process get a signal when its parent, given by pid, is no more. Works across an exec on Linux."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    else:
        threading.Thread(target=_watch, args=(parent, signum), name="parent", daemon=True).start()
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), signum)


def before_exec(parent: int) -> Callable[[], None] | None:
    """Return what a child calls between fork and exec so that it ends with us; None where only Linux can."""
    if sys.platform != "linux":
        return None
    libc = _libc()  # loaded before the fork

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _watch(parent: int, signum: signal.Signals) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL_SECONDS)
    os.kill(os.getpid(), signum)
