"""Instants and durations as the texts that receipts and JSON hold."""

from datetime import UTC, datetime, timedelta

_OFFSET = "+00:00"


def iso(at: datetime) -> str:
    """Write an instant in UTC with `Z`, with fractions only where they are not zero."""
    return f"{at.astimezone(UTC).isoformat().removesuffix(_OFFSET)}Z"


def iso_duration(duration: timedelta) -> str:
    """Write a duration as ISO 8601 in hours, minutes and seconds: `PT24H`, `PT1H30M`, `PT0S`."""
    whole = abs(duration)
    hours, rest = divmod(whole.days * 86_400 + whole.seconds, 3600)
    micro = whole.microseconds
    minutes, second = divmod(rest, 60)
    fraction = f".{micro:06}".rstrip("0") if micro else ""
    last = f"{second}{fraction}S" if second or fraction or not (hours or minutes) else ""
    return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{last}"
