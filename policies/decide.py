"""Decide what a ticket's fields show and when to look again: pure, from its history and its entitlement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from policies.cycle import Cycle, time_cycle
from policies.decision import Decision, Finished
from policies.entitlement import Entitlement, Unentitled
from policies.errors import CaseError
from policies.explanation import receipt_of
from policies.history import ended_at, instant_in, standing
from policies.model import State, Ticket
from policies.outcome import finished_by, next_look, opened_by, promised, summary_of
from policies.receipt import Fact
from policies.schedule import look_ahead, schedule
from policies.verdicts import standing_verdicts

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
    kept = standing_verdicts(ticket, entitlement, finished, start if isinstance(start, datetime) else None)
    if kept and not (isinstance(start, datetime) and _opens_new(entitlement, start, kept[-1])):
        return _shown_again(entitlement, kept)
    if isinstance(start, Fact):
        return Decision(
            state=State.NOT_FILED,
            write=True,
            due_at=None,
            summary=start,
            look_at=None,
            receipt=entitlement.facts,
            finished=kept,
            **_who(entitlement),
        )
    entitlement = replace(entitlement, policy=entitlement.policy.at(start))
    try:
        cycle = time_cycle(ticket, entitlement, start, now)
        return _timed(ticket, entitlement, cycle, kept, now)
    except CaseError as error:
        reason = _REASONS.get(error.reason, error.reason)
        detail = "" if error.reason == "no_level" else error.sentence  # there is no priority to name
        lacking = Unentitled(reason=reason, detail=detail, mapping=entitlement.mapping.name, facts=entitlement.facts)
        return _unmapped(lacking, kept)


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


def _opens_new(entitlement: Entitlement, start: datetime, last: Finished) -> bool:
    return entitlement.mapping.starts != "created" and start > last.start_at


def _shown_again(entitlement: Entitlement, kept: tuple[Finished, ...]) -> Decision:
    last = kept[-1]
    return Decision(
        state=last.state,
        write=True,
        due_at=last.due_at if last.state is not State.CLOSED else None,
        summary=last.summary,
        look_at=None,
        mapping=entitlement.mapping.name,
        start_at=last.start_at,
        level=last.level,
        policy=last.policy,
        plan=entitlement.plan,
        receipt=last.receipt,
        finished=kept,
    )


def _timed(
    ticket: Ticket, entitlement: Entitlement, cycle: Cycle, kept: tuple[Finished, ...], now: datetime
) -> Decision:
    summary = summary_of(ticket, entitlement, cycle)
    receipt = receipt_of(ticket, entitlement, cycle, now)
    shown = cycle.state in {State.RUNNING, State.BREACHED, State.MET}
    ended, still_open = finished_by(entitlement, cycle, summary, receipt), opened_by(cycle, receipt)
    notices = schedule(cycle, entitlement.escalation)
    return Decision(
        state=cycle.state,
        write=True,
        due_at=cycle.due_at if shown else None,
        summary=summary,
        look_at=min((at for at in (next_look(cycle), look_ahead(notices, now)) if at), default=None),
        start_at=cycle.opened_at,
        level=cycle.terms.level,
        receipt=receipt,
        finished=(*kept, ended) if ended else kept,
        open_cycles=(still_open,) if still_open else (),
        notices=notices,
        notices_from=entitlement.notices_from,
        **_who(entitlement),
    )
