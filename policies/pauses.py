"""Stretches in which a cycle's time is not counted, and the due time through them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.calendar import BusinessCalendar
from policies.history import entries_into
from policies.mapping_schema import PausedBy
from policies.model import Ticket


@dataclass(frozen=True, slots=True)
class Pause:
    """One stretch that is not counted; `end_at` None: it still lasts. `status` is its cause."""

    start_at: datetime
    end_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class Used:
    """How the target is used up: the due time, or, while paused, what is left; and the stretches that counted."""

    due_at: datetime | None
    left: timedelta
    counted: tuple[tuple[datetime, datetime], ...]


def pauses_of(ticket: Ticket, rule: PausedBy | None, metric: str) -> tuple[Pause, ...]:
    """Find when a mapping's own rule stopped the counting, from old to new and without overlap."""
    if rule is None or (rule.metrics is not None and metric not in rule.metrics):
        return ()
    return tuple(_stretches(ticket, {name.casefold() for name in rule.status}))


def _stretches(ticket: Ticket, names: set[str]) -> Iterator[Pause]:
    since: datetime | None = None
    cause = ""
    for at, status in entries_into(ticket):
        stops = any(text.casefold() in names for text in status.spelled)
        if stops and since is None:
            since, cause = at, status.spelled[0]
        elif not stops and since is not None:
            yield Pause(since, at, cause)
            since = None
    if since is not None:
        yield Pause(since, None, cause)


def within(pauses: Iterable[Pause], start: datetime, end: datetime | None) -> tuple[Pause, ...]:
    """Cut pauses to the time from `start` to `end`; a cycle that has ended is paused no longer than that."""
    return tuple(_cut(pauses, start, end))


def _cut(pauses: Iterable[Pause], start: datetime, end: datetime | None) -> Iterator[Pause]:
    for pause in pauses:
        first = max(pause.start_at, start)
        last = pause.end_at if end is None or (pause.end_at and pause.end_at < end) else end
        if last is None or last > first:
            yield Pause(first, last, pause.status)


def use_up(calendar: BusinessCalendar, start: datetime, target: timedelta, pauses: Iterable[Pause]) -> Used:
    """Count the target from `start` in open hours, leaving out the pauses; the earliest instant wins."""
    left, at = target, start
    counted: list[tuple[datetime, datetime]] = []
    for pause in pauses:
        if pause.start_at > at:
            spent = calendar.elapsed(at, pause.start_at)
            if spent >= left:
                break
            counted.append((at, pause.start_at))
            left -= spent
        if pause.end_at is None:
            return Used(None, left, tuple(counted))
        at = max(at, pause.end_at)
    due = calendar.due(at, left)
    return Used(due, timedelta(0), (*counted, (at, due)))
