"""Rules in a policy file: what changes a level or takes a case out of the promise, and by which attribute."""

from collections.abc import Mapping

from pydantic import Field, model_validator

from policies.schema_base import AttributeValue, Id, LevelNumber, Part, SourceName


def _folded(value: str) -> str:
    return value.strip().casefold()


class Condition(Part):
    """What one attribute must hold. Compared as text without case; of several values one that fits is enough."""

    any_of: tuple[AttributeValue, ...] = ()
    """It holds one of these values."""
    none_of: tuple[AttributeValue, ...] = ()
    """It holds a value other than these."""
    unset: bool = False
    """Whether an attribute without a value fits too."""

    @model_validator(mode="after")
    def _one_list(self) -> "Condition":
        if bool(self.any_of) == bool(self.none_of):
            raise ValueError("any_of and none_of are both given or both empty, expected exactly one of them")
        return self

    def fits(self, values: tuple[str, ...]) -> bool:
        """Say whether an attribute's values fit."""
        held = {text for value in values if (text := _folded(value))}
        if not held:
            return self.unset
        listed = {_folded(value) for value in self.any_of or self.none_of}
        return bool(held & listed) if self.any_of else bool(held - listed)


class Rule(Part):
    """One rule; rules apply in the order of the file."""

    name: Id
    source: SourceName
    when: dict[Id, Condition] = Field(default_factory=dict)
    """Attribute -> condition; all must fit. Without it the rule always applies."""
    no_promise: bool = False
    """true: the case is out of the promise."""
    levels: dict[LevelNumber, LevelNumber] = Field(default_factory=dict)
    """Level -> level it counts as. Looked up once, so `{1: 2, 2: 3}` never turns 1 into 3."""
    default_level: LevelNumber | None = None
    """The level of a case that has none."""
    on: bool = True
    """false: only a reading switches this rule on (`rules_on`)."""

    @model_validator(mode="after")
    def _one_effect(self) -> "Rule":
        if [self.no_promise, bool(self.levels), self.default_level is not None].count(True) != 1:
            raise ValueError("the rule has no single effect, expected one of no_promise, levels, default_level")
        if self.default_level is not None and self.when:
            raise ValueError("a default level has a condition, expected none")
        return self

    def applies(self, attributes: Mapping[str, tuple[str, ...]]) -> bool:
        """Say whether all conditions fit."""
        return all(condition.fits(attributes.get(name, ())) for name, condition in self.when.items())
