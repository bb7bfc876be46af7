"""A policy's rules applied to one case: which level counts, and whether it is in the promise at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from policies.receipt import Fact
from policies.schema import Policy
from policies.schema_rules import Rule


@dataclass(frozen=True, slots=True)
class Ruled:
    """The level after the rules, the first rule that took the promise away, and a fact for each rule that applied."""

    level: int | None
    out: Rule | None
    facts: tuple[Fact, ...]


def apply_rules(
    policy: Policy, rules: Iterable[Rule], level: int | None, attributes: Mapping[str, tuple[str, ...]]
) -> Ruled:
    """Apply rules in their order; each looks at the level that the ones before it left."""
    out: Rule | None = None
    facts: list[Fact] = []
    for rule in rules:
        if not rule.applies(attributes):
            continue
        source = policy.source(rule.source)
        if rule.no_promise and out is None:
            out = rule
            facts.append(Fact("promise_rule", {"rule": rule.name}, source))
        elif rule.default_level is not None and level is None:
            level = rule.default_level
            facts.append(Fact("default_level", {"level": level}, source))
        elif level is not None and rule.levels.get(level, level) != level:
            before, level = level, rule.levels[level]
            facts.append(Fact("level_rule", {"rule": rule.name, "before": before, "after": level}, source))
    return Ruled(level, out, tuple(facts))
