"""Instants as integer microseconds since 1970, within the years that calendars know."""

from datetime import UTC, datetime, timedelta

from policies.errors import CalendarError

SECOND = 1_000_000
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def require_countable(at: datetime) -> None:
    """Refuse an instant that is naive or outside the years that calendars know. Raises CalendarError."""
    microseconds_at(at)
    require_year(at.year)


def microseconds_at(at: datetime) -> int:
    """Return the microseconds since 1970 of an aware instant. Raises CalendarError for a naive one."""
    try:
        since = at - _EPOCH
    except TypeError:
        raise CalendarError("naive", f"{at.isoformat()} has no UTC offset: write it with Z or +HH:MM") from None
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def instant_at(microseconds: int) -> datetime:
    """Return the UTC instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=microseconds)


def require_year(year: int) -> None:
    """Refuse a year that calendars do not know. Raises CalendarError (`out_of_range`)."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        sentence = f"the year {year} is out of range: calendars are known from {FIRST_YEAR} to {LAST_YEAR}"
        raise CalendarError("out_of_range", sentence)
