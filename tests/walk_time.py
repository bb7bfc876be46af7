"""Business time by walking through UTC and reading each instant off a local wall clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache

import holidays

from tests.walk_tables import DAY, MINUTE, Week

YEARS = range(2009, 2039)
LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hold the hours of a week, whose wall clock they are told by, and the days that are closed."""

    week: Week
    zone: tzinfo
    closed: frozenset[date]


Ahead = Callable[[datetime, Hours], datetime]


class EndlessError(RuntimeError):
    """Say that a walk went on for longer than any of the five documents can need."""


@cache
def closed_days(code: str) -> frozenset[date]:
    """Give the holidays of a country (`FR`), a part of one (`US-CA`), a financial calendar (`XECB`), or `none`."""
    if code == "none":
        return frozenset()
    if code.startswith("X"):
        return frozenset(holidays.financial_holidays(code, years=YEARS))
    country, _, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=YEARS))


def is_open(at: datetime, hours: Hours) -> bool:
    """Tell whether the local wall clock stands inside the week's hours, on a day that is no holiday."""
    local = at.astimezone(hours.zone)
    if local.date() in hours.closed:
        return False
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in hours.week[local.weekday()])


def one_minute(at: datetime, _hours: Hours) -> datetime:
    """Go to the next whole minute: every edge of the hours and every clock change lies on one."""
    return at.replace(second=0, microsecond=0) + MINUTE


def to_next_edge(at: datetime, hours: Hours) -> datetime:
    """Go to where the local clock next shows an edge of its day's hours, or midnight.

    Where the offset there is another one, the clock is changed on the way: go one minute only. No zone changes its
    clock twice within a day (a test looks), so a clock with the same offset at both ends ran evenly between them.
    """
    local = at.astimezone(hours.zone)
    now = local.hour * 60 + local.minute
    edges = {edge for span in hours.week[local.weekday()] for edge in span} | {DAY}
    far = at.replace(second=0, microsecond=0) + MINUTE * (min(edge for edge in edges if edge > now) - now)
    same_offset = far.astimezone(hours.zone).utcoffset() == local.utcoffset()
    return far if same_offset else one_minute(at, hours)


def use_up(start: datetime, target: timedelta, hours: Hours, ahead: Ahead = to_next_edge) -> datetime:
    """Walk from a UTC start until the target is used up by open time; give the earliest such instant."""
    at, left = start, target
    while at - start < LONGEST:
        following = ahead(at, hours)
        if is_open(at, hours):
            if left <= following - at:
                return at + left
            left -= following - at
        at = following
    raise EndlessError
