"""One due time with its receipt, from a case and the instant it starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from policies.calendar import BusinessCalendar
from policies.countable import require_countable
from policies.instants import iso, iso_duration
from policies.receipt import Fact, Value
from policies.schema import Policy
from policies.terms import Case, CaseError, Reading, Terms, reading_choices, terms_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a case is due, under which terms and why; `readings` holds the due time that each reading would give."""

    due_at: datetime | None
    state: Literal["running", "no_promise"]
    terms: Terms
    readings: Mapping[str, datetime | None]
    facts: tuple[Fact, ...]


def due_time(policy: Policy, case: Case, start: datetime) -> Due:
    """Compute one due time. Raises CaseError (CalendarError among them)."""
    require_countable(start)
    held = policy.at(start)
    terms = terms_for(held, case)
    due_at = due_under(terms, start)
    readings = due_by_reading(
        held, case, lambda other: due_at if other is case else due_under(terms_for(held, other), start)
    )
    counted = counted_facts(terms.calendar, start, due_at) if terms.calendar and due_at else ()
    facts = (
        plan_fact(held, case.plan),
        Fact("start", {"at": iso(start), "how": "given"}),
        *level_facts(held, terms),
        *terms.facts,
        *counted,
        *((Fact("due", {"at": iso(due_at)}),) if due_at else ()),
        *reading_facts(readings),
        *terms.closing,
    )
    return Due(
        due_at=due_at,
        state="running" if due_at else "no_promise",
        terms=terms,
        readings={reading.name: at for reading, at in readings},
        facts=facts,
    )


def due_under(terms: Terms, start: datetime) -> datetime | None:
    """Return the due time under these terms; None without a promise. Raises CalendarError."""
    return terms.calendar.due(start, terms.target) if terms.calendar and terms.target else None


def due_by_reading(
    policy: Policy, case: Case, due_of: Callable[[Case], datetime | None]
) -> tuple[tuple[Reading, datetime | None], ...]:
    """Return the due time under each reading put alone into the choice in force; None where there is none."""
    return tuple((reading, _due_or_none(other, due_of)) for reading, other in reading_choices(policy, case))


def _due_or_none(case: Case, due_of: Callable[[Case], datetime | None]) -> datetime | None:
    try:
        return due_of(case)
    except CaseError:
        return None


def plan_fact(policy: Policy, plan: str, how: str = "constant", value: str = "") -> Fact:
    """State the plan and how it was found."""
    known = policy.plans[plan]
    return Fact("plan", {"plan": plan, "name": known.name, "how": how, "value": value}, policy.source(known.source))


def level_facts(policy: Policy, terms: Terms) -> tuple[Fact, ...]:
    """State the level as given; nothing where none was given."""
    if terms.level_given is None:
        return ()
    level = policy.levels[terms.level_given]
    values: dict[str, Value] = {"level": terms.level_given, "name": level.name, "how": "given"}
    return (Fact("level", values, policy.source(level.source)),)


def counted_facts(calendar: BusinessCalendar, start: datetime, end: datetime) -> tuple[Fact, ...]:
    """State each open span counted between two instants, and the holidays that closed hours between them."""
    spans = tuple(
        Fact("counted", {"start": iso(opens), "end": iso(closes), "open": iso_duration(closes - opens)})
        for opens, closes in calendar.spans(start, end)
    )
    days = calendar.holidays_between(start, end)
    return (*spans, *(Fact("holiday", {"date": day.isoformat(), "name": name}) for day, name in days))


def reading_facts(readings: tuple[tuple[Reading, datetime | None], ...]) -> tuple[Fact, ...]:
    """State what due time each reading gives."""
    return tuple(
        Fact(
            "reading",
            {
                "name": reading.name,
                "title": reading.title,
                "clause": reading.clause,
                "chosen": reading.chosen,
                "due_at": iso(at) if at else None,
            },
            reading.source,
        )
        for reading, at in readings
    )
