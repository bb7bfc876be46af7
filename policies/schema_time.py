"""Calendars and targets in a policy file."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from policies.schema_base import Id, LevelNumber, Part, SourceName
from policies.targets import NO_PROMISE, TARGET_PATTERN, amount_and_unit
from policies.weekly import ALWAYS, Weekly, weekly_hours

CUSTOMER = "customer"
Hours = Literal["always"] | dict[str, str | tuple[str, ...]]


def weekly_of(hours: Hours) -> Weekly:
    """Turn hours as written into a week. Raises ValueError for what cannot be read."""
    return ALWAYS if hours == "always" else weekly_hours(hours)


class Context(Part):
    """What a calendar's variant depends on."""

    region: Id
    """The customer's region, one of `regions`."""


class CalendarKeys(Part):
    """The keys of a calendar that a variant or a reading may change."""

    hours: Hours | None = None
    """`always`, or days and opening times: `mon-fri: "09:00-17:00"`; up to `24:00`; an earlier end runs overnight."""
    timezone: str | None = None
    """An IANA zone, or `customer`: the customer's own. Not needed where the hours are `always` without holidays."""
    holidays: str | None = None
    """Closed days: a code of the `holidays` package (FR, US-CA, XECB), `customer`: the customer's own, or `none`."""

    @field_validator("hours")
    @classmethod
    def _hours_can_be_read(cls, hours: Hours | None) -> Hours | None:
        if hours is not None:
            weekly_of(hours)
        return hours


class Variant(CalendarKeys):
    """What differs in a calendar for customers of one context."""

    when: Context
    source: SourceName | None = None


class Calendar(CalendarKeys):
    """When time counts. Found by its name; the first variant whose context fits changes it."""

    hours: Hours
    source: SourceName
    variants: tuple[Variant, ...] = ()

    @model_validator(mode="after")
    def _zone_where_needed(self) -> "Calendar":
        round_the_clock = self.hours == "always" and self.holidays in {None, "none"}
        if self.timezone is None and not (round_the_clock and not self.variants):
            raise ValueError("timezone is missing, expected an IANA zone or customer")
        return self


class Cell(Part):
    """One promise: a target and the calendar it runs on, or `no promise`."""

    target: Annotated[str, Field(pattern=f"^({TARGET_PATTERN}|{NO_PROMISE})$")]
    """A number and m, h, bh, d or bd (`30m`, `12h`, `3bh`, `2bd`), or `no promise`."""
    calendar: Id | None = None
    """The name of a calendar; none for `no promise`."""
    source: SourceName

    @model_validator(mode="after")
    def _calendar_for_a_promise(self) -> "Cell":
        if self.promised and self.calendar is None:
            raise ValueError("calendar is missing, expected the calendar that the target runs on")
        if not self.promised and self.calendar is not None:
            raise ValueError("no promise has a calendar, expected none")
        return self

    @property
    def promised(self) -> bool:
        """Say whether the cell carries a promise."""
        return self.target != NO_PROMISE

    @property
    def amount(self) -> tuple[int, str]:
        """Return the target's number and unit."""
        return amount_and_unit(self.target)


Targets = dict[Id, dict[Id, dict[LevelNumber, Cell]]]
"""Metric -> plan -> level -> cell."""
