"""What the schema of customers, escalations and channels cannot see: names that must exist elsewhere."""

from collections.abc import Iterator
from datetime import timedelta

from policies.escalation_schema import Channel, Escalation
from policies.faults import Fault
from policies.mapping_places import HOLIDAY_CODES, Known, Place, holiday_code_exists, one_of, zone_faults
from policies.mapping_schema import Customer

_LONGEST = timedelta(days=365)


def customer_faults(customer: Customer, place: Place, known: Known) -> Iterator[Fault]:
    """Find the faults of one customer of the directory."""
    if customer.match.organization is None and customer.match.domain is None:
        yield place.fault("match", "matches nobody", "organization, domain or both")
    if customer.timezone:
        yield from zone_faults(customer.timezone, place, "timezone")
    if customer.holidays and not holiday_code_exists(customer.holidays):
        yield place.fault("holidays", f"unknown code {customer.holidays!r}", HOLIDAY_CODES)
    for policy_id, plan in customer.plans.items():
        policy = known.policies.get(policy_id)
        if policy is None:
            yield place.fault(f"plans.{policy_id}", f"no policy {policy_id!r}", one_of(known.policies))
        elif plan not in policy.plans:
            yield place.fault(f"plans.{policy_id}", f"{policy_id} has no plan {plan!r}", one_of(policy.plans))


def escalation_faults(escalation: Escalation, place: Place, known: Known) -> Iterator[Fault]:
    """Find steps that tell channels that do not exist, that stand twice, or that say themselves again for too long."""
    seen: dict[object, str] = {}
    for index, step in enumerate(escalation.steps):
        for name in step.notify:
            if name not in known.channels:
                yield place.fault(f"steps.{index}.notify", f"no channel {name!r}", one_of(known.channels))
        if step.moment in seen:
            problem = f"{step.words!r} stands twice, as {seen[step.moment]!r}"
            yield place.fault(f"steps.{index}", problem, "one step for each moment, with all its channels")
        seen.setdefault(step.moment, step.words)
        if step.repeat and step.repeat.every * step.repeat.times > _LONGEST:
            problem = f"{step.words!r} is said again for more than a year"
            yield place.fault(f"steps.{index}.repeat", problem, "a last repetition within 365 days")


def channel_faults(channel: Channel, place: Place) -> Iterator[Fault]:
    """Find the faults of one channel."""
    yield from zone_faults(channel.timezone, place, "timezone")
