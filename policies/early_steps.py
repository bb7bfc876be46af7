"""Steps that come too early to help: `before` more time than anything that the mapping promises takes."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from policies.escalation_schema import Escalation
from policies.faults import Fault
from policies.in_force import in_force
from policies.mapping import Mappings
from policies.mapping_schema import Mapping as MappingSpec
from policies.policy_cells import placed_cells
from policies.schema import Policy
from policies.targets import open_time


def early_steps(mappings: Mappings, policies: Mapping[str, Policy], file: str) -> Iterator[Fault]:
    """Warn of each step that would tell of every ticket as soon as it is filed."""
    escalations = {escalation.name: escalation for escalation in mappings.escalations}
    for index, spec in enumerate(mappings.mappings):
        escalation, policy = escalations.get(spec.escalation or ""), policies.get(spec.policy)
        if escalation and policy:
            yield from _too_early(escalation, _longest(policy, spec), f"mappings.{index}.escalation", file)


def _too_early(escalation: Escalation, longest: timedelta, path: str, file: str) -> Iterator[Fault]:
    for step in escalation.steps:
        if step.before and step.before.length > longest:
            problem = f"{step.words!r} of {escalation.name!r} comes as soon as a ticket is filed"
            yield Fault(file, path, problem, f"at most {_written(longest)}, the longest target here", warning=True)


def _longest(policy: Policy, spec: MappingSpec) -> timedelta:
    """Return the longest target of the mapping's plan, or of all plans where the ticket tells which."""
    held = in_force(policy, ())
    chosen = spec.plan if isinstance(spec.plan, str) and spec.plan in policy.plans else None
    return max(
        (
            open_time(cell.target, held.terrain(cell.calendar or "", policy.default_region).weekly)
            for _, _, plan, _, cell in placed_cells(policy)
            if cell.promised and chosen in {None, plan}
        ),
        default=timedelta.max,
    )


def _written(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
