"""One case under a policy as asked, and the terms that hold for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from policies.calendar import BusinessCalendar
from policies.receipt import Fact, Source


@dataclass(frozen=True, slots=True)
class Customer:
    """What a policy may need to know of a customer: IANA zone, region, holiday code."""

    timezone: str | None = None
    region: str | None = None
    holidays: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case under a policy: the plan, the level as given, attributes, chosen readings, the customer."""

    plan: str
    level: int | None
    metric: str = "first_response"
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    readings: tuple[str, ...] = ()
    customer: Customer = Customer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for a case. Without a promise `target`, `written` and `calendar` are None and `no_promise` the cause.

    `timezone` and `holidays` are the ones the calendar uses. `facts` are the rules applied, target and calendar;
    `closing` are duties, strength and notes, for the receipt's end.
    """

    level: int
    level_given: int | None
    target: timedelta | None = None
    written: str | None = None
    calendar: BusinessCalendar | None = None
    calendar_name: str | None = None
    timezone: str | None = None
    holidays: str | None = None
    no_promise: Literal["plan", "rule"] | None = None
    no_promise_detail: str | None = None
    facts: tuple[Fact, ...] = ()
    closing: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one clause; `chosen` says that it is in force."""

    name: str
    title: str
    clause: str
    source: Source
    chosen: bool
