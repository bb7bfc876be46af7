"""Readers of JSON that trackers send: each gives a value of the asked shape, or an empty one, and never raises."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]

_MOST = 10**18


def record(value: object) -> Json:
    """Give a JSON object, or an empty one."""
    return value if isinstance(value, dict) else {}


def records(value: object) -> list[Json]:
    """Give the objects of a JSON list; whatever else stands there is left out."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def word(value: object) -> str:
    """Give text, a number or a boolean as one text without outer blanks; anything else as the empty text.

    Lone surrogates and NUL are taken out: no database stores them.
    """
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            text = value if value.isascii() else value.encode("utf-8", "replace").decode()
            return text.replace("\x00", "").strip()
        case int() if abs(value) < _MOST:
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _MOST else str(value)
        case _:
            return ""


def words(*values: object) -> tuple[str, ...]:
    """Give the texts of several values, each once and in order, without the empty ones."""
    return tuple(dict.fromkeys(filter(None, map(word, values))))


def count(value: object) -> int:
    """Give a whole number, or 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def instant(value: object) -> datetime | None:
    """Read an ISO 8601 instant with any offset as aware UTC; None for text without an offset or out of range."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None
