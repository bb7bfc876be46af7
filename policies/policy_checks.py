"""What makes a policy file wrong beyond its shape: names that lead nowhere, dead rules."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from policies.faults import Fault
from policies.policy_cells import cell_faults
from policies.rule_checks import rule_faults
from policies.schema import Policy
from policies.schema_base import Part
from policies.schema_time import CalendarKeys


def policy_errors(policy: Policy, file: str) -> Iterator[Fault]:
    """Find every error of a policy that has the right shape."""
    yield from _source_faults(policy, file)
    yield from _name_faults(policy, file)
    yield from cell_faults(policy, file)
    yield from rule_faults(policy, file)


def one_of(names: Iterable[object]) -> str:
    """Say what would have been right."""
    return f"one of {', '.join(map(str, names))}" if names else "none, as the policy has none"


def calendars_of(policy: Policy) -> Iterator[tuple[str, CalendarKeys]]:
    """Give every place that describes a calendar, with its key path."""
    for name, calendar in policy.calendars.items():
        yield f"calendars.{name}", calendar
        for index, variant in enumerate(calendar.variants):
            yield f"calendars.{name}.variants.{index}", variant
    for path, changes in _changes(policy):
        for name, keys in changes.calendars.items():
            yield f"{path}.calendars.{name}", keys


def _changes(policy: Policy) -> Iterator[tuple[str, Any]]:
    for number, clause in enumerate(policy.readings):
        for index, choice in enumerate(clause.choices):
            yield f"readings.{number}.choices.{index}.changes", choice.changes


def _source_faults(policy: Policy, file: str) -> Iterator[Fault]:
    for path, name in _sources_used(policy, ""):
        if name not in policy.sources:
            yield Fault(file, path, f"no source is called {name!r}", one_of(policy.sources))


def _sources_used(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Part):
        for key, info in type(value).model_fields.items():
            inner = getattr(value, key)
            where = f"{path}.{info.alias or key}".removeprefix(".")
            if key == "source" and inner is not None:
                yield where, inner
            yield from _sources_used(inner, where)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _sources_used(inner, f"{path}.{key}")
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _sources_used(inner, f"{path}.{index}")


def _name_faults(policy: Policy, file: str) -> Iterator[Fault]:
    names = Counter(choice.name for clause in policy.readings for choice in clause.choices)
    yield from _twice(names, file, "readings", "reading")
    yield from _twice(Counter(clause.clause for clause in policy.readings), file, "readings", "clause")
    yield from _twice(Counter(rule.name for rule in policy.rules), file, "rules", "rule")
    rules = {rule.name for rule in policy.rules}
    for path, changes in _changes(policy):
        for key in ("rules_on", "rules_off"):
            for name in set(getattr(changes, key)) - rules:
                yield Fault(file, f"{path}.{key}", f"no rule is called {name!r}", one_of(sorted(rules)))
        for name in changes.calendars.keys() - policy.calendars.keys():
            yield Fault(file, f"{path}.calendars.{name}", f"no calendar is called {name!r}", one_of(policy.calendars))
    if policy.default_region is not None and policy.default_region not in policy.places:
        problem = f"no region is called {policy.default_region!r}"
        yield Fault(file, "default_region", problem, one_of(policy.places))
    if policy.places and policy.default_region is None:
        yield Fault(file, "default_region", "missing", one_of(policy.places))
    for path, keys in calendars_of(policy):
        region = getattr(getattr(keys, "when", None), "region", None)
        if region is not None and region not in policy.places:
            yield Fault(file, f"{path}.when.region", f"no region is called {region!r}", one_of(policy.places))


def _twice(names: Counter[str], file: str, path: str, what: str) -> Iterator[Fault]:
    for name, times in names.items():
        if times > 1:
            yield Fault(file, path, f"the {what} {name!r} stands {times} times", f"each {what} once")
