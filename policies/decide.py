"""Decide what a ticket's fields show and when to look again: pure, from its history and its entitlement."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypedDict

from policies.decision import Decision, Finished
from policies.entitlement import Entitlement, Unentitled
from policies.errors import CaseError
from policies.history import ended_at, instant_in, standing
from policies.judged import Judged, judge
from policies.model import State, Ticket
from policies.outcome import next_look, opened_by, promised
from policies.receipt import Fact
from policies.schedule import look_ahead, schedule
from policies.shown import shown_first

_REASONS = {"no_level": "priority_without_level", "unknown_zone": "no_timezone", "unknown_plan": "no_plan"}


def decide(
    ticket: Ticket, entitlement: Entitlement | Unentitled, finished: Sequence[Finished], now: datetime
) -> Decision:
    """Decide one ticket. `finished` are its ended cycles, whose verdicts stand as long as their ending event does."""
    if isinstance(entitlement, Unentitled):
        return _unmapped(entitlement, finished)
    if _ended_before_mapping(ticket, entitlement):
        return _left_alone(entitlement, finished)
    start = _start(ticket, entitlement)
    judged = judge(ticket, entitlement, finished, start if isinstance(start, datetime) else None, now)
    if judged.failed and not any(timed.cycle.is_open for timed in judged.timed):
        return _unmapped(_lacking(entitlement, judged.failed[0][1]), judged.finished)
    return _shown(entitlement, judged, start if isinstance(start, Fact) else None, now)


def _lacking(entitlement: Entitlement, error: CaseError) -> Unentitled:
    reason = _REASONS.get(error.reason, error.reason)
    detail = "" if error.reason == "no_level" else error.sentence  # there is no priority to name
    return Unentitled(reason=reason, detail=detail, mapping=entitlement.mapping.name, facts=entitlement.facts)


class _Who(TypedDict):
    mapping: str
    policy: str
    plan: str


def _who(entitlement: Entitlement) -> _Who:
    return {"mapping": entitlement.mapping.name, "policy": entitlement.policy.id, "plan": entitlement.plan}


def _unmapped(why: Unentitled, finished: Sequence[Finished]) -> Decision:
    summary = Fact("summary", {"state": State.UNMAPPED, "cause": why.reason, "detail": why.detail})
    return Decision(
        state=State.UNMAPPED,
        write=True,
        due_at=None,
        summary=summary,
        look_at=None,
        mapping=why.mapping,
        reason=why.reason,
        receipt=why.facts,
        finished=tuple(finished),
    )


def _ended_before_mapping(ticket: Ticket, entitlement: Entitlement) -> bool:
    end, first = ended_at(ticket), entitlement.first_applied_at
    return end is not None and first is not None and end < first and not entitlement.mapping.include_ended


def _left_alone(entitlement: Entitlement, finished: Sequence[Finished]) -> Decision:
    reason = "ended_before_mapping"
    return Decision(
        state=State.UNMAPPED,
        write=False,
        due_at=None,
        summary=Fact("summary", {"state": State.UNMAPPED, "cause": reason}),
        look_at=None,
        reason=reason,
        receipt=entitlement.facts,
        finished=tuple(finished),
        **_who(entitlement),
    )


def _start(ticket: Ticket, entitlement: Entitlement) -> datetime | Fact:
    """Return the start now standing, or the summary that says why there is none."""
    starts = entitlement.mapping.starts
    if starts == "created":
        return ticket.created_at
    value = standing(ticket, starts.field)
    instant = instant_in(value)
    if instant is not None:
        return instant
    cause, detail = ("start_not_instant", value[0][0]) if value and value[0] else ("start_empty", starts.field)
    return Fact("summary", {**promised(entitlement), "state": State.NOT_FILED, "cause": cause, "detail": detail})


def _shown(entitlement: Entitlement, judged: Judged, not_filed: Fact | None, now: datetime) -> Decision:
    shown = shown_first(entitlement, judged, not_filed)
    cycles = [timed.cycle for timed in judged.timed]
    notices = tuple(notice for cycle in cycles for notice in schedule(cycle, entitlement.escalation))
    looks = [*map(next_look, cycles), look_ahead(notices, now)]
    return Decision(
        state=shown.state,
        write=True,
        due_at=shown.due_at,
        summary=shown.summary,
        look_at=min((at for at in looks if at), default=None),
        mapping=entitlement.mapping.name,
        start_at=shown.start_at,
        level=shown.level,
        policy=shown.policy,
        plan=entitlement.plan,
        receipt=(*shown.receipt, *_warnings(entitlement, judged)),
        finished=judged.finished,
        open_cycles=tuple(filter(None, (opened_by(timed.cycle, timed.receipt) for timed in judged.timed))),
        notices=notices,
        notices_from=entitlement.notices_from,
    )


def _warnings(entitlement: Entitlement, judged: Judged) -> Iterator[Fact]:
    """Tell what is not timed although it is promised."""
    for metric, error in judged.failed:
        name = entitlement.policy.metrics[metric].name
        reason = _REASONS.get(error.reason, error.reason)
        yield Fact("warning", {"warning": "untimed", "metric": name, "detail": reason})
