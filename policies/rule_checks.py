"""Rules without effect: those that can never match, and those that an earlier rule leaves nothing to do."""

from collections.abc import Iterator, Sequence

from policies.faults import Fault
from policies.schema import Policy
from policies.schema_rules import Condition, Rule


def rule_faults(policy: Policy, file: str) -> Iterator[Fault]:
    """Find rules that cannot match or are shadowed."""
    switched = {name for clause in policy.readings for choice in clause.choices for name in choice.changes.rules_on}
    for index, rule in enumerate(policy.rules):
        path = f"rules.{index}"
        if not rule.on and rule.name not in switched:
            yield Fault(file, f"{path}.on", f"the rule {rule.name} is never on", "a reading that lists it in rules_on")
        yield from _level_faults(policy, rule, file, path)
        earlier = [other for other in policy.rules[:index] if other.on]
        if shadow := _shadow(rule, earlier):
            problem = f"the rule {rule.name} is shadowed by {shadow}, which leaves it nothing to do"
            yield Fault(file, path, problem, "a condition or levels of its own, or an earlier place")


def _level_faults(policy: Policy, rule: Rule, file: str, path: str) -> Iterator[Fault]:
    named = {*rule.levels, *rule.levels.values()} | ({rule.default_level} if rule.default_level else set())
    for level in sorted(named - policy.levels.keys()):
        problem = f"the rule {rule.name} cannot match: there is no level {level}"
        yield Fault(file, path, problem, f"levels among {', '.join(map(str, policy.levels))}")
    for before, after in rule.levels.items():
        if before == after:
            problem = f"the rule {rule.name} turns level {before} into itself"
            yield Fault(file, f"{path}.levels.{before}", problem, "another level")


def _shadow(rule: Rule, earlier: Sequence[Rule]) -> str | None:
    made = {level for other in earlier for level in (*other.levels.values(), other.default_level)}
    for other in earlier:
        if _covers(other, rule) and _nothing_left(other, rule, made):
            return other.name
    return None


def _nothing_left(other: Rule, rule: Rule, made: set[int | None]) -> bool:
    """Say whether a rule has no effect after one that applies wherever it does."""
    if other.no_promise:
        return rule.default_level is None
    if other.default_level is not None:
        return rule.default_level is not None
    return bool(rule.levels) and all(level in other.levels and level not in made for level in rule.levels)


def _covers(other: Rule, rule: Rule) -> bool:
    return all(name in rule.when and _wider(condition, rule.when[name]) for name, condition in other.when.items())


def _wider(wide: Condition, narrow: Condition) -> bool:
    if narrow.unset and not wide.unset:
        return False
    wide_any, narrow_any = _folded(wide.any_of), _folded(narrow.any_of)
    wide_none, narrow_none = _folded(wide.none_of), _folded(narrow.none_of)
    if wide_any:
        return bool(narrow_any) and narrow_any <= wide_any
    return not narrow_any & wide_none if narrow_any else wide_none <= narrow_none


def _folded(values: tuple[str, ...]) -> set[str]:
    return {value.casefold() for value in values}
