"""A vendor policy: one vendor document as data, with the clause that each part rests on."""

from datetime import UTC, date, datetime
from typing import Literal

from pydantic import ConfigDict, Field, JsonValue, PrivateAttr

from policies.receipt import Source
from policies.schema_base import Id, LevelNumber, Part, SourceName, Text
from policies.schema_readings import Clause
from policies.schema_rules import Rule
from policies.schema_time import Calendar, Targets

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


class Policy(Part):
    """One version of one policy. Get it from `policies.loader`."""

    model_config = ConfigDict(title="dueby policy")

    id: Id
    vendor: Text
    """The vendor's name as summaries show it."""
    name: Text
    """What this policy is about."""
    document: str
    """The file name of the vendor's document."""
    replaces: Id | None = None
    """The shipped policy whose place this file takes: its own id, said once more on purpose."""
    versions: tuple[Version, ...] = Field(min_length=1)
    sources: dict[Id, SourceClause]
    plans: dict[Id, Plan] = Field(min_length=1)
    levels: dict[LevelNumber, Level] = Field(min_length=1)
    places: dict[Id, Region] = Field(default_factory=dict, alias="regions")
    default_region: Id | None = None
    metrics: dict[Id, Metric] = Field(min_length=1)
    calendars: dict[Id, Calendar]
    targets: Targets = Field(min_length=1)
    rules: tuple[Rule, ...] = ()
    duties: tuple[Scoped, ...] = ()
    strength: Said
    """How strong the promise is."""
    readings: tuple[Clause, ...] = ()
    notes: tuple[Note, ...] = ()

    _version: str = PrivateAttr("")
    _dated: tuple[tuple[date, "Policy"], ...] = PrivateAttr(())

    __eq__ = object.__eq__  # one object for one version of a file: caches go by it
    __hash__ = object.__hash__

    @property
    def version(self) -> str:
        """Return the stated version with a hash of the content: what verdicts are frozen under."""
        return self._version

    def at(self, start: datetime) -> "Policy":
        """Return the version that holds for a start."""
        if not self._dated:
            return self
        on = start.astimezone(UTC).date()
        held = self
        for since, policy in self._dated:
            if since <= on:
                held = policy
        return held

    def regions(self) -> tuple[str, ...]:
        """Return the regions that customers may have; none: the policy does not look at regions."""
        return tuple(self.places)

    def clause_of_readings(self) -> dict[str, str]:
        """Return each reading's name with the clause it reads."""
        return {choice.name: clause.clause for clause in self.readings for choice in clause.choices}

    def level_as_filed(self, readings: tuple[str, ...]) -> bool:
        """Say whether the level at the start counts under these readings, whatever the ticket says now."""
        filed = {c.name for clause in self.readings for c in clause.choices if c.changes.level == "as_filed"}
        return bool(filed & set(readings)) or any(
            clause.default in filed and not {choice.name for choice in clause.choices} & set(readings)
            for clause in self.readings
        )

    def source(self, name: str) -> Source:
        """Return a clause by its name."""
        clause = self.sources[name]
        return Source(clause.document or self.document, clause.section, clause.says)
