"""Time zones: found by name, and cut into pieces of constant offset (only UTC to local is ever asked)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from policies.errors import CalendarError

_STEP = timedelta(days=3)  # the closest two changes in the zone database lie almost four days apart
_SECOND = timedelta(seconds=1)
_NO_TIME = timedelta(0)
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


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of constant offset, in UTC: local is UTC plus `offset`."""

    start: datetime
    end: datetime
    offset: timedelta


@cache
def year_start(name: str, year: int) -> datetime:
    """Return the instant (UTC) at which the year begins in the zone."""
    return datetime(year, 1, 1, tzinfo=find_zone(name)).astimezone(UTC)


@cache
def offset_pieces(name: str, year: int) -> tuple[Piece, ...]:
    """Cut the zone's year into pieces of constant offset."""
    zone = find_zone(name)
    start, end = year_start(name, year), year_start(name, year + 1)
    edges = [start, *_changes(zone, start, end), end]
    return tuple(Piece(low, high, _offset(zone, low)) for low, high in pairwise(edges))


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    count = -((start - end) // _STEP)
    samples = [min(start + number * _STEP, end - _SECOND) for number in range(count + 1)]
    offsets = [_offset(zone, at) for at in samples]
    for (low, high), (before, after) in zip(pairwise(samples), pairwise(offsets), strict=True):
        if before != after:
            yield _change(zone, low, high, before)


def _change(zone: ZoneInfo, low: datetime, high: datetime, before: timedelta) -> datetime:
    """Find the second at which the offset changes, by halving."""
    while high - low > _SECOND:
        middle = low + (high - low) // _SECOND // 2 * _SECOND
        if _offset(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or _NO_TIME
