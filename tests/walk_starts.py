"""Where and how the seeded cases start: clock changes, edges of the hours, holidays, odd fractions, many spellings."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

from tests.walk_time import closed_days
from tests.walk_zones import EARLIEST_AT, LATEST_AT, NEAR, clock_changes

# Days that no rule foretells: Apia left out 30 December 2011, São Paulo's days of 2017 began or ended at midnight.
NOTABLE = {
    "Pacific/Apia": (datetime(2011, 12, 28, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC)),
    "America/Sao_Paulo": (datetime(2017, 10, 12, tzinfo=UTC), datetime(2017, 10, 18, tzinfo=UTC)),
    "Africa/Cairo": (datetime(2014, 5, 13, tzinfo=UTC), datetime(2014, 5, 19, tzinfo=UTC)),
    "Africa/Casablanca": (datetime(2026, 2, 12, tzinfo=UTC), datetime(2026, 2, 18, tzinfo=UTC)),
}
EDGES = (time(0), time(0, 1), time(6), time(8), time(9), time(12), time(17), time(18), time(23, 59))
NUDGES = (
    timedelta(0),
    timedelta(microseconds=1),
    timedelta(microseconds=-1),
    timedelta(seconds=1),
    timedelta(seconds=-1),
    timedelta(minutes=1),
    timedelta(minutes=-1),
)
OFFSETS = (0, 60, 120, 330, 345, 630, 765, 840, -150, -240, -300, -480, -660)
SPELLINGS = ("Z", "plain", "basic", "offset", "offset", "offset")


def started_at(dice: Random, zone: str, holidays: str) -> datetime:
    """Throw an instant of the years 2010 to 2035, most often where a calendar is hard for that zone."""
    kind = dice.random()
    changes = clock_changes(zone)
    if zone in NOTABLE and kind < 0.2:
        thrown = _fraction(dice, _between(dice, *NOTABLE[zone]))
    elif changes and kind < 0.6:
        change = dice.choice(changes)
        thrown = _fraction(dice, _between(dice, change - NEAR, change + NEAR))
    elif changes and kind < 0.65:
        thrown = dice.choice(changes) + dice.choice(NUDGES)
    elif kind < 0.75:
        thrown = _at_an_edge(dice, zone)
    elif kind < 0.9 and closed_days(holidays):
        thrown = _before_a_holiday(dice, holidays)
    else:
        thrown = _fraction(dice, _between(dice, EARLIEST_AT, LATEST_AT))
    return min(max(thrown, EARLIEST_AT), LATEST_AT - timedelta(microseconds=1))


def start_text(dice: Random, at: datetime) -> str:
    """Spell an instant: with a Z, or some offset, in ISO 8601's extended form or as Jira writes offsets."""
    spelling = dice.choice(SPELLINGS)
    offset = 0 if spelling == "Z" else dice.choice(OFFSETS)
    local = at.astimezone(timezone(timedelta(minutes=offset)))
    text = local.isoformat(timespec=_timespec(dice, at))
    if spelling == "Z":
        return text.removesuffix("+00:00") + "Z"
    return text[:-3] + text[-2:] if spelling == "basic" else text


def _between(dice: Random, earliest: datetime, latest: datetime) -> datetime:
    return earliest + timedelta(microseconds=dice.randrange((latest - earliest) // timedelta(microseconds=1)))


def _fraction(dice: Random, at: datetime) -> datetime:
    """Keep microseconds, or round down to thousandths, seconds or minutes."""
    rounded: Sequence[datetime] = (
        at,
        at.replace(microsecond=at.microsecond // 1000 * 1000),
        at.replace(microsecond=0),
        at.replace(second=0, microsecond=0),
    )
    return dice.choice(rounded)


def _timespec(dice: Random, at: datetime) -> str:
    if at.microsecond % 1000:
        return "microseconds"
    if at.microsecond:
        return "milliseconds"
    whole = ("milliseconds", "seconds") if at.second else ("milliseconds", "seconds", "minutes")
    return dice.choice(whole)


def _at_an_edge(dice: Random, zone: str) -> datetime:
    day = _between(dice, EARLIEST_AT, LATEST_AT).date()
    wall = datetime.combine(day, dice.choice(EDGES), ZoneInfo(zone)).replace(fold=dice.randrange(2))
    return wall.astimezone(UTC) + dice.choice(NUDGES)


def _before_a_holiday(dice: Random, holidays: str) -> datetime:
    days = sorted(day for day in closed_days(holidays) if EARLIEST_AT.date() <= day < LATEST_AT.date())
    midnight = datetime.combine(dice.choice(days), time(0), UTC)
    return _fraction(dice, midnight - timedelta(days=3) + timedelta(microseconds=dice.randrange(5 * 86_400_000_000)))
