"""Which one of a ticket's cycles its fields show, and what they show of it."""

from dataclasses import dataclass
from datetime import datetime

from policies.decision import Finished
from policies.entitlement import Entitlement
from policies.judged import Judged, Timed
from policies.model import State
from policies.outcome import promised
from policies.receipt import Fact

_OPEN = (State.BREACHED, State.RUNNING, State.PAUSED)
_ENDED = (State.CLOSED, State.MET, State.BREACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the fields show."""

    state: State
    due_at: datetime | None
    summary: Fact
    policy: str
    start_at: datetime | None = None
    level: int | None = None
    receipt: tuple[Fact, ...] = ()


def shown_first(entitlement: Entitlement, judged: Judged, not_filed: Fact | None) -> Shown:
    """Choose one cycle: unanswered breaches come first, then what runs, is paused, not filed, ended, not promised.

    Of several that are breached or run it is the earliest due time; of those that ended the last.
    """
    still_open = [timed for timed in judged.timed if timed.cycle.is_open]
    if still_open:
        return _of_timed(entitlement, min(still_open, key=_urgency))
    if not_filed and judged.waits:
        receipt = entitlement.facts
        policy = entitlement.policy.id
        return Shown(state=State.NOT_FILED, due_at=None, summary=not_filed, policy=policy, receipt=receipt)
    last = max(judged.finished, key=_lateness, default=None)
    unpromised = (timed for timed in judged.timed if timed.cycle.state is State.NO_PROMISE)
    newer = next((timed for timed in unpromised if last is None or timed.cycle.opened_at > last.start_at), None)
    if newer is not None:
        return _of_timed(entitlement, newer)
    return _of_finished(last) if last else _nothing_yet(entitlement)


def _urgency(timed: Timed) -> tuple[int, datetime]:
    cycle = timed.cycle
    return _OPEN.index(cycle.state), cycle.due_at or cycle.opened_at


def _lateness(cycle: Finished) -> tuple[datetime, int]:
    """Of several that ended together the worst is shown: one that was kept outranks one that was never answered."""
    return cycle.ended_at, _ENDED.index(cycle.state)


def _of_timed(entitlement: Entitlement, timed: Timed) -> Shown:
    cycle = timed.cycle
    return Shown(
        state=cycle.state,
        due_at=cycle.due_at,
        summary=timed.summary,
        policy=entitlement.policy.id,
        start_at=cycle.opened_at,
        level=cycle.terms.level,
        receipt=timed.receipt,
    )


def _of_finished(cycle: Finished) -> Shown:
    return Shown(
        state=cycle.state,
        due_at=cycle.due_at if cycle.state is not State.CLOSED else None,
        summary=cycle.summary,
        policy=cycle.policy,
        start_at=cycle.start_at,
        level=cycle.level,
        receipt=cycle.receipt,
    )


def _nothing_yet(entitlement: Entitlement) -> Shown:
    """Show a plan that promises nothing but updates, before the first answer."""
    values = {**promised(entitlement), "state": State.NO_PROMISE, "cause": "unanswered"}
    return Shown(
        state=State.NO_PROMISE,
        due_at=None,
        summary=Fact("summary", values),
        policy=entitlement.policy.id,
        receipt=entitlement.facts,
    )
