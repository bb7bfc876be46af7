"""What a notice is about: one cycle of one ticket, read from SQL alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, func, select

from connector.store.cycles import finished_from_json
from connector.store.open_cycles import open_cycles_of
from connector.store.tables import cycles, notices
from connector.store.tickets import Memory, remembered
from policies.decision import Finished
from policies.model import State, TicketRef
from policies.notices import NoticeState
from policies.receipt import Fact
from policies.schema import Policy

Rung = tuple[datetime, str, str]
"""Due time, step and channel: what is said once and then repeated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One cycle of one ticket as a reader needs it; `customer_timezone`, `owed_by` and names are None where unknown.

    `metric` is the name that people read. `running`: unanswered and timed (its due time may be past); `due_at` is the
    present one. `ended_at` is set for a cycle that has ended; an answer is the fact `answer` of its receipt.
    `summary` is the ticket's present summary line, `last_repetitions` what is planned of each step and channel.
    """

    site: str
    ticket: str
    key: str
    title: str
    url: str
    metric: str
    state: State
    running: bool
    vendor: str | None = None
    policy: str | None = None
    plan: str | None = None
    level: int | None = None
    due_at: datetime | None = None
    ended_at: datetime | None = None
    gone: bool = False
    assignee: str | None = None
    customer_timezone: str | None = None
    owed_by: str | None = None
    summary: str = ""
    synced_at: datetime | None = None
    receipt: tuple[Fact, ...] = ()
    last_repetitions: Mapping[Rung, int] = field(default_factory=dict)

    def fact(self, rule: str) -> Fact | None:
        """Return the receipt's first fact of a rule."""
        return next((fact for fact in self.receipt if fact.rule == rule), None)


def subject_of(
    conn: Connection, ref: TicketRef, metric: str, start_at: datetime, policies: Mapping[str, Policy]
) -> Subject | None:
    """Read the cycle of a metric that started then, or the open one whose start was corrected since.

    None for a ticket that was never fetched.
    """
    memory = remembered(conn, ref)
    if memory is None:
        return None
    known = {cycle.start_at: cycle for cycle in open_cycles_of(conn, ref) if cycle.metric == metric}
    ended = None if start_at in known else _ended(conn, ref, metric, start_at)
    standing = None if ended else known.get(start_at) or next(iter(known.values()), None)
    cycle = standing or ended
    policy = policies.get((ended.policy if ended else memory.policy) or "")
    receipt = cycle.receipt if cycle else ()
    return Subject(
        site=ref.site,
        ticket=ref.id,
        key=memory.key or ref.id,
        title=memory.title,
        url=memory.url,
        metric=_metric(policy, metric),
        state=cycle.state if cycle else memory.state,
        running=standing is not None and standing.due_at is not None,
        vendor=policy.vendor if policy else None,
        policy=policy.name if policy else None,
        plan=_plan(policy, memory, receipt),
        level=cycle.level if cycle else memory.level,
        due_at=cycle.due_at if cycle else None,
        ended_at=ended.ended_at if ended else None,
        gone=memory.gone_at is not None,
        assignee=memory.assignee,
        customer_timezone=memory.customer_timezone,
        owed_by=memory.owed_by,
        summary=memory.summary,
        synced_at=memory.synced_at,
        receipt=receipt,
        last_repetitions=_last_repetitions(conn, ref, metric, start_at),
    )


def _ended(conn: Connection, ref: TicketRef, metric: str, start_at: datetime) -> Finished | None:
    found = conn.execute(
        select(cycles.c.document)
        .where(
            cycles.c.site == ref.site,
            cycles.c.ticket == ref.id,
            cycles.c.metric == metric,
            cycles.c.start_at == start_at,
        )
        .order_by(cycles.c.number.desc())
        .limit(1)
    ).scalar_one_or_none()
    return finished_from_json(found) if found else None


def _last_repetitions(conn: Connection, ref: TicketRef, metric: str, start_at: datetime) -> Mapping[Rung, int]:
    rung = (notices.c.due_at, notices.c.step, notices.c.channel)
    found = conn.execute(
        select(*rung, func.max(notices.c.repetition).label("last"))
        .where(
            notices.c.site == ref.site,
            notices.c.ticket == ref.id,
            notices.c.metric == metric,
            notices.c.start_at == start_at,
            notices.c.state != NoticeState.CANCELLED.value,
        )
        .group_by(*rung)
    )
    return {(row.due_at, row.step, row.channel): row.last for row in found}


def _metric(policy: Policy | None, metric: str) -> str:
    known = policy.metrics.get(metric) if policy else None
    return known.name if known else metric.replace("_", " ")


def _plan(policy: Policy | None, memory: Memory, receipt: tuple[Fact, ...]) -> str | None:
    """Name the plan that the cycle ran under: the receipt's, else the ticket's."""
    told = next((fact.values.get("name") for fact in receipt if fact.rule == "plan"), None)
    if isinstance(told, str):
        return told
    known = policy.plans.get(memory.plan or "") if policy else None
    return known.name if known else memory.plan
