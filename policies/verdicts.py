"""Ended cycles keep their verdicts, as long as the ticket still shows what ended them."""

from collections.abc import Sequence
from datetime import datetime

from policies.answers import Answer, answers_of, shows_at, still_stands
from policies.decision import Finished
from policies.entitlement import Entitlement
from policies.history import ended_at
from policies.instants import iso
from policies.metrics import NEXT_UPDATE, RESOLUTION, is_answered
from policies.model import Ticket


def standing_verdicts(
    ticket: Ticket, entitlement: Entitlement, finished: Sequence[Finished], start: datetime | None, metric: str
) -> tuple[Finished, ...]:
    """Keep a metric's ended cycles up to the last whose ending the ticket still shows; `start` is the one standing."""
    kept = sorted((cycle for cycle in finished if cycle.metric == metric), key=lambda cycle: cycle.start_at)
    while kept and not _stands(ticket, entitlement, kept[-1], start):
        kept.pop()
    return tuple(kept)


def _stands(ticket: Ticket, entitlement: Entitlement, cycle: Finished, start: datetime | None) -> bool:
    if cycle.metric == NEXT_UPDATE and not shows_at(ticket, cycle.start_at):
        return False
    earlier = _answers_within(ticket, entitlement, cycle)
    if cycle.event.startswith("ended:"):
        end = ended_at(ticket)
        if end is None or cycle.event != f"ended:{iso(end)}":
            return False
        if cycle.metric == NEXT_UPDATE:
            return not (earlier and earlier[0].at <= end and _is_unchanged(entitlement, cycle))
        return cycle.metric == RESOLUTION or (start == cycle.start_at and not earlier)
    if not still_stands(ticket, cycle.event):
        return False
    came_to_light = bool(earlier) and earlier[0].at < cycle.ended_at
    return not (came_to_light and _is_unchanged(entitlement, cycle))


def _answers_within(ticket: Ticket, entitlement: Entitlement, cycle: Finished) -> list[Answer]:
    """Find what would answer the cycle by the present mapping; the answer that opens a run does not end it."""
    if not is_answered(cycle.metric):
        return []
    answers = [answer for answer in answers_of(ticket, entitlement.mapping) if cycle.start_at <= answer.at]
    return [answer for answer in answers if cycle.metric != NEXT_UPDATE or answer.at > cycle.start_at]


def _is_unchanged(entitlement: Entitlement, cycle: Finished) -> bool:
    version = entitlement.policy.at(cycle.start_at).version
    return (cycle.mapping_version, cycle.policy_version) == (entitlement.fingerprint, version)
