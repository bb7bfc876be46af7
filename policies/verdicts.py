"""Ended cycles keep their verdicts, as long as the ticket still shows what ended them."""

from collections.abc import Sequence
from datetime import datetime

from policies.answers import answers_of, still_stands
from policies.cycle import METRIC
from policies.decision import Finished
from policies.entitlement import Entitlement
from policies.history import ended_at
from policies.instants import iso
from policies.model import Ticket


def standing_verdicts(
    ticket: Ticket, entitlement: Entitlement, finished: Sequence[Finished], start: datetime | None
) -> tuple[Finished, ...]:
    """Keep the ended cycles up to the last one whose ending the ticket still shows; `start` is the one standing now."""
    kept = sorted((cycle for cycle in finished if cycle.metric == METRIC), key=lambda cycle: cycle.start_at)
    while kept and not _stands(ticket, entitlement, kept[-1], start):
        kept.pop()
    return tuple(kept)


def _stands(ticket: Ticket, entitlement: Entitlement, cycle: Finished, start: datetime | None) -> bool:
    earlier = [answer for answer in answers_of(ticket, entitlement.mapping) if cycle.start_at <= answer.at]
    if cycle.event.startswith("ended:"):
        end = ended_at(ticket)
        same_start = start == cycle.start_at
        return end is not None and cycle.event == f"ended:{iso(end)}" and same_start and not earlier
    if not still_stands(ticket, cycle.event):
        return False
    version = entitlement.policy.at(cycle.start_at).version
    unchanged = (cycle.mapping_version, cycle.policy_version) == (entitlement.fingerprint, version)
    return not (unchanged and earlier and earlier[0].at < cycle.ended_at)  # an earlier answer came to light
