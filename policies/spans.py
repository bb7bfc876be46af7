"""The runs of a metric before they are timed: where each one opens, and what ends it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from policies.answers import Answer, answers_of
from policies.decision import Finished
from policies.entitlement import Entitlement
from policies.history import ended_at
from policies.metrics import NEXT_UPDATE, is_answered, is_fulfilled_by_end
from policies.model import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One run of a metric. `filed_at` is the ticket's own start, `next_answer_at` an answer dated in the future.

    `is_gone` says that the ticket ended by being deleted.
    """

    metric: str
    filed_at: datetime
    opened_at: datetime
    answer: Answer | None = None
    ended_at: datetime | None = None
    is_gone: bool = False
    next_answer_at: datetime | None = None

    @property
    def kept_at(self) -> datetime | None:
        """Return when what was promised came, late or not; None where it did not. Deleting a ticket keeps nothing."""
        if self.answer is not None:
            return self.answer.at
        return self.ended_at if is_fulfilled_by_end(self.metric) and not self.is_gone else None


def spans_of(  # noqa: PLR0913, PLR0917  # a metric of a ticket under an entitlement, and what is known of it
    ticket: Ticket, entitlement: Entitlement, metric: str, start: datetime, kept: Sequence[Finished], now: datetime
) -> tuple[Span, ...]:
    """Give the runs that no kept verdict covers, from old to new; none but the last is open."""
    if metric == NEXT_UPDATE:
        return _updates(ticket, entitlement, start, kept, now)
    if kept and not (entitlement.mapping.starts != "created" and start > kept[-1].start_at):
        return ()
    end = ended_at(ticket)
    found = answers_of(ticket, entitlement.mapping) if is_answered(metric) else []
    answers = [answer for answer in found if answer.at >= start]
    return (
        Span(
            metric=metric,
            filed_at=start,
            opened_at=start,
            answer=next((answer for answer in answers if answer.at <= now), None),
            ended_at=end,
            is_gone=end is not None and end == ticket.gone_at,
            next_answer_at=next((answer.at for answer in answers if answer.at > now), None),
        ),
    )


def _updates(
    ticket: Ticket, entitlement: Entitlement, start: datetime, kept: Sequence[Finished], now: datetime
) -> tuple[Span, ...]:
    """Open a run at each answer while the ticket is open; the next answer ends it, or the ticket's end."""
    found = {answer.at: answer for answer in reversed(answers_of(ticket, entitlement.mapping)) if answer.at >= start}
    answers = [found[at] for at in sorted(found) if at <= now]
    future = min((at for at in found if at > now), default=None)
    end = ended_at(ticket)
    since = kept[-1].ended_at if kept else start
    spans = []
    for opener, following in zip_longest(answers, answers[1:]):
        if opener.at < since or (end is not None and opener.at >= end):
            continue
        answer = following if following and (end is None or following.at <= end) else None
        spans.append(
            Span(
                metric=NEXT_UPDATE,
                filed_at=start,
                opened_at=opener.at,
                answer=answer,
                ended_at=end,
                is_gone=end is not None and end == ticket.gone_at,
                next_answer_at=future if following is None else None,
            )
        )
    return tuple(spans)
