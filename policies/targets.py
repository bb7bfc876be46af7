"""Targets as policies write them: `30m`, `12h`, `3bh`, `2bd`, and what they are in open time."""

import re
from datetime import timedelta

from policies.weekly import Weekly, daily_minutes

NO_PROMISE = "no promise"
TARGET_PATTERN = r"[1-9][0-9]{0,4}(m|h|bh|d|bd)"
_TARGET = re.compile(TARGET_PATTERN)
_MINUTES = {"m": 1, "h": 60, "bh": 60, "d": 1440}


def amount_and_unit(written: str) -> tuple[int, str]:
    """Split `3bh` into 3 and `bh`. Raises ValueError for anything else than a positive number and a unit."""
    match = _TARGET.fullmatch(written)
    if not match:
        raise ValueError(f"{written!r} is no target, expected a number and m, h, bh, d or bd (30m, 3bh), or no promise")
    unit = match.group(1)
    return int(written.removesuffix(unit)), unit


def open_time(written: str, weekly: Weekly) -> timedelta:
    """Return a target as open time of a calendar; a business day is that calendar's full open day.

    Raises ValueError for business days on a calendar whose open days differ in length.
    """
    amount, unit = amount_and_unit(written)
    minutes = daily_minutes(weekly) if unit == "bd" else _MINUTES[unit]
    if minutes is None:
        raise ValueError(
            f"{written!r} counts business days on open days of different lengths, expected hours (h or bh)"
        )
    return timedelta(minutes=amount * minutes)
