"""The level a ticket asks for, now and at any instant of its history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from policies.history import PRIORITY, changes_of, value_at
from policies.mapping import looked_up
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import FieldValue, Ticket


@dataclass(frozen=True, slots=True)
class Asked:
    """What stood in the priority (or the level field) and the level it means.

    `level` None with empty `shown`: none was given, the policy's default may count. `level` None otherwise: the value
    has no level in the mapping.
    """

    level: int | None
    shown: str = ""

    @property
    def unknown(self) -> bool:
        """Say whether a value stands there that the mapping gives no level."""
        return self.level is None and bool(self.shown)


def asked_at(ticket: Ticket, mapping: MappingSpec, at: datetime) -> Asked:
    """Return the level asked for at an instant."""
    return _asked(value_at(ticket, field_of(mapping), at), mapping)


def field_of(mapping: MappingSpec) -> str:
    """Return the field that holds the level."""
    return mapping.level_field or PRIORITY


def _asked(value: FieldValue, mapping: MappingSpec) -> Asked:
    spelled = value[0] if value else ()
    return Asked(looked_up(spelled, mapping.levels), spelled[0]) if spelled else Asked(None)


def changes_between(
    ticket: Ticket, mapping: MappingSpec, start: datetime, end: datetime
) -> Iterator[tuple[datetime, Asked, Asked]]:
    """Yield each change of level after `start` and up to `end`, with the level before and after."""
    for change in changes_of(ticket, field_of(mapping)):
        before, after = _asked(change.before, mapping), _asked(change.after, mapping)
        if start < change.at <= end and before.level != after.level:
            yield change.at, before, after
