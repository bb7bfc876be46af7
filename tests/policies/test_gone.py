"""A ticket that was deleted is decided as it was last: its open cycle ends then, and what had ended before stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.decide import decide
from policies.decision import Decision
from policies.entitlement import entitlement_for
from policies.loader import load_policies
from policies.mapping import read_mappings
from policies.model import Comment, Person, State, Status, StatusChange, Ticket, TicketRef


class Site:
    tracker = "jira"


NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
POLICIES = load_policies(None)
MAPPINGS = """\
mappings:
  - name: hosteur
    site: acme
    match: {project: [SUP]}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [vendor]}}]
"""
TICKET = Ticket(
    ref=TicketRef("acme", "10001"),
    key="SUP-1",
    created_at=NOON,
    updated_at=NOON,
    status=Status(("To Do",)),
    priority=("High", "2"),
    traits={"project": (("SUP",),)},
)
ANSWERED = replace(
    TICKET,
    comments=(Comment("7", NOON + timedelta(hours=1), NOON + timedelta(hours=1), Person("vendor"), public=True),),
)
DONE = Status(("Done",), ended=True)
SOLVED = replace(TICKET, status=DONE, status_changes=(StatusChange(NOON + timedelta(hours=2), TICKET.status, DONE),))


def decided(ticket: Ticket, now: datetime, before: Decision | None = None) -> Decision:
    mappings = read_mappings(MAPPINGS, "mappings.yaml", POLICIES, {"acme": Site()})
    entitlement = entitlement_for(ticket, mappings, POLICIES, {"hosteur": NOON - timedelta(days=1)})
    return decide(ticket, entitlement, before.finished if before else (), now)


@pytest.mark.parametrize(
    ("ticket", "gone_at", "state", "ended_at", "due_at", "cause"),
    [
        pytest.param(TICKET, NOON + timedelta(hours=3), State.CLOSED, 3, None, "deleted", id="in time, unanswered"),
        pytest.param(TICKET, DUE + timedelta(hours=1), State.BREACHED, 7, DUE, None, id="when it was late already"),
        pytest.param(ANSWERED, NOON + timedelta(hours=3), State.MET, 1, DUE, None, id="after its answer"),
        pytest.param(SOLVED, NOON + timedelta(hours=3), State.CLOSED, 2, None, "solved", id="after it was solved"),
    ],
)
def test_a_ticket_deleted(
    ticket: Ticket, gone_at: datetime, state: State, ended_at: int, due_at: datetime | None, cause: str | None
) -> None:
    decision = decided(replace(ticket, gone_at=gone_at), gone_at)
    (cycle,) = decision.finished
    assert (decision.state, decision.due_at, decision.look_at, decision.open_cycles) == (state, due_at, None, ())
    assert (cycle.state, cycle.ended_at) == (state, NOON + timedelta(hours=ended_at))
    assert decision.summary.values.get("cause") == cause


def test_a_deleted_ticket_looked_at_again_is_decided_alike() -> None:
    gone = replace(TICKET, gone_at=NOON + timedelta(hours=3))
    first = decided(gone, NOON + timedelta(hours=3))
    again = decided(gone, NOON + timedelta(days=3), first)
    assert (again.state, again.due_at, again.finished) == (first.state, first.due_at, first.finished)


def test_a_ticket_that_came_back_is_timed_again() -> None:
    first = decided(replace(TICKET, gone_at=NOON + timedelta(hours=3)), NOON + timedelta(hours=3))
    again = decided(TICKET, NOON + timedelta(hours=4), first)
    assert (again.state, again.due_at, again.finished) == (State.RUNNING, DUE, ())
