"""One year of a calendar, compiled: its open spans in UTC with prefix sums, and the holidays that closed hours."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import sub

from policies.holiday_days import holidays_in
from policies.weekly import Weekly
from policies.zones import Piece, offset_pieces

Span = tuple[datetime, datetime]
"""A half-open stretch of time."""

_NO_TIME = timedelta(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenYear:
    """Open spans of one local year, in UTC.

    Span `i` runs from `opens[i]` to `closes[i]`; `after[i]` is the open time from the year's start to `closes[i]`, and
    `total` the year's. `start` to `end` is the year itself.
    """

    start: datetime
    end: datetime
    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    after: tuple[timedelta, ...]
    total: timedelta
    holidays: tuple[tuple[date, str, Span], ...]

    def open_before(self, at: datetime) -> timedelta:
        """Return the open time from the year's start to `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return _NO_TIME
        closes = self.closes[index]
        return self.after[index] if at >= closes else self.after[index] - (closes - at)

    def reached(self, total: timedelta) -> datetime:
        """Return the earliest instant at which `total` open time (up to the year's, not nothing) is used up."""
        index = bisect_left(self.after, total)
        return self.closes[index] - (self.after[index] - total)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Give the open spans between two instants, from old to new."""
        for index in range(bisect_right(self.closes, start), bisect_left(self.opens, end)):
            yield max(start, self.opens[index]), min(end, self.closes[index])


def compile_year(weekly: Weekly, zone: str, holidays: str, year: int) -> OpenYear:
    """Compile one local year by rule 1: open if and only if the local reading lies in that weekday's hours."""
    pieces = offset_pieces(zone, year)
    hours = _local_hours(weekly, holidays, *_days(pieces))
    opens: list[datetime] = []
    closes: list[datetime] = []
    closed: list[tuple[date, str, Span]] = []
    for piece in pieces:
        opened, shut = _in_piece(hours, piece)
        if opened and closes and closes[-1] == opened[0]:
            closes.pop()
            opened = opened[1:]
        opens += opened
        closes += shut
        closed += _closed_in_piece(hours, piece)
    after = tuple(accumulate(map(sub, closes, opens)))
    total = after[-1] if after else _NO_TIME
    return OpenYear(pieces[0].start, pieces[-1].end, tuple(opens), tuple(closes), after, total, tuple(closed))


@dataclass(frozen=True, slots=True)
class _LocalHours:
    """Open spans and closed days by the wall clock, written as if it showed UTC: the same for every zone."""

    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]
    closed: tuple[tuple[date, str, Span], ...]


@lru_cache(maxsize=1024)
def _local_hours(weekly: Weekly, holidays: str, first: date, last: date) -> _LocalHours:
    opens, closes = map(list, _unbroken(weekly, first, last))
    closed: list[tuple[date, str, Span]] = []
    for year in range(first.year, last.year + 1):
        for day, name in sorted(holidays_in(holidays, year).items()):
            if first <= day <= last:
                closed += ((day, name, span) for span in _hours_of(weekly, day))
                _close(opens, closes, _midnight(day), _midnight(day) + _DAY)
    return _LocalHours(tuple(opens), tuple(closes), tuple(closed))


@lru_cache(maxsize=1024)
def _unbroken(weekly: Weekly, first: date, last: date) -> tuple[tuple[datetime, ...], tuple[datetime, ...]]:
    """Return the openings and closings between two dates, holidays not yet taken out."""
    opens: list[datetime] = []
    closes: list[datetime] = []
    week = [[(timedelta(minutes=low), timedelta(minutes=high)) for low, high in day] for day in weekly]
    midnight = _midnight(first)
    for number in range(first.weekday(), first.weekday() + (last - first).days + 1):
        for low, high in week[number % 7]:
            if closes and closes[-1] == midnight + low:
                closes[-1] = midnight + high
            else:
                opens.append(midnight + low)
                closes.append(midnight + high)
        midnight += _DAY
    return tuple(opens), tuple(closes)


def _hours_of(weekly: Weekly, day: date) -> Iterator[Span]:
    midnight = _midnight(day)
    for low, high in weekly[day.weekday()]:
        yield midnight + timedelta(minutes=low), midnight + timedelta(minutes=high)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _close(opens: list[datetime], closes: list[datetime], low: datetime, high: datetime) -> None:
    """Take a stretch out of open spans; a span that it only touches keeps what lies outside."""
    first, last = bisect_right(closes, low), bisect_left(opens, high)
    if first < last:
        early, late = opens[first] < low, closes[last - 1] > high
        opens[first:last] = [opens[first]] * early + [high] * late
        closes[first:last] = [low] * early + [closes[last - 1]] * late


def _days(pieces: tuple[Piece, ...]) -> tuple[date, date]:
    """Return the first and last local date of which the pieces hold anything."""
    firsts = [(piece.start + piece.offset).date() for piece in pieces]
    lasts = [(piece.end + piece.offset - timedelta.resolution).date() for piece in pieces]
    return min(firsts), max(lasts)


def _in_piece(hours: _LocalHours, piece: Piece) -> tuple[list[datetime], list[datetime]]:
    """Return a piece's open spans in UTC, as openings and closings."""
    offset = piece.offset
    first = bisect_right(hours.closes, piece.start + offset)
    last = bisect_left(hours.opens, piece.end + offset)
    opens = [at - offset for at in hours.opens[first:last]]
    closes = [at - offset for at in hours.closes[first:last]]
    if opens:
        opens[0], closes[-1] = max(opens[0], piece.start), min(closes[-1], piece.end)
    return opens, closes


def _closed_in_piece(hours: _LocalHours, piece: Piece) -> Iterator[tuple[date, str, Span]]:
    for day, name, (low, high) in hours.closed:
        span = max(low - piece.offset, piece.start), min(high - piece.offset, piece.end)
        if span[0] < span[1]:
            yield day, name, span
