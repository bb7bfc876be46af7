"""Readings in a policy file: the ways to read an unclear clause, each with what it changes as data."""

from typing import Literal

from pydantic import Field, model_validator

from policies.schema_base import Id, LevelNumber, Part, SourceName, Text
from policies.schema_time import CalendarKeys, Targets


class UseCalendar(Part):
    """Let some promises run on another calendar. A list left out means all."""

    calendar: Id
    metrics: tuple[Id, ...] = ()
    plans: tuple[Id, ...] = ()
    levels: tuple[LevelNumber, ...] = ()

    def covers(self, metric: str, plan: str, level: int) -> bool:
        """Say whether a cell is one of those meant."""
        wanted = ((self.metrics, metric), (self.plans, plan), (self.levels, level))
        return all(not listed or value in listed for listed, value in wanted)


class Changes(Part):
    """What a reading changes."""

    targets: Targets = Field(default_factory=dict)
    """Cells that replace the policy's."""
    use_calendar: tuple[UseCalendar, ...] = ()
    """Promises that run on another calendar."""
    calendars: dict[Id, CalendarKeys] = Field(default_factory=dict)
    """Calendar -> the keys that differ (timezone, holidays, hours)."""
    rules_on: tuple[Id, ...] = ()
    """Rules switched on."""
    rules_off: tuple[Id, ...] = ()
    """Rules switched off."""
    level: Literal["on_ticket", "as_filed"] = "on_ticket"
    """`as_filed`: the level that the case had at its start counts, later changes do not."""


class Choice(Part):
    """One reading."""

    name: Id
    title: Text
    """What this reading says, in one sentence."""
    changes: Changes = Changes()


class Clause(Part):
    """One clause that can be read in several ways; at most one reading of it may be chosen."""

    clause: Id
    about: Text
    """What is unclear, in a few words."""
    source: SourceName
    default: Id
    """The reading that counts where a mapping chooses none."""
    choices: tuple[Choice, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _default_is_a_choice(self) -> "Clause":
        names = [choice.name for choice in self.choices]
        if self.default not in names:
            raise ValueError(f"default {self.default!r} is no choice, expected one of {', '.join(names)}")
        return self
