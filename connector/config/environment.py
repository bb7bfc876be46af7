"""The environment's own values: each checked by itself, each also from a file through `NAME_FILE`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from connector.config.variables import VariableError, variable
from connector.config.words import LAST_PORT
from connector.sentinel import SCHEME, read_sentinels
from policies.faults import Fault

T = TypeVar("T")
_DATABASES = {"sqlite", "postgresql", "postgres"}
_REDIS = {"redis", "rediss", "unix", SCHEME}
_SLOTS = 4
_MOST_SLOTS = 256
_PORT = 8000


@dataclass(frozen=True, slots=True)
class Environment:
    """Reads values one by one and gathers the faults; paths are relative to `cwd`."""

    environ: Mapping[str, str]
    cwd: Path
    faults: list[Fault]

    def read(self, name: str, default: T, parse: Callable[[str], T]) -> T:
        """Return the parsed value, the default where the variable is unset or empty; note a fault and go on."""
        try:
            text = variable(self.environ, name)
            return parse(text) if text else default
        except VariableError as error:
            self.faults.append(Fault("environment", name, error.problem, error.expected))
            return default

    def path(self, name: str, default: Path) -> Path:
        """Return an absolute path."""
        return self.read(name, default, lambda text: Path(self.cwd, text).absolute())

    def port(self) -> int:
        """Return the port that the web listens on."""
        return self.read("PORT", _PORT, lambda text: _whole(text, LAST_PORT))

    def slots(self) -> int:
        """Return how many tickets are synced at once."""
        return self.read("DUEBY_WORKERS", _SLOTS, lambda text: _whole(text, _MOST_SLOTS))

    def bind(self) -> str:
        """Return the address that the web listens on."""
        return self.read("DUEBY_BIND", "127.0.0.1", _address)

    def database_url(self, default: Path) -> str:
        """Return the database's SQLAlchemy URL."""
        return self.read("DATABASE_URL", f"sqlite:///{default}", _database)

    def redis_url(self) -> str | None:
        """Return the Redis server's URL; None means an embedded one."""
        return self.read("REDIS_URL", None, _redis)


def _whole(text: str, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= most:
        raise VariableError(f"{text[:20]!r} is out of range or no whole number", f"1 to {most}")
    return int(text)


def _address(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", text):
        raise VariableError(f"{text[:40]!r} is no address", "an address such as 127.0.0.1 or 0.0.0.0")
    return text


def _database(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise VariableError("is no database URL", "sqlite:///file or postgresql://user:password@host/name") from None
    if url.get_backend_name() not in _DATABASES:
        raise VariableError(f"names the database {url.get_backend_name()!r}", "sqlite or postgresql")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise VariableError("names a database in memory, which processes can't share", "sqlite:///file")
    return text


def _redis(text: str) -> str:
    try:
        scheme, port = urlsplit(text).scheme, None
        port = urlsplit(text).port if scheme in {"redis", "rediss"} else None
        if scheme == SCHEME:
            read_sentinels(text)
    except ValueError:
        scheme, port = "", None
    if scheme not in _REDIS or port == 0:
        raise VariableError(
            "is no Redis URL",
            "redis://host:port/0, rediss://host:port/0, unix:///socket or redis+sentinel://host:port,host:port/SERVICE/0",
        )
    return text
