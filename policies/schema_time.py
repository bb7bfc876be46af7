"""Calendars and targets in a policy file."""

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from policies.errors import CalendarError
from policies.holiday_days import require_holidays
from policies.schema_base import Id, LevelNumber, Part, SourceName
from policies.targets import NO_PROMISE, TARGET_PATTERN, amount_and_unit
from policies.weekly import ALWAYS, Weekly, weekly_hours
from policies.zones import find_zone

CUSTOMER = "customer"
TRUSTED = "trusted"
Hours = Literal["always"] | dict[str, str | tuple[str, ...]]


def weekly_of(hours: Hours) -> Weekly:
    """Turn hours as written into a week. Raises ValueError for what cannot be read."""
    return ALWAYS if hours == "always" else weekly_hours(hours)


def _trusted(info: ValidationInfo) -> bool:
    """Say whether the file is a shipped one, which the tests lint: looking zones and holidays up takes time."""
    return bool(info.context and info.context.get(TRUSTED))


def _require(check: Callable[[str], object], name: str, expected: str) -> None:
    try:
        check(name)
    except CalendarError as error:
        raise ValueError(f"{error.sentence.partition(':')[0]}, expected {expected}") from error


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
    def _hours_open(cls, hours: Hours | None) -> Hours | None:
        if hours is not None and not any(weekly_of(hours)):
            raise ValueError("the calendar never opens, expected opening hours on at least one day")
        return hours

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, timezone: str | None, info: ValidationInfo) -> str | None:
        if timezone not in {None, CUSTOMER} and not _trusted(info):
            _require(find_zone, str(timezone), "an IANA zone such as Europe/Paris, or customer")
        return timezone

    @field_validator("holidays")
    @classmethod
    def _holidays_exist(cls, holidays: str | None, info: ValidationInfo) -> str | None:
        if holidays not in {None, CUSTOMER} and not _trusted(info):
            _require(require_holidays, str(holidays), "a code such as FR, US-CA or XECB, customer or none")
        return holidays


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
