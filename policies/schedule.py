"""When a cycle's escalation tells whom: every step, repetition and channel, past and to come."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from policies.cycle import Cycle
from policies.escalation_schema import Escalation, Step
from policies.notices import Notice
from policies.pauses import use_up

_AFTER_THE_LOOK = timedelta(seconds=1)
_LOOK_AHEAD = timedelta(seconds=30)
_WHOLE = 100


def schedule(cycle: Cycle, escalation: Escalation | None) -> tuple[Notice, ...]:
    """Give every notice of a cycle that is open and has a due time, by step in the order of the file."""
    if escalation is None or not cycle.is_open or cycle.due_at is None:
        return ()
    return tuple(notice for step in escalation.steps for notice in _notices(cycle, cycle.due_at, step))


def look_ahead(notices: tuple[Notice, ...], now: datetime) -> datetime | None:
    """Return when to look at the ticket, so that the truth is fresh when the next notice goes out."""
    looks = (notice.send_at - _LOOK_AHEAD for notice in notices)
    return min((at for at in looks if at > now), default=None)


def _notices(cycle: Cycle, due_at: datetime, step: Step) -> Iterator[Notice]:
    moment = _moment(cycle, due_at, step)
    every, times = (step.repeat.every, step.repeat.times) if step.repeat else (timedelta(0), 0)
    for repetition in range(times + 1):
        for channel in dict.fromkeys(step.notify):
            yield Notice(
                metric=cycle.metric,
                start_at=cycle.opened_at,
                due_at=due_at,
                step=step.words,
                channel=channel,
                repetition=repetition,
                send_at=moment + repetition * every,
            )


def _moment(cycle: Cycle, due_at: datetime, step: Step) -> datetime:
    """Return when a step comes. What lies before the due time is counted in the cycle's own business time."""
    if step.after:
        return due_at + step.after.length
    target = cycle.terms.target or timedelta(0)
    if step.before:
        return _used_up(cycle, target - step.before.length)
    if step.share:
        return _used_up(cycle, target * step.share / _WHOLE)
    return due_at + _AFTER_THE_LOOK


def _used_up(cycle: Cycle, part: timedelta) -> datetime:
    """Return when that part of the target is used up; the start where it is none of it."""
    if part <= timedelta(0) or cycle.terms.calendar is None:
        return cycle.start_at
    return use_up(cycle.terms.calendar, cycle.start_at, part, cycle.pauses).due_at or cycle.start_at
