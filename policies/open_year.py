"""One year of a calendar, compiled: its open spans in UTC with prefix sums, and the holidays that closed hours."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from policies.holiday_days import holidays_in
from policies.microseconds import SECOND
from policies.weekly import Weekly
from policies.zones import offset_pieces

Span = tuple[int, int]
"""A half-open stretch of time in microseconds since 1970 UTC."""

DAY = 86_400
_EPOCH_DAY = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class OpenYear:
    """Open spans of one local year, in microseconds since 1970.

    Span `i` runs from `opens[i]` to `closes[i]`; `before[i]` and `after[i]` are the open microseconds from the year's
    start up to these two. `start` to `end` is the year itself.
    """

    start: int
    end: int
    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]
    holidays: tuple[tuple[date, str, Span], ...]

    @property
    def total(self) -> int:
        """Return the year's open microseconds."""
        return self.after[-1] if self.after else 0

    def open_before(self, at: int) -> int:
        """Return the open microseconds from the year's start to `at`."""
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.before[index] + min(at, self.closes[index]) - self.opens[index]

    def reached(self, total: int) -> int:
        """Return the earliest instant at which `total` open microseconds (1..self.total) are used up."""
        index = bisect_left(self.after, total)
        return self.closes[index] - self.after[index] + total

    def spans(self, start: int, end: int) -> Iterator[Span]:
        """Give the open spans between two instants, from old to new."""
        for index in range(bisect_right(self.closes, start), bisect_left(self.opens, end)):
            yield max(start, self.opens[index]), min(end, self.closes[index])


def compile_year(weekly: Weekly, zone: str, holidays: str, year: int) -> OpenYear:
    """Compile one local year by rule 1: open if and only if the local reading lies in that weekday's hours."""
    spans: list[Span] = []
    closed: list[tuple[date, str, Span]] = []
    pieces = offset_pieces(zone, year)
    for piece in pieces:
        for day, span in _hours_of_piece(weekly, *piece):
            name = holidays_in(holidays, day.year).get(day)
            if name is None:
                _append(spans, span)
            else:
                closed.append((day, name, span))
    return _with_sums(pieces[0][0] * SECOND, pieces[-1][1] * SECOND, spans, closed)


def _hours_of_piece(weekly: Weekly, start: int, end: int, offset: int) -> Iterator[tuple[date, Span]]:
    """Give a piece's opening hours, holidays not yet taken out: local date and span."""
    for number in range((start + offset) // DAY, (end + offset - 1) // DAY + 1):
        day = date.fromordinal(_EPOCH_DAY + number)
        midnight = number * DAY - offset
        for opens, closes in weekly[day.weekday()]:
            low, high = max(start, midnight + opens * 60), min(end, midnight + closes * 60)
            if low < high:
                yield day, (low * SECOND, high * SECOND)


def _append(spans: list[Span], span: Span) -> None:
    if spans and spans[-1][1] == span[0]:
        spans[-1] = (spans[-1][0], span[1])
    else:
        spans.append(span)


def _with_sums(start: int, end: int, spans: list[Span], closed: list[tuple[date, str, Span]]) -> OpenYear:
    before, after, total = [], [], 0
    for low, high in spans:
        before.append(total)
        total += high - low
        after.append(total)
    opens, closes = tuple(low for low, _ in spans), tuple(high for _, high in spans)
    return OpenYear(start, end, opens, closes, tuple(before), tuple(after), tuple(closed))
