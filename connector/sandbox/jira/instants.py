"""Instants as Jira writes and reads them: milliseconds and an offset without colon."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d{4}|Z)")


def to_milliseconds(at: datetime) -> datetime:
    """Cut an aware instant to what Jira keeps."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def show(at: datetime, zone: str) -> str:
    """Write an instant as `2026-11-22T11:00:00.000+0100`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def read(text: object) -> datetime:
    """Read an instant in the one form that Jira takes; ValueError for every other."""
    if not isinstance(text, str) or not _WRITTEN.fullmatch(text):
        raise ValueError(f"Error parsing time: {text}")
    return to_milliseconds(datetime.fromisoformat(text))


def history(at: datetime, zone: str) -> tuple[str, str]:
    """Write an instant as a history entry holds it: for machines, and as people see it."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%Y-%m-%dT%H:%M:%S%z}", f"{local:%d/%b/%y %-I:%M %p}"
