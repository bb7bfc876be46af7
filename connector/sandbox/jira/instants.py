"""Instants as Jira writes and reads them: milliseconds and an offset without colon."""

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}([+-]\d{4}|Z)")


def to_milliseconds(at: datetime) -> datetime:
    """Cut an aware instant to what Jira keeps."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def show(at: datetime, zone: str) -> str:
    """Write an instant as `2026-11-22T11:00:00.000+0100`."""
    local = _local(at, zone)
    return f"{local.replace(tzinfo=None).isoformat(timespec='milliseconds')}{local:%z}"


def _local(at: datetime, zone: str) -> datetime:
    """Give an instant in a zone, its offset in whole minutes; in UTC at the ends of time."""
    try:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
        return at.astimezone(timezone(timedelta(minutes=offset // timedelta(minutes=1))))
    except OverflowError:
        return at.astimezone(UTC)


def read(text: object) -> datetime:
    """Read an instant in the one form that Jira takes; ValueError for every other."""
    if not isinstance(text, str) or not _WRITTEN.fullmatch(text):
        raise ValueError(f"Error parsing time: {text}")
    try:
        return to_milliseconds(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        raise ValueError(f"Error parsing time: {text}") from None


def history(at: datetime, zone: str) -> tuple[str, str]:
    """Write an instant as a history entry holds it: for machines, and as people see it."""
    local = _local(at, zone)
    machine = f"{local.replace(tzinfo=None).isoformat(timespec='seconds')}{local:%z}"
    return machine, f"{local:%d/%b/%y %-I:%M %p}"
