"""What `dueby due` is asked: one case as options or as a line of JSON, checked before anything is computed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from policies.errors import CaseError
from policies.faults import FaultsError
from policies.holiday_days import require_holidays
from policies.loader import load_policy_file, shipped_ids, shipped_policy
from policies.schema import Policy
from policies.terms import Case, Customer
from policies.zones import find_zone

Attribute = StrictStr | bool | StrictInt | None
_KEYS = "policy, plan, level, metric, start, timezone, region, holidays, attributes, readings"


class _Line(BaseModel):
    """The input keys of the contract; null is as good as absent where a key may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: StrictStr
    plan: StrictStr
    start: StrictStr
    level: StrictInt | None = None
    metric: StrictStr | None = None
    timezone: StrictStr | None = None
    region: StrictStr | None = None
    holidays: StrictStr | None = None
    attributes: dict[str, Attribute | list[Attribute]] | None = None
    readings: list[StrictStr] | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which policy, which case, from when on."""

    policy: Policy
    case: Case
    start: datetime


def asked_in_json(line: str) -> Asked:
    """Read one line of JSON. Raises CaseError saying what is wrong with it."""
    try:
        value = json.loads(line, object_pairs_hook=_without_doubles, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        sentence = "the JSON nests too deep" if isinstance(error, RecursionError) else f"no JSON: {error}"
        raise CaseError("bad_json", sentence) from error
    if not isinstance(value, dict):
        raise CaseError("bad_json", f"the line holds {_kind(value)}: give an object with the keys {_KEYS}")
    return asked(value)


def asked(values: Mapping[str, Any]) -> Asked:
    """Check the input keys and what they name. Raises CaseError."""
    try:
        line = _Line.model_validate(values)
    except ValidationError as error:
        raise CaseError("bad_input", "; ".join(_complaint(item) for item in error.errors())) from error
    customer = _customer(line.timezone or None, line.region or None, line.holidays or None)
    case = Case(
        plan=line.plan,
        level=line.level,
        metric=line.metric or "first_response",
        attributes={name: _texts(value) for name, value in (line.attributes or {}).items()},
        readings=tuple(line.readings or ()),
        customer=customer,
    )
    return Asked(_policy(line.policy), case, _start(line.start))


@lru_cache(maxsize=4096)
def _customer(timezone: str | None, region: str | None, holidays: str | None) -> Customer:
    """Refuse a zone or holiday code that does not exist, even where the policy would not use it."""
    if timezone is not None:
        find_zone(timezone)
    if holidays is not None:
        require_holidays(holidays)
    return Customer(timezone, region, holidays)


@lru_cache(maxsize=64)
def _policy(name: str) -> Policy:
    if name in shipped_ids():
        return shipped_policy(name)
    if not name.endswith((".yaml", ".yml")):
        known = ", ".join(shipped_ids())
        raise CaseError("unknown_policy", f"no policy is called {name!r}: give one of {known}, or a .yaml file")
    try:
        return load_policy_file(Path(name))
    except (FaultsError, ValueError) as error:
        raise CaseError("bad_policy", "; ".join(str(error).splitlines())) from error


def _start(written: str) -> datetime:
    try:
        start = datetime.fromisoformat(written)
    except ValueError:
        sentence = f"start {written!r} is no instant: write it like 2026-11-23T09:00:00+01:00"
        raise CaseError("bad_start", sentence) from None
    if start.tzinfo is None:
        raise CaseError("naive", f"start {written!r} has no UTC offset: end it with Z or an offset such as +01:00")
    return start


def _texts(value: Attribute | list[Attribute]) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(one if isinstance(one, str) else str(one).lower() for one in values if one is not None)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {double!r} stands twice")
    return read


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number in JSON")


def _complaint(item: Any) -> str:
    key = ".".join(str(part) for part in item["loc"][:2])
    if item["type"] == "missing":
        return f"{key} is missing"
    if item["type"] == "extra_forbidden":
        return f"unknown key {key!r}: the keys are {_KEYS}"
    return f"{key} is {_kind(item['input'])}: {item['msg'].lower()}"


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "null")
