"""The terms of one case: its level after the rules, its target, and the calendar that the target runs on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from policies.case import Case, Customer, Reading, Terms
from policies.errors import CaseError
from policies.in_force import Terrain, in_force
from policies.instants import iso_duration
from policies.receipt import Fact, Value
from policies.rules import Ruled, apply_rules
from policies.schema import Policy
from policies.schema_time import CUSTOMER, Cell
from policies.targets import open_time

__all__ = ["Case", "CaseError", "Customer", "Reading", "Terms", "reading_choices", "terms_for"]


def terms_for(policy: Policy, case: Case) -> Terms:
    """Return the terms of a case. Raises CaseError with a reason, and CalendarError where its calendar cannot be."""
    attributes = _used(policy, case.attributes) if case.attributes else ()
    return _terms(policy, case.plan, case.level, case.metric, attributes, case.readings, case.customer)


def reading_choices(policy: Policy, case: Case) -> tuple[tuple[Reading, Case], ...]:
    """Return every reading of the policy with the case that has it, put alone into the choice in force."""
    return tuple(
        (reading, case if reading.chosen else replace(case, readings=readings))
        for reading, readings in _choices(policy, case.readings)
    )


def _used(policy: Policy, attributes: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    used = _used_attributes(policy)
    return tuple(sorted((name, values) for name, values in attributes.items() if name in used))


@lru_cache(maxsize=256)
def _used_attributes(policy: Policy) -> frozenset[str]:
    return frozenset(name for rule in policy.rules for name in rule.when)


@lru_cache(maxsize=1024)
def _choices(policy: Policy, readings: tuple[str, ...]) -> tuple[tuple[Reading, tuple[str, ...]], ...]:
    chosen = {choice.name for choice in in_force(policy, readings).chosen}
    clause_of = policy.clause_of_readings()
    return tuple(
        (
            Reading(choice.name, choice.title, clause.about, policy.source(clause.source), choice.name in chosen),
            (*(name for name in readings if clause_of[name] != clause.clause), choice.name),
        )
        for clause in policy.readings
        for choice in clause.choices
    )


@dataclass(frozen=True, slots=True)
class _Offer:
    """What holds for a case whoever the customer is; without a promise there is no terrain, and the terms are whole."""

    terms: Terms
    terrain: Terrain | None = None


@lru_cache(maxsize=16384)
def _terms(  # noqa: PLR0913, PLR0917  # the parts of a case, each hashable: the cache's key
    policy: Policy,
    plan: str,
    level: int | None,
    metric: str,
    attributes: tuple[tuple[str, tuple[str, ...]], ...],
    readings: tuple[str, ...],
    customer: Customer,
) -> Terms:
    _require_known(policy, plan, level, metric, customer.region)
    region = (customer.region or policy.default_region) if policy.places else None
    offer = _offer(policy, plan, level, metric, attributes, readings, region)
    return offer.terms if offer.terrain is None else _placed(policy, offer.terms, offer.terrain, customer, region)


@lru_cache(maxsize=4096)
def _offer(  # noqa: PLR0913, PLR0917  # the same, with the region as all that is asked of the customer
    policy: Policy,
    plan: str,
    level: int | None,
    metric: str,
    attributes: tuple[tuple[str, tuple[str, ...]], ...],
    readings: tuple[str, ...],
    region: str | None,
) -> _Offer:
    held = in_force(policy, readings)
    ruled = apply_rules(policy, held.rules(), level, dict(attributes))
    if ruled.level is None:
        raise CaseError(
            "no_level", f"no level is given and {policy.id} has no default level: give one of {_levels(policy)}"
        )
    terms = Terms(level=ruled.level, level_given=level, closing=_closing(policy, plan, ruled.level))
    cell = held.cell(metric, plan, ruled.level)
    if ruled.out or cell is None or not cell.promised:
        return _Offer(_unpromised(terms, policy, plan, ruled, cell))
    terrain = held.terrain(cell.calendar or "", region)
    return _Offer(_promised(terms, policy, (plan, metric), ruled, cell, terrain), terrain)


def _unpromised(terms: Terms, policy: Policy, plan: str, ruled: Ruled, cell: Cell | None) -> Terms:
    clause = ruled.out or cell
    source = policy.source(clause.source) if clause else None
    rule = ruled.out.name if ruled.out else None
    fact = Fact("no_promise", {"plan": policy.plans[plan].name, "level": terms.level, "rule": rule}, source)
    return replace(
        terms,
        no_promise="rule" if ruled.out else "plan",
        no_promise_detail=source.paraphrase if source else None,
        facts=(*ruled.facts, fact),
    )


def _promised(  # noqa: PLR0913, PLR0917  # the parts of an offer
    terms: Terms, policy: Policy, asked: tuple[str, str], ruled: Ruled, cell: Cell, terrain: Terrain
) -> Terms:
    """State target and calendar, which zone and holidays put in place."""
    plan, metric = asked
    target = open_time(cell.target, terrain.weekly)
    known: dict[str, Value] = {
        "plan": policy.plans[plan].name,
        "level": terms.level,
        "metric": policy.metrics[metric].name,
        "written": cell.target,
        "open": iso_duration(target),
    }
    facts = (*ruled.facts, Fact("target", known, policy.source(cell.source)))
    return replace(terms, target=target, written=cell.target, calendar_name=cell.calendar, facts=facts)


def _placed(policy: Policy, terms: Terms, terrain: Terrain, customer: Customer, region: str | None) -> Terms:
    """Compile the calendar in the customer's zone and with the customer's holidays, where it takes them."""
    timezone = customer.timezone if terrain.timezone == CUSTOMER else terrain.timezone
    if terrain.timezone == CUSTOMER and not timezone:
        sentence = (
            f"the calendar {terms.calendar_name} of {policy.id} runs in the customer's time zone: give a timezone"
        )
        raise CaseError("no_timezone", sentence)
    holidays = (customer.holidays or "none") if terrain.holidays == CUSTOMER else terrain.holidays
    source = policy.source(terrain.source)
    runs_on: dict[str, Value] = {
        "calendar": terms.calendar_name,
        "timezone": timezone,
        "holidays": holidays,
        "region": region,
    }
    facts = [Fact("calendar", runs_on, source)]
    if terrain.holidays == CUSTOMER and not customer.holidays:
        facts.append(Fact("warning", {"warning": "holidays_unset"}, source))
    return replace(
        terms,
        calendar=terrain.calendar(timezone, holidays),
        timezone=timezone,
        holidays=holidays,
        facts=(*terms.facts, *facts),
    )


@lru_cache(maxsize=1024)
def _closing(policy: Policy, plan: str, level: int) -> tuple[Fact, ...]:
    return tuple(_closing_facts(policy, plan, level))


def _closing_facts(policy: Policy, plan: str, level: int) -> Iterator[Fact]:
    for duty in policy.duties:
        if duty.concerns(plan, level):
            yield Fact("duty", {"level": level, "text": duty.text}, policy.source(duty.source))
    yield Fact("strength", {"strength": policy.strength.text}, policy.source(policy.strength.source))
    for note in policy.notes:
        if note.concerns(plan, level):
            yield Fact("note", {"text": note.text}, policy.source(note.source))


def _require_known(policy: Policy, plan: str, level: int | None, metric: str, region: str | None) -> None:
    if plan not in policy.plans:
        raise CaseError("unknown_plan", f"{policy.id} has no plan {plan!r}: it has {', '.join(policy.plans)}")
    if metric not in policy.targets:
        raise CaseError("unknown_metric", f"{policy.id} has no metric {metric!r}: it has {', '.join(policy.targets)}")
    if level is not None and level not in policy.levels:
        raise CaseError("unknown_level", f"{policy.id} has no level {level}: it has {_levels(policy)}")
    if region and policy.places and region not in policy.places:
        raise CaseError("unknown_region", f"{policy.id} has no region {region!r}: it has {', '.join(policy.places)}")


def _levels(policy: Policy) -> str:
    return ", ".join(map(str, policy.levels))
