"""Time zones: found by name, and cut into pieces of constant offset (only UTC to local is ever asked)."""

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from policies.errors import CalendarError

_STEP = 86_400  # the closest two changes in the zone database lie a week apart
_PLACEHOLDERS = {"localtime", "Factory"}


@cache
def zone_names() -> frozenset[str]:
    """Return the names of all zones that exist."""
    return frozenset(available_timezones() - _PLACEHOLDERS)


@cache
def find_zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name. Raises CalendarError (`unknown_zone`)."""
    if name not in zone_names():
        raise CalendarError("unknown_zone", f"no time zone is called {name!r}: give an IANA name such as Europe/Paris")
    return ZoneInfo(name)


@cache
def year_start(name: str, year: int) -> int:
    """Return the second since 1970 at which the year begins in the zone."""
    return int(datetime(year, 1, 1, tzinfo=find_zone(name)).timestamp())


@cache
def offset_pieces(name: str, year: int) -> tuple[tuple[int, int, int], ...]:
    """Cut the zone's year into pieces `(start, end, offset)`: seconds since 1970 in UTC, offset in seconds."""
    zone = find_zone(name)
    start, end = year_start(name, year), year_start(name, year + 1)
    edges = [start, *_changes(zone, start, end), end]
    return tuple((low, high, _offset(zone, low)) for low, high in pairwise(edges))


def _changes(zone: ZoneInfo, start: int, end: int) -> Iterator[int]:
    samples = [*range(start, end, _STEP), end - 1]
    for low, high in pairwise(samples):
        if _offset(zone, low) != _offset(zone, high):
            yield _bisect_change(zone, low, high)


def _bisect_change(zone: ZoneInfo, low: int, high: int) -> int:
    before = _offset(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0
