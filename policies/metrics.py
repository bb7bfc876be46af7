"""Which metrics are timed for a plan, and how the three that the core knows by name differ."""

from policies.schema import Policy

FIRST_RESPONSE = "first_response"
NEXT_UPDATE = "next_update"
RESOLUTION = "resolution"


def metrics_of(policy: Policy, plan: str) -> tuple[str, ...]:
    """Return the metrics that the policy has targets for in a plan, in the file's order; one that it has, if none."""
    promised = tuple(metric for metric, plans in policy.targets.items() if plan in plans)
    return promised or ((FIRST_RESPONSE,) if FIRST_RESPONSE in policy.targets else tuple(policy.targets)[:1])


def is_answered(metric: str) -> bool:
    """Say whether an answer ends the metric's cycles."""
    return metric != RESOLUTION


def is_fulfilled_by_end(metric: str) -> bool:
    """Say whether the ticket's end keeps the promise: then nothing is owed any more."""
    return metric in {RESOLUTION, NEXT_UPDATE}
