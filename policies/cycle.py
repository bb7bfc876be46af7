"""One timed run of a metric: where it stands, and all that led there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.answers import Answer
from policies.case import Case, Terms
from policies.levels import Asked
from policies.model import State
from policies.pauses import Pause, Used
from policies.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One timed run: where it stands at `judged_at`, and all that led there.

    `start_at` is the one that is counted from: a mapping may restart on a level change. `used` is None where there is
    no promise.
    """

    span: Span
    start_at: datetime
    start_how: str
    judged_at: datetime
    asked: Asked
    case: Case
    terms: Terms
    used: Used | None
    pauses: tuple[Pause, ...]
    state: State

    @property
    def due_at(self) -> datetime | None:
        """Return when the target is used up; None while paused or without a promise."""
        return self.used.due_at if self.used else None

    @property
    def metric(self) -> str:
        """Return what is measured."""
        return self.span.metric

    @property
    def opened_at(self) -> datetime:
        """Return the start as given."""
        return self.span.opened_at

    @property
    def answer(self) -> Answer | None:
        """Return what answered."""
        return self.span.answer

    @property
    def kept_at(self) -> datetime | None:
        """Return when what was promised came, late or not; None where it did not."""
        return self.span.kept_at

    @property
    def is_open(self) -> bool:
        """Say whether something is promised and still owed."""
        return self.used is not None and self.answer is None and self.span.ended_at is None


def state_of(used: Used | None, span: Span, now: datetime) -> State:
    """Judge a run by what is used up of its target."""
    if used is None:
        return State.NO_PROMISE
    due, kept_at = used.due_at, span.kept_at
    if kept_at is not None:
        return State.MET if due is None or kept_at <= due else State.BREACHED
    if span.ended_at is not None:
        return State.CLOSED if due is None or span.ended_at <= due else State.BREACHED
    if due is None:
        return State.PAUSED
    return State.BREACHED if now > due else State.RUNNING


def late_by(cycle: Cycle) -> timedelta | None:
    """Return by how much real time what was promised came late; None where it did not."""
    if cycle.kept_at is None or cycle.due_at is None or cycle.kept_at <= cycle.due_at:
        return None
    return cycle.kept_at - cycle.due_at
