"""Instants and times left as a person reads them in a notice."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connector.texts.words import duration_words, zone_words
from policies.instants import iso_duration

_PATTERNS = {"en": "EEE d MMM y, HH:mm", "fr": "EEE d MMM y 'à' HH:mm"}
_MINUTE = timedelta(minutes=1)


def spoken_moment(at: datetime, timezone: str, language: str) -> str:
    """Say day, date, HH:MM and zone: `Mon 23 Nov 2026, 14:30 Europe/Paris`."""
    from babel.dates import format_datetime  # noqa: PLC0415  # commands that send nothing start without Babel

    local = at.astimezone(ZoneInfo(timezone)).replace(tzinfo=None)  # Babel would turn it back to UTC
    said = format_datetime(local, _PATTERNS.get(language, _PATTERNS["en"]), locale=language)
    return f"{said} {zone_words(timezone)}"


def spoken_time(at: datetime, timezone: str) -> str:
    """Say HH:MM and zone."""
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M} {zone_words(timezone)}"


def left_words(left: timedelta, language: str) -> str:
    """Say how long is left, to the nearest minute: a notice sent a moment late still says `15 min`."""
    whole = (left + _MINUTE / 2) // _MINUTE * _MINUTE
    return duration_words(iso_duration(whole if left >= _MINUTE else left), language)


def late_words(late: timedelta, language: str) -> str:
    """Say how late something is, in whole minutes begun and ended."""
    return duration_words(iso_duration(late), language)
