"""Time one cycle: from its start through level changes and pauses to its due time, its answer or its end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from policies.answers import Answer, answers_of
from policies.entitlement import Entitlement
from policies.errors import CaseError
from policies.history import ended_at
from policies.levels import Asked, asked_at, changes_between
from policies.model import State, Ticket
from policies.pauses import Pause, Used, pauses_of, use_up, within
from policies.terms import Case, Terms, terms_for

METRIC = "first_response"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One timed run: where it stands at `judged_at`, and all that led there.

    `opened_at` is the start as given, `start_at` the one that is counted from: a mapping may restart on a level change.
    `used` is None where there is no promise; `next_answer_at` is an answer dated in the future.
    """

    opened_at: datetime
    start_at: datetime
    start_how: str
    judged_at: datetime
    asked: Asked
    case: Case
    terms: Terms
    used: Used | None
    pauses: tuple[Pause, ...]
    answer: Answer | None
    ended_at: datetime | None
    state: State
    next_answer_at: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """Return when the target is used up; None while paused or without a promise."""
        return self.used.due_at if self.used else None

    @property
    def metric(self) -> str:
        """Return what is measured."""
        return self.case.metric

    @property
    def is_open(self) -> bool:
        """Say whether something is promised and still owed."""
        return self.used is not None and self.answer is None and self.ended_at is None


def time_cycle(ticket: Ticket, entitlement: Entitlement, opened_at: datetime, now: datetime) -> Cycle:
    """Time the cycle that starts at `opened_at`. Raise `CaseError` where something it needs can't be had."""
    mapping = entitlement.mapping
    answers = [answer for answer in answers_of(ticket, mapping) if answer.at >= opened_at]
    answer = next((found for found in answers if found.at <= now), None)
    end = ended_at(ticket)
    stopped_at = answer.at if answer else max(end, opened_at) if end else None
    judged_at = stopped_at or now
    start_at, how = _restarted(ticket, entitlement, opened_at, judged_at)
    asked = _asked_under(mapping.readings, ticket, entitlement, (start_at, judged_at))
    case = _case(entitlement, asked)
    terms = terms_for(entitlement.policy, case)
    pauses = within(pauses_of(ticket, mapping.paused_by, METRIC), start_at, stopped_at)
    used = used_under(terms, start_at, pauses)
    return Cycle(
        opened_at=opened_at,
        start_at=start_at,
        start_how=how,
        judged_at=judged_at,
        asked=asked,
        case=case,
        terms=terms,
        used=used,
        pauses=pauses,
        answer=answer,
        ended_at=end,
        state=_state(used, answer, end, now),
        next_answer_at=next((found.at for found in answers if found.at > now), None),
    )


def used_under(terms: Terms, start_at: datetime, pauses: tuple[Pause, ...]) -> Used | None:
    """Use up the target of these terms; None without a promise."""
    if terms.target is None or terms.calendar is None:
        return None
    return use_up(terms.calendar, start_at, terms.target, pauses)


def used_under_reading(ticket: Ticket, entitlement: Entitlement, cycle: Cycle, case: Case) -> Used | None:
    """Use up the target of the same cycle under other readings. Raise `CaseError` where they lack something."""
    asked = _asked_under(case.readings, ticket, entitlement, (cycle.start_at, cycle.judged_at))
    return used_under(terms_for(entitlement.policy, replace(case, level=asked.level)), cycle.start_at, cycle.pauses)


def _asked_under(
    readings: tuple[str, ...], ticket: Ticket, entitlement: Entitlement, span: tuple[datetime, datetime]
) -> Asked:
    """Read the level where these readings say: at the start, or where the cycle is judged."""
    start_at, judged_at = span
    as_filed = entitlement.policy.level_as_filed(readings)
    return asked_at(ticket, entitlement.mapping, start_at if as_filed else judged_at)


def _case(entitlement: Entitlement, asked: Asked) -> Case:
    if asked.unknown:
        raise CaseError("priority_without_level", asked.shown)
    return Case(
        plan=entitlement.plan,
        level=asked.level,
        metric=METRIC,
        attributes=entitlement.attributes,
        readings=entitlement.mapping.readings,
        customer=entitlement.customer,
    )


def _restarted(
    ticket: Ticket, entitlement: Entitlement, start_at: datetime, judged_at: datetime
) -> tuple[datetime, str]:
    """Move the start to the last change of the counted level, where the mapping says so."""
    mapping = entitlement.mapping
    how = "created" if mapping.starts == "created" else "field"
    if not mapping.restart_on_level_change:
        return start_at, how
    for at, before, after in changes_between(ticket, mapping, start_at, judged_at):
        if _counted(entitlement, before) != _counted(entitlement, after):
            start_at, how = at, "level_change"
    return start_at, how


def _counted(entitlement: Entitlement, asked: Asked) -> int | None:
    try:
        return terms_for(entitlement.policy, _case(entitlement, asked)).level
    except CaseError:
        return None


def _state(used: Used | None, answer: Answer | None, ended: datetime | None, now: datetime) -> State:
    if used is None:
        return State.NO_PROMISE
    due = used.due_at
    if answer is not None:
        return State.MET if due is None or answer.at <= due else State.BREACHED
    if ended is not None:
        return State.CLOSED if due is None or ended <= due else State.BREACHED
    if due is None:
        return State.PAUSED
    return State.BREACHED if now > due else State.RUNNING


def late_by(cycle: Cycle) -> timedelta | None:
    """Return by how much real time an answer came late; None where it did not."""
    if cycle.answer is None or cycle.due_at is None or cycle.answer.at <= cycle.due_at:
        return None
    return cycle.answer.at - cycle.due_at
