"""What a ticket is entitled to: its mapping, policy, plan, customer and attributes, or why none can be had."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from policies.choices import attributes_of, one_of_field, zone_of
from policies.due import plan_fact
from policies.escalation_schema import Escalation
from policies.mapping import Mappings, mapping_for, spellings
from policies.mapping_places import holiday_code_exists, zone_exists
from policies.mapping_schema import Customer as Listed
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import Ticket
from policies.receipt import Fact
from policies.schema import Policy
from policies.terms import Customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """A mapped ticket's promise, as far as it does not depend on the level.

    `fingerprint` changes with the mapping's own words; `first_applied_at` is when the mapping first came into force,
    None where the ticket was seen mapped by it before. Steps before `notices_from` are never raised.
    """

    mapping: MappingSpec
    fingerprint: int
    first_applied_at: datetime | None
    policy: Policy
    plan: str
    customer: Customer
    attributes: Mapping[str, tuple[str, ...]]
    facts: tuple[Fact, ...]
    escalation: Escalation | None = None
    notices_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unentitled:
    """Why a ticket is unmapped: a machine reason, what it is about, and the mapping if one matched."""

    reason: str
    detail: str = ""
    mapping: str | None = None
    facts: tuple[Fact, ...] = ()


def entitlement_for(
    ticket: Ticket,
    mappings: Mappings,
    policies: Mapping[str, Policy],
    first_applied: Mapping[str, datetime],
    seen_under: str | None = None,
) -> Entitlement | Unentitled:
    """Find what a ticket is entitled to under the mappings in force. Pure; never raises for a ticket's content.

    `seen_under` names the mapping by which the ticket was seen mapped before: it did not end before that one applied,
    whatever its history leaves out.
    """
    spec = mapping_for(ticket, mappings)
    if spec is None:
        return Unentitled(reason="no_match")
    found = Fact("mapping", {"name": spec.name, "version": mappings.version})
    policy = policies.get(spec.policy)
    if policy is None:
        return Unentitled(reason="no_policy", detail=spec.policy, mapping=spec.name, facts=(found,))
    listed = _listed(ticket, spec, mappings.customers)
    if listed is None and spec.customer.directory:
        return Unentitled(reason="no_customer", mapping=spec.name, facts=(found,))
    how, value, plan = _plan(ticket, spec, policy, listed)
    if plan is None:
        return Unentitled(reason="no_plan", detail=value, mapping=spec.name, facts=(found,))
    customer, warnings = _customer(ticket, spec, policy, listed)
    return Entitlement(
        mapping=spec,
        fingerprint=crc32(spec.model_dump_json().encode()),
        first_applied_at=None if spec.name == seen_under else first_applied.get(spec.name),
        policy=policy,
        plan=plan,
        customer=customer,
        attributes=attributes_of(ticket, spec),
        facts=(found, plan_fact(policy, plan, how, value), *warnings),
        escalation=next((known for known in mappings.escalations if known.name == spec.escalation), None),
        notices_from=_notices_from(spec, mappings, first_applied),
    )


def _notices_from(spec: MappingSpec, mappings: Mappings, first_applied: Mapping[str, datetime]) -> datetime | None:
    own = spec.notices_from or first_applied.get(spec.name)
    return max((at for at in (own, mappings.silent_from) if at), default=None)


def _listed(ticket: Ticket, spec: MappingSpec, customers: Iterable[Listed]) -> Listed | None:
    directory = spec.customer.directory
    if directory is None:
        return None
    if directory == "organization":
        held = spellings(ticket.traits.get("organization", ()))
    else:
        mail = (ticket.reporter.email if ticket.reporter else None) or ""
        held = frozenset({mail.rpartition("@")[2].casefold()} - {""})
    known = ((customer, getattr(customer.match, directory) or ()) for customer in customers)
    return next((customer for customer, names in known if held & {name.casefold() for name in names}), None)


def _plan(ticket: Ticket, spec: MappingSpec, policy: Policy, listed: Listed | None) -> tuple[str, str, str | None]:
    """Return how the plan was found, the value it was found by, and the plan's id."""
    if spec.plan == "directory":
        plan = listed.plans.get(policy.id) if listed else None
        return "directory", listed.name if listed else "", plan
    if isinstance(spec.plan, str):
        return "constant", "", spec.plan
    value = ticket.fields.get(spec.plan.field, ())
    shown = value[0][0] if value and value[0] else ""
    text = one_of_field(ticket, spec.plan)
    how = "field" if shown and text != spec.plan.default else "default"
    ids = {plan.casefold(): plan for plan in policy.plans}
    names = {plan.name.casefold(): key for key, plan in policy.plans.items()}
    return how, shown, (names | ids).get(text.casefold()) if text else None


def _customer(
    ticket: Ticket, spec: MappingSpec, policy: Policy, listed: Listed | None
) -> tuple[Customer, tuple[Fact, ...]]:
    zone, region, holidays = (
        zone_of(ticket, spec),
        one_of_field(ticket, spec.customer.region),
        one_of_field(ticket, spec.customer.holidays),
    )
    if listed is not None:
        zone, region, holidays = listed.timezone or zone, listed.region or region, listed.holidays or holidays
    warnings = []
    if zone and not zone_exists(zone):
        warnings.append(Fact("warning", {"warning": "unknown_zone", "detail": zone}))
        zone = None
    if region and policy.regions() and region not in policy.regions():
        warnings.append(Fact("warning", {"warning": "unknown_region", "detail": region}))
        region = None
    if holidays and not holiday_code_exists(holidays):
        warnings.append(Fact("warning", {"warning": "unknown_holidays", "detail": holidays}))
        holidays = None
    return Customer(timezone=zone, region=region, holidays=holidays), tuple(warnings)
