"""The receipt of a timed cycle: every fact that led to its due time, in the order in which it counted."""

from collections.abc import Iterator
from datetime import datetime

from policies.answers import not_answers
from policies.cycle import Cycle
from policies.due import counted_facts, due_by_reading, reading_facts
from policies.entitlement import Entitlement
from policies.instants import iso, iso_duration
from policies.levels import changes_between, field_of
from policies.metrics import NEXT_UPDATE, is_answered
from policies.model import Ticket
from policies.receipt import Fact, Value
from policies.terms import Case
from policies.timing import used_under_reading


def receipt_of(ticket: Ticket, entitlement: Entitlement, cycle: Cycle, now: datetime) -> tuple[Fact, ...]:
    """List the facts of a cycle: mapping, plan, start, level, target, spans, pauses, end, due time, readings."""
    return (
        *entitlement.facts,
        _start(entitlement, cycle),
        *_levels(ticket, entitlement, cycle),
        *cycle.terms.facts,
        *_pauses(cycle),
        *_counted(cycle),
        *_end(cycle),
        *([Fact("due", {"at": iso(cycle.due_at)})] if cycle.due_at else []),
        *_readings(ticket, entitlement, cycle),
        *_not_answers(ticket, entitlement, cycle, now),
        *cycle.terms.closing,
    )


def _start(entitlement: Entitlement, cycle: Cycle) -> Fact:
    starts = entitlement.mapping.starts
    values: dict[str, Value] = {"at": iso(cycle.start_at), "how": cycle.start_how}
    return Fact("start", values if starts == "created" else {**values, "field": starts.field})


def _not_answers(ticket: Ticket, entitlement: Entitlement, cycle: Cycle, now: datetime) -> Iterator[Fact]:
    """List the comments that did not count; what came before the first answer is no matter of later updates."""
    if is_answered(cycle.metric):
        since = cycle.opened_at if cycle.metric == NEXT_UPDATE else None
        yield from not_answers(ticket, entitlement.mapping, cycle.start_at, now, since)


def _levels(ticket: Ticket, entitlement: Entitlement, cycle: Cycle) -> Iterator[Fact]:
    if cycle.asked.level is not None:
        how = "priority" if entitlement.mapping.level_field is None else "level_field"
        name = entitlement.policy.levels[cycle.asked.level].name
        values: dict[str, Value] = {"level": cycle.asked.level, "name": name, "how": how, "value": cycle.asked.shown}
        yield Fact("level", values if how == "priority" else {**values, "field": field_of(entitlement.mapping)})
    for at, before, after in changes_between(ticket, entitlement.mapping, cycle.start_at, cycle.judged_at):
        yield Fact("level_change", {"at": iso(at), "before": before.level, "after": after.level})


def _pauses(cycle: Cycle) -> Iterator[Fact]:
    calendar = cycle.terms.calendar
    if calendar is None or not cycle.pauses:
        return
    yield Fact("own_rule", {"rule": "paused_by"})
    for pause in cycle.pauses:
        taken = calendar.elapsed(pause.start_at, pause.end_at or cycle.judged_at)
        values = {"start": iso(pause.start_at), "end": iso(pause.end_at) if pause.end_at else None}
        yield Fact("pause", {**values, "open": iso_duration(taken), "status": pause.status})


def _counted(cycle: Cycle) -> Iterator[Fact]:
    calendar, used = cycle.terms.calendar, cycle.used
    if calendar is None or used is None:
        return
    for start, end in used.counted:
        yield from counted_facts(calendar, start, end)


def _end(cycle: Cycle) -> Iterator[Fact]:
    if cycle.answer:
        yield cycle.answer.fact
    elif cycle.span.ended_at:
        how = "fulfilled" if cycle.kept_at else "status"
        yield Fact("ended", {"at": iso(cycle.span.ended_at), "how": how})


def _readings(ticket: Ticket, entitlement: Entitlement, cycle: Cycle) -> tuple[Fact, ...]:
    def due_of(case: Case) -> datetime | None:
        used = used_under_reading(ticket, entitlement, cycle, case)
        return used.due_at if used else None

    return reading_facts(due_by_reading(entitlement.policy, cycle.case, due_of))
