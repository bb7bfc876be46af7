"""Decide what a ticket's fields show and when to look again: pure, from its history and its entitlement."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypedDict

from policies.answers import answers_of, still_stands
from policies.cycle import METRIC, Cycle, late_by, time_cycle
from policies.decision import Decision, Finished
from policies.entitlement import Entitlement, Unentitled
from policies.errors import CaseError
from policies.explanation import receipt_of
from policies.history import ended_at, instant_in, standing
from policies.instants import iso, iso_duration
from policies.model import State, Ticket
from policies.receipt import Fact, Value

_PAST_DUE = timedelta(seconds=1)
_REASONS = {"no_level": "priority_without_level", "unknown_zone": "no_timezone", "unknown_plan": "no_plan"}


def decide(
    ticket: Ticket, entitlement: Entitlement | Unentitled, finished: Sequence[Finished], now: datetime
) -> Decision:
    """Decide one ticket. `finished` are its ended cycles, whose verdicts stand as long as their ending event does."""
    if isinstance(entitlement, Unentitled):
        return _unmapped(entitlement, finished)
    if _ended_before_mapping(ticket, entitlement):
        return _left_alone(entitlement, finished)
    kept = _standing_verdicts(ticket, entitlement, finished)
    start = _start(ticket, entitlement)
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
    return Fact("summary", {**_promised(entitlement), "state": State.NOT_FILED, "cause": cause, "detail": detail})


def _promised(entitlement: Entitlement) -> dict[str, Value]:
    return {"vendor": entitlement.policy.vendor, "plan": entitlement.policy.plans[entitlement.plan].name}


def _opens_new(entitlement: Entitlement, start: datetime, last: Finished) -> bool:
    return entitlement.mapping.starts != "created" and start > last.start_at


def _standing_verdicts(ticket: Ticket, entitlement: Entitlement, finished: Sequence[Finished]) -> tuple[Finished, ...]:
    """Keep the ended cycles up to the last one whose ending is still to be seen on the ticket."""
    kept = sorted((cycle for cycle in finished if cycle.metric == METRIC), key=lambda cycle: cycle.start_at)
    while kept and not _stands(ticket, entitlement, kept[-1]):
        kept.pop()
    return tuple(kept)


def _stands(ticket: Ticket, entitlement: Entitlement, cycle: Finished) -> bool:
    earlier = [answer for answer in answers_of(ticket, entitlement.mapping) if cycle.start_at <= answer.at]
    if cycle.event.startswith("ended:"):
        end = ended_at(ticket)
        same_start = _start(ticket, entitlement) == cycle.start_at
        return end is not None and cycle.event == f"ended:{iso(end)}" and same_start and not earlier
    if not still_stands(ticket, cycle.event):
        return False
    version = entitlement.policy.at(cycle.start_at).version
    unchanged = (cycle.mapping_version, cycle.policy_version) == (entitlement.fingerprint, version)
    return not (unchanged and earlier and earlier[0].at < cycle.ended_at)  # an earlier answer came to light


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
    summary = _summary(ticket, entitlement, cycle)
    receipt = receipt_of(ticket, entitlement, cycle, now)
    shown = cycle.state in {State.RUNNING, State.BREACHED, State.MET}
    ended = _finished(entitlement, cycle, summary, receipt)
    return Decision(
        state=cycle.state,
        write=True,
        due_at=cycle.due_at if shown else None,
        summary=summary,
        look_at=_look_at(cycle),
        start_at=cycle.start_at,
        level=cycle.terms.level,
        receipt=receipt,
        finished=(*kept, ended) if ended else kept,
        **_who(entitlement),
    )


def _look_at(cycle: Cycle) -> datetime | None:
    breach = cycle.due_at + _PAST_DUE if cycle.due_at and cycle.state is State.RUNNING else None
    answer = cycle.next_answer_at if cycle.answer is None else None
    return min((at for at in (breach, answer) if at), default=None)


def _summary(ticket: Ticket, entitlement: Entitlement, cycle: Cycle) -> Fact:
    late = late_by(cycle)
    values: dict[str, Value] = {
        **_promised(entitlement),
        "state": cycle.state,
        "level": cycle.terms.level,
        "written": cycle.terms.written,
        "due_at": iso(cycle.due_at) if cycle.due_at else None,
        "answered_at": iso(cycle.answer.at) if cycle.answer else None,
        "late": iso_duration(late) if late else None,
        **_cause(ticket, cycle),
    }
    return Fact("summary", {key: value for key, value in values.items() if value is not None})


def _cause(ticket: Ticket, cycle: Cycle) -> dict[str, Value]:
    if cycle.state is State.PAUSED and cycle.used:
        return {"cause": "status", "detail": cycle.pauses[-1].status, "left": iso_duration(cycle.used.left)}
    if cycle.state is State.NO_PROMISE:
        return {"cause": cycle.terms.no_promise, "detail": cycle.terms.no_promise_detail}
    if cycle.state is State.CLOSED:
        return {"cause": "merged" if ticket.merged else "solved"}
    return {}


def _finished(entitlement: Entitlement, cycle: Cycle, summary: Fact, receipt: tuple[Fact, ...]) -> Finished | None:
    end = cycle.answer.at if cycle.answer else cycle.ended_at
    if end is None or cycle.state is State.NO_PROMISE:
        return None
    return Finished(
        metric=METRIC,
        start_at=cycle.start_at,
        ended_at=end,
        event=cycle.answer.event if cycle.answer else f"ended:{iso(end)}",
        state=cycle.state,
        due_at=cycle.due_at,
        level=cycle.terms.level,
        policy=entitlement.policy.id,
        policy_version=entitlement.policy.version,
        mapping=entitlement.mapping.name,
        mapping_version=entitlement.fingerprint,
        summary=summary,
        receipt=receipt,
    )
