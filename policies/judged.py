"""All metrics of one ticket: the verdicts that stand, and the cycles timed beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policies.cycle import Cycle
from policies.decision import Finished
from policies.entitlement import Entitlement
from policies.errors import CaseError
from policies.explanation import receipt_of
from policies.metrics import metrics_of
from policies.model import Ticket
from policies.outcome import finished_by, summary_of
from policies.receipt import Fact
from policies.spans import spans_of
from policies.timing import time_cycle
from policies.verdicts import standing_verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """A cycle with its texts' facts; `finished` is how it is to be stored, where it has ended."""

    cycle: Cycle
    summary: Fact
    receipt: tuple[Fact, ...]
    finished: Finished | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was found of a ticket's metrics.

    `kept` are the verdicts that stand, from old to new. `failed` are the metrics that lack something, with what they
    lack. `waits` says that a metric without a verdict has no start.
    """

    kept: tuple[Finished, ...]
    timed: tuple[Timed, ...]
    failed: tuple[tuple[str, CaseError], ...]
    waits: bool

    @property
    def finished(self) -> tuple[Finished, ...]:
        """Return all ended cycles, from old to new."""
        ended = (timed.finished for timed in self.timed if timed.finished)
        return tuple(sorted((*self.kept, *ended), key=lambda cycle: (cycle.start_at, cycle.ended_at, cycle.metric)))


def judge(
    ticket: Ticket, entitlement: Entitlement, finished: Sequence[Finished], start: datetime | None, now: datetime
) -> Judged:
    """Time every metric that the ticket's plan has targets for; of one that it has no more the verdicts stand."""
    policy = entitlement.policy.at(start) if start else entitlement.policy
    present = metrics_of(policy, entitlement.plan)
    known = dict.fromkeys((*present, *(cycle.metric for cycle in finished)))
    kept = {metric: standing_verdicts(ticket, entitlement, finished, start, metric) for metric in known}
    timed: list[Timed] = []
    failed: list[tuple[str, CaseError]] = []
    for metric in present:
        try:
            timed += _timed(ticket, entitlement, metric, start, kept[metric], now) if start else ()
        except CaseError as error:
            failed.append((metric, error))
    return Judged(
        kept=tuple(cycle for verdicts in kept.values() for cycle in verdicts),
        timed=tuple(timed),
        failed=tuple(failed),
        waits=start is None and not all(kept[metric] for metric in present),
    )


def _timed(  # noqa: PLR0913, PLR0917  # a metric of a ticket under an entitlement, and what is known of it
    ticket: Ticket, entitlement: Entitlement, metric: str, start: datetime, kept: Sequence[Finished], now: datetime
) -> Iterator[Timed]:
    for span in spans_of(ticket, entitlement, metric, start, kept, now):
        held = replace(entitlement, policy=entitlement.policy.at(span.opened_at))
        cycle = time_cycle(ticket, held, span, now)
        summary, receipt = summary_of(ticket, held, cycle), receipt_of(ticket, held, cycle, now)
        yield Timed(cycle=cycle, summary=summary, receipt=receipt, finished=finished_by(held, cycle, summary, receipt))
