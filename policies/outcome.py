"""What a timed cycle looks like from outside: its summary, when to look again, and the ended cycle to store."""

from datetime import datetime, timedelta

from policies.cycle import Cycle, late_by
from policies.decision import Finished, OpenCycle
from policies.entitlement import Entitlement
from policies.instants import iso, iso_duration
from policies.metrics import FIRST_RESPONSE
from policies.model import State, Ticket
from policies.receipt import Fact, Value

_PAST_DUE = timedelta(seconds=1)


def promised(entitlement: Entitlement) -> dict[str, Value]:
    """Name vendor and plan."""
    return {"vendor": entitlement.policy.vendor, "plan": entitlement.policy.plans[entitlement.plan].name}


def next_look(cycle: Cycle) -> datetime | None:
    """Return when the state changes by itself: a second past the due time, or at an answer dated in the future."""
    breach = cycle.due_at + _PAST_DUE if cycle.due_at and cycle.state is State.RUNNING else None
    answer = cycle.span.next_answer_at if cycle.answer is None else None
    return min((at for at in (breach, answer) if at), default=None)


def summary_of(ticket: Ticket, entitlement: Entitlement, cycle: Cycle) -> Fact:
    """Return the facts of the one-line summary."""
    late = late_by(cycle)
    named = cycle.metric != FIRST_RESPONSE
    values: dict[str, Value] = {
        **promised(entitlement),
        "state": cycle.state,
        "metric": entitlement.policy.metrics[cycle.metric].name if named else None,
        "level": cycle.terms.level,
        "written": cycle.terms.written,
        "due_at": iso(cycle.due_at) if cycle.due_at else None,
        "answered_at": iso(cycle.answer.at) if cycle.answer else None,
        "ended_at": iso(cycle.kept_at) if cycle.kept_at and not cycle.answer else None,
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
        return {"cause": "merged" if ticket.merged else "deleted" if cycle.span.is_gone else "solved"}
    return {}


def opened_by(cycle: Cycle, receipt: tuple[Fact, ...]) -> OpenCycle | None:
    """Return the cycle as it should be stored while it is open."""
    if not cycle.is_open:
        return None
    return OpenCycle(
        metric=cycle.metric,
        start_at=cycle.opened_at,
        state=cycle.state,
        due_at=cycle.due_at,
        level=cycle.terms.level,
        receipt=receipt,
    )


def finished_by(entitlement: Entitlement, cycle: Cycle, summary: Fact, receipt: tuple[Fact, ...]) -> Finished | None:
    """Return the cycle as it should be stored, if it has ended under a promise."""
    end = cycle.answer.at if cycle.answer else cycle.span.ended_at
    if end is None or cycle.state is State.NO_PROMISE:
        return None
    return Finished(
        metric=cycle.metric,
        start_at=cycle.opened_at,
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
