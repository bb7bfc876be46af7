"""The opening hours of a week as people write them, and as minutes of local days."""

import re
from collections.abc import Iterable, Mapping

Weekly = tuple[tuple[tuple[int, int], ...], ...]
"""Seven days from Monday, each its open intervals `[start, end)` in minutes of the day (0..1440), sorted and apart."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
ALWAYS: Weekly = (((0, DAY_MINUTES),),) * 7
_HOURS = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def weekly_hours(written: Mapping[str, str | Iterable[str]]) -> Weekly:
    """Read hours such as `{"mon-fri": "09:00-17:00", "sat": ["22:00-02:00"]}`.

    An end before its start runs overnight and is split at midnight; overlapping intervals are merged.
    Raises ValueError with a sentence for days or hours that cannot be read.
    """
    days: list[list[tuple[int, int]]] = [[] for _ in DAYS]
    for day_range, hours in written.items():
        for day in day_numbers(day_range):
            for interval in [hours] if isinstance(hours, str) else hours:
                _add(days, day, *_minutes(interval))
    return tuple(_merged(day) for day in days)


def daily_minutes(weekly: Weekly) -> int | None:
    """Return the length of the open days in minutes, or None where they differ or there are none."""
    lengths = {sum(end - start for start, end in day) for day in weekly if day}
    return lengths.pop() if len(lengths) == 1 else None


def day_numbers(written: str) -> list[int]:
    """Read `mon` or a range such as `mon-fri`, from 0 for Monday. Raises ValueError."""
    first, _, last = written.partition("-")
    try:
        start, end = DAYS.index(first), DAYS.index(last or first)
    except ValueError:
        raise ValueError(f"{written!r} is no day, expected mon to sun or a range (mon-fri)") from None
    return [(start + step) % 7 for step in range((end - start) % 7 + 1)]


def _minutes(written: str) -> tuple[int, int]:
    match = _HOURS.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is no opening time, expected HH:MM-HH:MM, up to 24:00")
    from_hour, from_minute, to_hour, to_minute = map(int, match.groups())
    start, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    if max(from_minute, to_minute) > 59 or start >= DAY_MINUTES or end > DAY_MINUTES or start == end:  # noqa: PLR2004  # minutes of an hour
        raise ValueError(f"{written!r} is no opening time, expected two different times from 00:00 to 24:00")
    return start, end


def _add(days: list[list[tuple[int, int]]], day: int, start: int, end: int) -> None:
    if start < end:
        days[day].append((start, end))
        return
    days[day].append((start, DAY_MINUTES))
    if end:
        days[(day + 1) % 7].append((0, end))


def _merged(intervals: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
