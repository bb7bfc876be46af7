"""Mend a file's first faults so that the later checks still run: all faults come at once, not one layer a time."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from pydantic_core import ErrorDetails

_HARMLESS = {"timezone": "UTC", "holidays": "none", "hours": "always"}


def mended(body: Mapping[str, Any], errors: Iterable[ErrorDetails]) -> dict[str, Any] | None:
    """Return a copy without the faults that hide nothing else, or None where a fault of another kind remains.

    A missing source becomes any source, an unknown key goes, a calendar's wrong value becomes a harmless one.
    """
    copy = deepcopy(dict(body))
    return copy if all(_mend(copy, error) for error in errors) else None


def _mend(copy: dict[str, Any], error: ErrorDetails) -> bool:
    *parents, key = error["loc"]
    if key in _HARMLESS and parents[:1] != ["calendars"] and "calendars" not in parents:
        return False
    part: Any = copy
    try:
        for parent in parents:
            part = part[parent]
    except (KeyError, IndexError, TypeError):
        return False
    if not isinstance(part, dict):
        return False
    return _set(copy, part, key, error["type"])


def _set(copy: dict[str, Any], part: dict[Any, Any], key: str | int, kind: str) -> bool:
    if kind == "extra_forbidden":
        part.pop(key, None)
    elif kind == "missing" and key == "source" and copy.get("sources"):
        part["source"] = next(iter(copy["sources"]))
    elif kind == "value_error" and key in _HARMLESS:
        part[key] = _HARMLESS[str(key)]
    else:
        return False
    return True
