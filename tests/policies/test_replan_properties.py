"""Whatever happens to a ticket, its plan of notices holds together."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.decide import decide
from policies.decision import Decision
from policies.notices import OVER, Notice, NoticeState
from policies.replan import Plan, replan
from tests.policies.recorder import Recorder, key_of

STEPS = """
- {at: 50%, notify: [team]}
- {before: 10m, notify: [team, on-call], repeat: {every: 7m, times: 2}}
- {at: breach, notify: [on-call, lead], repeat: {every: 30m, times: 2}}
- {after: 2h, notify: [lead]}
"""
FEWER = "[{at: 50%, notify: [lead]}, {at: breach, notify: [on-call], repeat: {every: 20m, times: 3}}]"
TIMES = {"before 10m": 2, "breach": 2}
CHANGED = "paused_by: {status: [Waiting for customer]}"
LEVELS = ("Highest", "High", "Medium", "Low")
LATER = ("Waiting for customer", "Open", "Done")
SETTINGS = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# what happens, and how many minutes after what came before
EVENTS = st.lists(
    st.tuples(
        st.integers(1, 50),
        st.one_of(
            st.sampled_from(LEVELS),
            st.sampled_from(LATER),
            st.sampled_from(("answer", "take back", "look", "fewer steps", "all steps", "close lead", "open lead")),
        ),
    ),
    max_size=10,
)


class Ticket:
    """A ticket to which things happen, each of them looked at when it happens."""

    def __init__(self, entitle: Any, told: Any) -> None:
        self.entitle, self.told, self.heard = entitle, told, Recorder()
        self.now: datetime = told.at("2026-11-20 15:00")
        self.steps = STEPS
        self.statuses: list[tuple[str, str]] = []
        self.priorities: list[tuple[str, str]] = []
        self.comments: list[Any] = []
        self.finished: Any = ()

    def happen(self, minutes: int, what: str) -> None:
        self.now += timedelta(minutes=minutes)
        written = f"{self.now:%Y-%m-%d %H:%M}"
        if what in LEVELS:
            self.priorities.append((written, what))
        elif what in LATER:
            self.statuses.append((written, what))
        elif what == "answer":
            self.comments.append(self.told.comment(written, "vendor", id=written))
        elif what == "take back":
            self.comments.clear()
        elif what.endswith("steps"):
            self.steps = FEWER if what == "fewer steps" else STEPS
        elif what.endswith("lead"):
            self.heard.closed = {"lead"} if what == "close lead" else set()

    def decide(self) -> Decision:
        subject = self.told.ticket(
            statuses=list(self.statuses), priorities=list(self.priorities), comments=list(self.comments)
        )
        entitlement = self.entitle(subject, CHANGED, steps=self.steps)
        decision = decide(subject, entitlement, self.finished, self.now)
        again = decide(subject, entitlement, decision.finished, self.now)
        assert again.notices == decision.notices
        self.finished = decision.finished
        return decision


@SETTINGS
@given(events=EVENTS)
def test_a_plan_holds_together_whatever_happens(entitle: Any, told: Any, events: list[tuple[int, str]]) -> None:
    ticket = Ticket(entitle, told)
    ticket.heard.look(ticket.decide(), ticket.now)
    for minutes, what in events:
        ticket.happen(minutes, what)
        told_before = sent(ticket.heard)
        decision = ticket.decide()
        ticket.heard.tell(ticket.now)
        plan = ticket.heard.look(decision, ticket.now)
        assert replan(decision, list(ticket.heard.rows.values()), ticket.now) == Plan((), ())
        assert told_before <= sent(ticket.heard)
        _has_its_place(ticket, decision)
        _raises_one_step(plan, ticket.now)
        _stands_down(ticket, decision)


def sent(heard: Recorder) -> set[Any]:
    return {key for key, row in heard.rows.items() if row.state is NoticeState.SENT}


def _has_its_place(ticket: Ticket, decision: Decision) -> None:
    """Every planned row is in the schedule, and every notice to come is planned or was sent."""
    scheduled = {key_of(notice) for notice in decision.notices}
    rows = ticket.heard.rows
    planned = {key for key, row in rows.items() if row.state is NoticeState.PLANNED and row.notice.step != OVER}
    assert {key for key in planned if not _said_once_more(rows[key].notice, ticket.now)} <= scheduled
    for notice in decision.notices:
        if notice.send_at > ticket.now:
            assert rows[key_of(notice)].state in {NoticeState.PLANNED, NoticeState.SENT}


def _said_once_more(notice: Notice, now: datetime) -> bool:
    return notice.repetition > TIMES.get(notice.step, 0) and notice.due_at <= now and notice.send_at <= now


def _raises_one_step(plan: Plan, now: datetime) -> None:
    """What is told at once is one step, to each channel once; repeated only where a breach is told once more."""
    at_once = [notice for notice in plan.put if notice.step != OVER and notice.send_at <= now]
    assert len({notice.step for notice in at_once}) <= 1
    assert all(notice.repetition == 0 or _said_once_more(notice, now) for notice in at_once)
    assert max(Counter(notice.channel for notice in at_once).values(), default=0) <= 1


def _stands_down(ticket: Ticket, decision: Decision) -> None:
    """Where nothing is due any more, the last that each channel heard is that it is over; it never hears it first."""
    rows = [row.notice for row in ticket.heard.rows.values() if row.state is NoticeState.SENT]
    is_due = any(cycle.due_at for cycle in decision.open_cycles)
    for channel in {notice.channel for notice in rows}:
        mine = sorted((n for n in rows if n.channel == channel), key=lambda n: (n.send_at, n.step == OVER))
        waiting = channel in ticket.heard.closed
        assert is_due or waiting or mine[-1].step == OVER
        assert mine[0].step != OVER
        assert all(OVER not in {one.step, other.step} or one.step != other.step for one, other in pairwise(mine))
