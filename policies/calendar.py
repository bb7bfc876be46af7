"""Business time: when a target is used up, and how much open time lies between two instants."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import chain, count, groupby, islice

from policies.countable import FIRST_YEAR, LAST_YEAR, in_utc, require_year
from policies.errors import CalendarError
from policies.holiday_days import NO_HOLIDAYS, require_holidays
from policies.open_year import OpenYear, Span, compile_year
from policies.weekly import Weekly
from policies.zones import find_zone, year_start

HORIZON_YEARS = 20
_MICROSECOND = timedelta(microseconds=1)
_NO_TIME = timedelta(0)


class BusinessCalendar:
    """Opening hours in a zone with holidays, from `compile_calendar`; a year is compiled when first needed."""

    __slots__ = ("_years", "holidays", "weekly", "zone")

    def __init__(self, weekly: Weekly, zone: str, holidays: str) -> None:
        self.weekly = weekly
        self.zone = zone
        self.holidays = holidays
        self._years: dict[int, OpenYear] = {}

    def due(self, start: datetime, duration: timedelta) -> datetime:
        """Return the earliest instant (UTC) at which `duration` of open time after `start` is used up.

        Raises CalendarError: naive or distant start, a duration that is not positive, a year without holiday data,
        or not used up within 20 years.
        """
        if duration <= _NO_TIME:
            raise CalendarError("not_positive", "a target must be longer than nothing")
        at = start if start.tzinfo is UTC else in_utc(start)
        year = self._years.get(at.year)
        if year is None or not year.start <= at < year.end:
            year = self._compiled(self._number_at(at))
        wanted = year.open_before(at) + duration
        return year.reached(wanted) if wanted <= year.total else self._due_later(at, wanted - year.total)

    def _due_later(self, at: datetime, left: timedelta) -> datetime:
        for year in islice(self._years_from(self._number_at(at) + 1), HORIZON_YEARS):
            if left <= year.total:
                return year.reached(left)
            left -= year.total
        raise CalendarError("past_horizon", f"the target is not used up within {HORIZON_YEARS} years of {at}")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Return the open time from `start` to `end`; nothing where `end` is not after `start`."""
        return sum((high - low for low, high in self._open_spans(in_utc(start), in_utc(end))), _NO_TIME)

    def is_open(self, at: datetime) -> bool:
        """Say whether the instant lies in open hours."""
        return self.next_open(at) == at

    def next_open(self, at: datetime) -> datetime:
        """Return the earliest open instant (UTC) at or after `at`. Raises CalendarError like `due`."""
        return self.due(at, _MICROSECOND) - _MICROSECOND

    def spans(self, start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
        """Return the open spans between two instants, from old to new, each as `(start, end)` in UTC."""
        merged: list[Span] = []
        for low, high in self._open_spans(in_utc(start), in_utc(end)):
            if merged and merged[-1][1] == low:  # a year's end is no end of a span
                merged[-1] = (merged[-1][0], high)
            else:
                merged.append((low, high))
        return tuple(merged)

    def holidays_between(self, start: datetime, end: datetime) -> tuple[tuple[date, str], ...]:
        """Return the holidays that closed hours between two instants which would otherwise have been open."""
        low, high = in_utc(start), in_utc(end)
        closed = (
            (day, name)
            for year in self._years_between(low, high)
            for day, name, (opens, closes) in year.holidays
            if opens < high and closes > low
        )
        return tuple(holiday for holiday, _ in groupby(closed))

    def _open_spans(self, low: datetime, high: datetime) -> Iterator[Span]:
        return chain.from_iterable(year.spans(low, high) for year in self._years_between(low, high))

    def _years_between(self, low: datetime, high: datetime) -> Iterator[OpenYear]:
        if low >= high:
            return
        for year in self._years_from(self._number_at(low)):
            yield year
            if year.end >= high:
                return

    def _years_from(self, number: int) -> Iterator[OpenYear]:
        return (self._compiled(later) for later in count(number))

    def _compiled(self, number: int) -> OpenYear:
        year = self._years.get(number)
        if year is None:
            require_year(number)
            year = self._years[number] = compile_year(self.weekly, self.zone, self.holidays, number)
        return year

    def _number_at(self, at: datetime) -> int:
        """Return the calendar's local year at an instant."""
        number = min(max(at.year, FIRST_YEAR), LAST_YEAR)
        if at < year_start(self.zone, number):
            number -= 1
        elif at >= year_start(self.zone, number + 1):
            number += 1
        if not FIRST_YEAR <= number <= LAST_YEAR:
            require_year(at.year)
        return number


@lru_cache(maxsize=1024)
def compile_calendar(weekly: Weekly, zone: str, holidays: str = NO_HOLIDAYS) -> BusinessCalendar:
    """Return the calendar with these hours, IANA zone and holiday code; the same one for the same arguments.

    Raises CalendarError: `never_opens`, `unknown_zone`, `unknown_holidays`.
    """
    if not any(weekly):
        raise CalendarError("never_opens", "the calendar never opens: give it opening hours")
    find_zone(zone)
    require_holidays(holidays)
    return BusinessCalendar(weekly, zone, holidays)
