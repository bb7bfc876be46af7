"""The zones of the seeded cases, and the instants at which their clocks are changed."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Chicago",
    "America/Los_Angeles",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Amman",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Europe/London",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "UTC",
)
EARLIEST_AT = datetime(2010, 1, 1, tzinfo=UTC)
LATEST_AT = datetime(2036, 1, 1, tzinfo=UTC)
NEAR = timedelta(days=3)


@cache
def clock_changes(zone: str) -> tuple[datetime, ...]:
    """Give the first minute under each new UTC offset, from 2010 to 2035, found by looking every twelve hours."""
    clock, step = ZoneInfo(zone), timedelta(hours=12)
    found, at = [], EARLIEST_AT
    while at < LATEST_AT:
        if _offset(clock, at) != _offset(clock, at + step):
            found.append(_first_minute(clock, at, at + step))
        at += step
    return tuple(found)


def near_change(at: datetime, zone: str) -> bool:
    """Tell whether an instant lies within three days of a clock change of its zone."""
    return any(abs(at - change) <= NEAR for change in clock_changes(zone))


def _offset(clock: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(clock).utcoffset()


def _first_minute(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    old, minute = _offset(clock, before), timedelta(minutes=1)
    while after - before > minute:
        middle = before + (after - before) // minute // 2 * minute
        before, after = (middle, after) if _offset(clock, middle) == old else (before, middle)
    return after
