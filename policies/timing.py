"""Time one run: from its start through level changes and pauses to its due time, its answer or its end."""

from dataclasses import replace
from datetime import datetime

from policies.cycle import Cycle, state_of
from policies.entitlement import Entitlement
from policies.errors import CaseError
from policies.levels import Asked, asked_at, changes_between
from policies.metrics import NEXT_UPDATE
from policies.model import Ticket
from policies.pauses import Pause, Used, pauses_of, use_up, within
from policies.spans import Span
from policies.terms import Case, Terms, terms_for


def time_cycle(ticket: Ticket, entitlement: Entitlement, span: Span, now: datetime) -> Cycle:
    """Time one run of a metric. Raise `CaseError` where something it needs can't be had."""
    mapping = entitlement.mapping
    ended_at = max(span.ended_at, span.opened_at) if span.ended_at else None
    stopped_at = span.answer.at if span.answer else ended_at
    judged_at = stopped_at or now
    start_at, how = _restarted(ticket, entitlement, span, judged_at)
    filed_at = span.filed_at if span.metric == NEXT_UPDATE else start_at
    asked = _asked_under(mapping.readings, ticket, entitlement, (filed_at, judged_at))
    case = _case(entitlement, asked, span.metric)
    terms = terms_for(entitlement.policy, case)
    pauses = within(pauses_of(ticket, mapping.paused_by, span.metric), start_at, stopped_at)
    used = used_under(terms, start_at, pauses)
    return Cycle(
        span=span,
        start_at=start_at,
        start_how=how,
        judged_at=judged_at,
        asked=asked,
        case=case,
        terms=terms,
        used=used,
        pauses=pauses,
        state=state_of(used, span, now),
    )


def used_under(terms: Terms, start_at: datetime, pauses: tuple[Pause, ...]) -> Used | None:
    """Use up the target of these terms; None without a promise."""
    if terms.target is None or terms.calendar is None:
        return None
    return use_up(terms.calendar, start_at, terms.target, pauses)


def used_under_reading(ticket: Ticket, entitlement: Entitlement, cycle: Cycle, case: Case) -> Used | None:
    """Use up the target of the same cycle under other readings. Raise `CaseError` where they lack something."""
    filed_at = cycle.span.filed_at if cycle.metric == NEXT_UPDATE else cycle.start_at
    asked = _asked_under(case.readings, ticket, entitlement, (filed_at, cycle.judged_at))
    return used_under(terms_for(entitlement.policy, replace(case, level=asked.level)), cycle.start_at, cycle.pauses)


def _asked_under(
    readings: tuple[str, ...], ticket: Ticket, entitlement: Entitlement, span: tuple[datetime, datetime]
) -> Asked:
    """Read the level where these readings say: at the start, or where the cycle is judged."""
    start_at, judged_at = span
    as_filed = entitlement.policy.level_as_filed(readings)
    return asked_at(ticket, entitlement.mapping, start_at if as_filed else judged_at)


def _case(entitlement: Entitlement, asked: Asked, metric: str) -> Case:
    if asked.unknown:
        raise CaseError("priority_without_level", asked.shown)
    return Case(
        plan=entitlement.plan,
        level=asked.level,
        metric=metric,
        attributes=entitlement.attributes,
        readings=entitlement.mapping.readings,
        customer=entitlement.customer,
    )


def _restarted(ticket: Ticket, entitlement: Entitlement, span: Span, judged_at: datetime) -> tuple[datetime, str]:
    """Move the start to the last change of the counted level, where the mapping says so."""
    mapping, start_at = entitlement.mapping, span.opened_at
    how = "created" if mapping.starts == "created" else "field"
    how = "update" if span.metric == NEXT_UPDATE else how
    if not mapping.restart_on_level_change:
        return start_at, how
    for at, before, after in changes_between(ticket, mapping, start_at, judged_at):
        if _counted(entitlement, before, span.metric) != _counted(entitlement, after, span.metric):
            start_at, how = at, "level_change"
    return start_at, how


def _counted(entitlement: Entitlement, asked: Asked, metric: str) -> int | None:
    try:
        return terms_for(entitlement.policy, _case(entitlement, asked, metric)).level
    except CaseError:
        return None
