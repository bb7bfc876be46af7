"""A vendor policy: one vendor document as data, with the clause that each part rests on."""

from datetime import UTC, date, datetime

from pydantic import ConfigDict, Field, PrivateAttr

from policies.receipt import Source
from policies.schema_base import Id, LevelNumber, Part, Text
from policies.schema_parts import Level, Metric, Note, Plan, Region, Said, Scoped, SourceClause, Version
from policies.schema_readings import Clause
from policies.schema_rules import Rule
from policies.schema_time import Calendar, Targets


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
