"""Instants that calendars can count from: aware, and within the years that they know."""

from datetime import UTC, datetime

from policies.errors import CalendarError

FIRST_YEAR, LAST_YEAR = 1900, 2199


def require_countable(at: datetime) -> None:
    """Refuse an instant that is naive or outside the years that calendars know. Raises CalendarError."""
    _require_aware(at)
    require_year(at.year)


def in_utc(at: datetime) -> datetime:
    """Return an aware instant in UTC. Raises CalendarError where it is naive or at the edge of time."""
    _require_aware(at)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise _out_of_range(at.year) from None


def require_year(year: int) -> None:
    """Refuse a year that calendars do not know. Raises CalendarError (`out_of_range`)."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _out_of_range(year)


def _require_aware(at: datetime) -> None:
    if at.utcoffset() is None:
        raise CalendarError("naive", f"{at.isoformat()} has no UTC offset: write it with Z or +HH:MM")


def _out_of_range(year: int) -> CalendarError:
    sentence = f"the year {year} is out of range: calendars are known from {FIRST_YEAR} to {LAST_YEAR}"
    return CalendarError("out_of_range", sentence)
