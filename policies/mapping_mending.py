"""Read what is right of a faulty entry, so that the checks against other files still run: all faults come at once."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, TypeVar

from pydantic import ValidationError

from policies.mapping_values import Shape

_Part = TypeVar("_Part", bound=Shape)
_Keys = tuple[str, ...]

_HARMLESS: dict[str, Any] = {
    "name": "-",
    "site": "-",
    "match": {},
    "policy": "-",
    "plan": "-",
    "levels": {"-": 1},
    "owed_by": "us",
}
"""Stands for a required key that is faulty or missing; what is found of it later is not told."""


def rest_of(entry: Any, error: ValidationError, shape: type[_Part]) -> tuple[_Part | None, frozenset[str]]:
    """Give the entry without its faulty keys, None where too little is left, and the key paths left out."""
    places = [_keys(item["loc"]) for item in error.errors(include_url=False)]
    if not isinstance(entry, dict) or not all(places):
        return None, frozenset()
    for left_out in ([_within(entry, place) for place in places], [place[:1] for place in places]):
        try:
            part = shape.model_validate(_without(entry, left_out, shape))
        except ValidationError:
            continue
        return part, frozenset(".".join(place) for place in left_out) | _following(entry, left_out)
    return None, frozenset()


def _keys(place: Iterable[int | str]) -> _Keys:
    return tuple(str(part) for part in place if not str(part).startswith("<"))  # <tags> name a union's branch


def _within(entry: dict[str, Any], place: _Keys) -> _Keys:
    """Give the place where it is a key of a mapping in the entry, else the entry's own key above it."""
    part: Any = entry
    for key in place:
        if not isinstance(part, dict) or key not in part:
            return place[:1]
        part = part[key]
    return place


def _without(entry: dict[str, Any], places: Iterable[_Keys], shape: type[Shape]) -> dict[str, Any]:
    body = deepcopy(entry)
    for *parents, key in places:
        part = body
        for parent in parents:
            part = part.get(parent, {})
        part.pop(key, None)
    return {key: value for key, value in _HARMLESS.items() if key in shape.model_fields and not body.get(key)} | {
        key: value for key, value in body.items() if value or key not in _HARMLESS
    }


def _following(entry: dict[str, Any], places: Iterable[_Keys]) -> frozenset[str]:
    """Name the key that would only seem faulty: a plan from the directory that a faulty customer should name."""
    lost = entry.get("plan") == "directory" and any(place[0] == "customer" for place in places)
    return frozenset({"plan"} if lost else ())
