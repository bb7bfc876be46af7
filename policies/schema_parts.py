"""The smaller parts of a policy file: clauses, plans, levels, regions, metrics, texts, versions."""

from datetime import date
from typing import Literal

from pydantic import Field, JsonValue

from policies.schema_base import Id, LevelNumber, Part, SourceName, Text

Warnable = Literal["tighter_at_lower_level", "level_without_target"]


class SourceClause(Part):
    """Where a clause stands and what it says, in our own words."""

    section: Text
    says: Text
    """Our paraphrase; never the vendor's sentence."""
    document: str | None = None
    """The document's file name, where it is not the policy's `document`."""


class Plan(Part):
    """A level of support that customers buy."""

    name: Text
    source: SourceName


class Level(Part):
    """One of the vendor's levels, 1 the most urgent."""

    name: str = ""
    """The vendor's own name for it, if it has one."""
    means: Text
    source: SourceName
    solution: tuple[Text, ...] = ()
    """What counts as a solution; shown to people, runs no clock."""


class Region(Part):
    """A region of customers that calendars tell apart."""

    name: Text


class Metric(Part):
    """What is timed."""

    name: Text
    starts: Text
    ends: Text
    source: SourceName


class Said(Part):
    """A text that rests on a clause."""

    text: Text
    source: SourceName


class Scoped(Said):
    """A text for some plans and levels; a list left out means all."""

    plans: tuple[Id, ...] = ()
    levels: tuple[LevelNumber, ...] = ()

    def concerns(self, plan: str, level: int | None) -> bool:
        """Say whether the text is meant for this plan and level."""
        return (not self.plans or plan in self.plans) and (not self.levels or level in self.levels)


class Note(Scoped):
    """Something that readers of a receipt should know."""

    silences: tuple[Warnable, ...] = ()
    """Warnings of `dueby policies lint` that this note answers, for its plans and levels."""


class Version(Part):
    """One version of a policy: the keys of the file that differ from the version before."""

    version: Text
    since: date = Field(alias="from")
    """The date (UTC) from which it holds; the first version holds for earlier starts too."""
    changes: dict[str, JsonValue] = Field(default_factory=dict)
    """Top-level keys of the policy, each replaced as a whole. The first version has none."""
