"""The names that a mapping takes for known on its site: projects, priorities, statuses, fields and the like."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.mapping_schema import ByField, ByStatus, StartsField
from policies.mapping_schema import Mapping as MappingSpec
from policies.mapping_values import FromField

FIELD = "field"
_FREE = frozenset({"labels", "tags", "components"})
"""Words that anybody may add on a ticket, and parts that each project has its own of."""


@dataclass(frozen=True, slots=True)
class Used:
    """One name: its kind as catalogues call it, and where in the mappings file it stands."""

    kind: str
    text: str
    path: str
    mapping: str


def names_used(index: int, spec: MappingSpec) -> tuple[Used, ...]:
    """Give every name of the mapping that stands at `index` of the file."""
    return tuple(Used(kind, text, f"mappings.{index}.{key}", spec.name) for kind, text, key in _named(spec))


def _named(spec: MappingSpec) -> Iterator[tuple[str, str, str]]:
    for key, texts in spec.match.items():
        kind, _, field_id = key.partition(":")
        if field_id:
            yield FIELD, field_id, f"match.{key}"
        elif kind not in _FREE:
            yield from ((kind, text, f"match.{key}") for text in texts)
    if spec.level_field:
        yield FIELD, spec.level_field, "level_field"
    else:
        yield from (("priority", text, f"levels.{text}") for text in spec.levels)
    yield from ((FIELD, field_id, key) for field_id, key in _fields(spec))
    for number, answer in enumerate(spec.answered_by or ()):
        if isinstance(answer, ByStatus):
            yield from (("status", text, f"answered_by.{number}.status") for text in answer.status)
    if spec.paused_by:
        yield from (("status", text, "paused_by.status") for text in spec.paused_by.status)


def _fields(spec: MappingSpec) -> Iterator[tuple[str, str]]:
    customer = spec.customer
    choices = {
        "plan": spec.plan,
        "customer.timezone": customer.timezone,
        "customer.region": customer.region,
        "customer.holidays": customer.holidays,
        **{f"attributes.{name}": choice for name, choice in spec.attributes.items()},
    }
    for key, choice in choices.items():
        if isinstance(choice, FromField):
            yield choice.field, f"{key}.field"
    if isinstance(spec.starts, StartsField):
        yield spec.starts.field, "starts.field"
    for number, answer in enumerate(spec.answered_by or ()):
        if isinstance(answer, ByField):
            yield answer.field, f"answered_by.{number}.field"
