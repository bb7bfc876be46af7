"""`redis+sentinel://[user:password@]host:port,host:port/SERVICE/DB`: several sentinels that know which Redis to use."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

SCHEME = "redis+sentinel"
_PORT, _LAST_PORT = 26379, 65535


@dataclass(frozen=True, slots=True)
class Sentinels:
    """Where the sentinels are, and what they are asked for; the credentials are those of the Redis servers."""

    places: tuple[tuple[str, int], ...]
    service: str
    database: int
    user: str | None
    password: str | None = field(repr=False)


def read_sentinels(url: str) -> Sentinels:
    """Read such an address. Raise ValueError where a part is missing, wrong or unknown."""
    parts = urlsplit(url)
    given, _, hosts = parts.netloc.rpartition("@")
    user, _, password = given.partition(":")
    path = re.fullmatch(r"/([^/]+)(?:/([0-9]{1,9})?)?", parts.path)
    if path is None or parts.query or parts.fragment:
        raise ValueError("the path is no /SERVICE/DB, or something follows it")
    return Sentinels(
        places=tuple(_place(place) for place in hosts.split(",")),
        service=unquote(path[1]),
        database=int(path[2] or 0),
        user=unquote(user) or None,
        password=unquote(password) or None,
    )


def _place(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?", text)
    port = int(found[2] or _PORT) if found else 0
    if found is None or not 1 <= port <= _LAST_PORT:
        raise ValueError("a place is no host:port")
    return found[1].strip("[]"), port
