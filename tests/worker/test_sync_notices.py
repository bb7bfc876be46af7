"""What a sync plans, cancels and keeps beside the ticket's fields: real core, real databases, a pretended tracker."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from connector.errors import Scope, TrackerError
from connector.store.agenda import start
from connector.store.engine import reading, writing
from connector.store.failures import failure_of
from connector.store.fetched import fetched_ticket
from connector.store.open_cycles import open_cycles_of
from connector.store.rates import NoRoomError
from connector.store.tables import fetched, notices
from connector.store.tickets import remembered
from policies.decision import OpenCycle
from policies.model import Comment, Person, State, Status, StatusChange, Ticket
from tests.worker.conftest import MAPPINGS, NOON, REF, World
from worker.sync import sync

DUE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ESCALATION = """\
    customer: {timezone: America/New_York}
    paused_by: {status: [Waiting for customer]}
    escalation: desk
escalations:
  - name: desk
    steps:
      - {at: 75%, notify: [team]}
      - {before: 15m, notify: [on-call]}
      - {at: breach, notify: [on-call, lead], repeat: {every: 30m, times: 1}}
channels:
  - {name: team, url: "json://127.0.0.1:1/team"}
  - {name: on-call, url: "json://127.0.0.1:1/on-call"}
  - {name: lead, url: "json://127.0.0.1:1/lead"}
"""
UNDER_6_H = {
    ("75%", "team", 0, "16:30:00"),
    ("before 15m", "on-call", 0, "17:45:00"),
    ("breach", "on-call", 0, "18:00:01"),
    ("breach", "lead", 0, "18:00:01"),
    ("breach", "on-call", 1, "18:30:01"),
    ("breach", "lead", 1, "18:30:01"),
}
"""The steps of a target of six hours from noon."""
UNDER_2_H = {
    ("75%", "team", 0, "13:30:00"),
    ("before 15m", "on-call", 0, "13:45:00"),
    ("breach", "on-call", 0, "14:00:01"),
    ("breach", "lead", 0, "14:00:01"),
    ("breach", "on-call", 1, "14:30:01"),
    ("breach", "lead", 1, "14:30:01"),
}
OFF_SCREEN = TrackerError("off_screen", "Put it on.", retryable=False, status=400, field="state")
DOWN = TrackerError("unreachable", "It is down.", retryable=True, scope=Scope.SITE)
FULL = NoRoomError("acme", "its rate is used up", timedelta(seconds=30))


@pytest.fixture(autouse=True)
def _escalated(world: World) -> None:
    world.apply(MAPPINGS + ESCALATION, at=NOON - timedelta(hours=1))


def rows(world: World) -> list[Mapping[str, Any]]:
    with reading(world.engine) as conn:
        found = conn.execute(select(notices).where(notices.c.ticket == REF.id).order_by(notices.c.id))
        return [dict(row) for row in found.mappings()]


def stand(world: World, state: str) -> set[tuple[str, str, int, str]]:
    """Give the notices in a state: step, channel, repetition and when each goes out (UTC)."""
    return {
        (row["step"], row["channel"], row["repetition"], f"{row['send_at']:%H:%M:%S}")
        for row in rows(world)
        if row["state"] == state
    }


def reasons(world: World) -> set[str | None]:
    return {row["reason"] for row in rows(world) if row["state"] == "cancelled"}


def sent(world: World, step: str, channel: str, state: str = "sent") -> None:
    """Do as a notifier that took this one."""
    with writing(world.engine) as conn:
        mine = (notices.c.step == step, notices.c.channel == channel, notices.c.state == "planned")
        assert conn.execute(update(notices).where(*mine, notices.c.repetition == 0).values(state=state)).rowcount == 1


def become(world: World, before: str, after: str) -> None:
    with writing(world.engine) as conn:
        assert conn.execute(update(notices).where(notices.c.state == before).values(state=after)).rowcount == 1


def answered(ticket: Ticket) -> Ticket:
    at = NOON + timedelta(hours=5)
    return replace(ticket, comments=(Comment("7", at, at, Person("vendor"), public=True),), updated_at=at)


def test_the_whole_schedule_of_a_running_cycle_is_planned_at_the_first_sync(world: World) -> None:
    assert world.sync()
    assert stand(world, "planned") == UNDER_6_H
    assert len(rows(world)) == 6
    assert {(row["metric"], row["start_at"], row["due_at"]) for row in rows(world)} == {("first_response", NOON, DUE)}


def test_the_ticket_is_looked_at_half_a_minute_before_the_next_notice(world: World) -> None:
    assert world.sync()
    assert world.row().look_at == datetime(2026, 11, 23, 16, 29, 30, tzinfo=UTC)


def test_a_second_sync_leaves_the_plan_as_it_stands(world: World) -> None:
    assert world.sync()
    before = rows(world)
    assert world.sync()
    assert rows(world) == before


def test_another_due_time_cancels_what_was_planned_and_plans_anew(world: World, ticket: Ticket) -> None:
    assert world.sync()
    world.tracker.tickets[REF.id] = replace(ticket, priority=("Highest", "1"))
    assert world.sync()
    assert stand(world, "planned") == UNDER_2_H
    assert stand(world, "cancelled") == UNDER_6_H
    assert reasons(world) == {"due_moved"}


def test_a_due_time_that_comes_back_plans_its_cancelled_notices_again(world: World, ticket: Ticket) -> None:
    assert world.sync()
    world.tracker.tickets[REF.id] = replace(ticket, priority=("Highest", "1"))
    assert world.sync()
    world.tracker.tickets[REF.id] = ticket
    assert world.sync()
    assert stand(world, "planned") == UNDER_6_H
    assert stand(world, "cancelled") == UNDER_2_H
    assert len(rows(world)) == 12


WAITING = Status(("Waiting for customer",))
ENDS: list[Any] = [
    pytest.param(answered, "answered", id="it is answered"),
    pytest.param(
        lambda one: replace(one, status=Status(("Done",), ended=True)), "closed", id="it is solved unanswered"
    ),
    pytest.param(
        lambda one: replace(
            one, status=WAITING, status_changes=(StatusChange(NOON + timedelta(hours=4), one.status, WAITING),)
        ),
        "paused",
        id="it is paused",
    ),
    pytest.param(lambda one: replace(one, traits={"project": (("DEV",),)}), "unmapped", id="no mapping matches it now"),
    pytest.param(lambda one: replace(one, priority=("Odd", "9")), "unmapped", id="its priority has no level"),
    pytest.param(None, "gone", id="it is deleted"),
]


def end(world: World, change: Callable[[Ticket], Ticket] | None) -> None:
    world.at[0] = NOON + timedelta(hours=5)
    if change is None:
        world.tracker.tickets.clear()
    else:
        world.tracker.tickets[REF.id] = change(world.tracker.tickets[REF.id])


@pytest.mark.parametrize(("change", "reason"), ENDS)
def test_nobody_who_was_not_told_hears_of_a_ticket_when(
    world: World, change: Callable[[Ticket], Ticket] | None, reason: str
) -> None:
    assert world.sync()
    end(world, change)
    assert world.sync()
    assert stand(world, "cancelled") == UNDER_6_H
    assert reasons(world) == {reason}
    assert len(rows(world)) == 6


@pytest.mark.parametrize(("change", "reason"), ENDS)
def test_who_was_told_hears_once_that_it_is_over_when(
    world: World, change: Callable[[Ticket], Ticket] | None, reason: str
) -> None:
    assert world.sync()
    sent(world, "75%", "team")
    end(world, change)
    assert world.sync()
    world.pass_time(minutes=1)
    assert world.sync()
    assert stand(world, "planned") == {("over", "team", 0, "17:00:00")}
    assert stand(world, "sent") == {("75%", "team", 0, "16:30:00")}
    assert stand(world, "cancelled") == {one for one in UNDER_6_H if one[0] != "75%"}
    assert reasons(world) == {reason}


def test_one_who_is_told_while_the_answer_is_being_written_hears_that_it_is_over_too(
    world: World, ticket: Ticket
) -> None:
    assert world.sync()
    end(world, answered)
    world.tracker.after_write = lambda: sent(world, "75%", "team", "sending")
    assert world.sync()
    assert stand(world, "sending") == {("75%", "team", 0, "16:30:00")}
    assert stand(world, "planned") == {("over", "team", 0, "17:00:00")}
    assert ticket.comments == ()


def test_one_whose_sending_fails_after_the_answer_is_not_tried_again(world: World) -> None:
    assert world.sync()
    sent(world, "75%", "team", "sending")
    end(world, answered)
    assert world.sync()
    assert world.row().look_at == world.at[0] + timedelta(seconds=10)
    become(world, "sending", "planned")
    world.pass_time(seconds=10)
    assert sync(REF, world.deps) is not None
    assert stand(world, "planned") == {("over", "team", 0, "17:00:00")}
    assert ("75%", "team", 0, "16:30:00") in stand(world, "cancelled")
    assert world.row().look_at is None


def test_one_that_is_being_sent_in_its_own_time_needs_no_look(world: World) -> None:
    assert world.sync()
    world.at[0] = datetime(2026, 11, 23, 16, 30, 1, tzinfo=UTC)
    sent(world, "75%", "team", "sending")
    assert world.sync()
    assert world.row().look_at == datetime(2026, 11, 23, 17, 44, 30, tzinfo=UTC)


def test_a_claim_that_commits_while_the_sync_cancels_counts_as_told(world: World) -> None:
    assert world.sync()
    end(world, answered)
    claimed, cancelling = threading.Event(), threading.Event()

    def claim() -> None:
        with writing(world.engine) as conn:
            conn.execute(update(notices).where(notices.c.step == "75%").values(state="sending"))
            claimed.set()
            cancelling.wait(5)

    notifier = threading.Thread(target=claim)
    notifier.start()
    assert claimed.wait(5)
    soon = threading.Timer(0.5, cancelling.set)  # PostgreSQL's sync is waiting for that row by then
    soon.start()
    assert world.sync()
    notifier.join()
    assert stand(world, "sending") == {("75%", "team", 0, "16:30:00")}
    assert stand(world, "planned") == {("over", "team", 0, "17:00:00")}


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(OFF_SCREEN, id="refuses the write"),
        pytest.param(DOWN, id="is down by then"),
        pytest.param(FULL, id="may not be asked again within this minute"),
    ],
)
def test_the_plan_is_kept_where_the_tracker(world: World, refusal: TrackerError) -> None:
    world.tracker.refuses = refusal
    assert not world.sync()
    assert stand(world, "planned") == UNDER_6_H
    with reading(world.engine) as conn:
        assert [cycle.due_at for cycle in open_cycles_of(conn, REF)] == [DUE]


def test_a_ticket_without_room_for_its_write_is_still_due(world: World) -> None:
    world.tracker.refuses = FULL
    assert not world.sync()
    assert world.row().look_at == world.at[0]
    world.tracker.refuses = None
    assert sync(REF, world.deps) is not None
    assert len(world.tracker.written) == 1


def test_the_plan_stands_where_not_even_the_fetch_goes_through(world: World) -> None:
    assert world.sync()

    def down() -> None:
        raise DOWN

    world.tracker.during = down
    world.pass_time(hours=3)
    assert not world.sync()
    assert stand(world, "planned") == UNDER_6_H


def test_a_row_that_no_dueby_wrote_fails_its_ticket_and_is_told(world: World) -> None:
    assert world.sync()
    with writing(world.engine) as conn:
        conn.execute(update(notices).values(state="odd"))
    assert not world.sync()
    with reading(world.engine) as conn:
        failure = failure_of(conn, REF)
    assert failure is not None
    assert failure.reason == "internal"
    assert (world.row().running, world.row().look_at) == (False, world.at[0] + timedelta(seconds=5))


def test_a_holder_that_was_taken_over_plans_nothing(world: World) -> None:
    def taken_over() -> None:
        world.pass_time(seconds=31)
        with writing(world.engine) as conn:
            assert start(conn, REF, world.at[0]) is not None

    world.tracker.after_write = taken_over
    assert not world.sync()
    assert rows(world) == []


def watched(world: World) -> World:
    """Give the same world with the site only watched."""
    return replace(world, deps=replace(world.deps, sites={"acme": replace(world.deps.sites["acme"], write=False)}))


def test_of_a_site_that_is_only_watched_nobody_is_told(world: World) -> None:
    only = watched(world)
    assert only.sync()
    assert rows(world) == []
    with reading(world.engine) as conn:
        assert [cycle.due_at for cycle in open_cycles_of(conn, REF)] == [DUE]
    assert world.tracker.written == []


def test_a_site_that_is_only_watched_from_now_on_sends_nothing_more_and_no_stand_down(world: World) -> None:
    assert world.sync()
    sent(world, "75%", "team")
    assert watched(world).sync()
    assert stand(world, "planned") == set()
    assert reasons(world) == {"watch_only"}
    assert world.sync(), "and when it is written to again"
    assert stand(world, "planned") == {one for one in UNDER_6_H if one[0] != "75%"}


def test_the_open_cycle_is_kept_with_its_receipt_and_goes_with_its_answer(world: World) -> None:
    assert world.sync()
    with reading(world.engine) as conn:
        (cycle,) = open_cycles_of(conn, REF)
    assert cycle == OpenCycle(
        metric="first_response", start_at=NOON, state=State.RUNNING, due_at=DUE, level=2, receipt=cycle.receipt
    )
    assert cycle.receipt[0].rule == "mapping"
    end(world, answered)
    assert world.sync()
    with reading(world.engine) as conn:
        assert open_cycles_of(conn, REF) == ()


def test_an_overdue_cycle_stays_open_as_breached(world: World) -> None:
    world.at[0] = DUE + timedelta(minutes=1)
    assert world.sync()
    with reading(world.engine) as conn:
        assert [(cycle.state, cycle.due_at) for cycle in open_cycles_of(conn, REF)] == [(State.BREACHED, DUE)]


def test_who_holds_the_ticket_whose_time_counts_and_who_owes_is_remembered(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = replace(ticket, assignee=Person("712020:alice", "Alice"))
    assert world.sync()
    with reading(world.engine) as conn:
        memory = remembered(conn, REF)
    assert memory is not None
    assert (memory.assignee, memory.customer_timezone, memory.owed_by) == ("Alice", "America/New_York", "vendor")


def test_one_who_has_no_name_is_remembered_by_account(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = replace(ticket, assignee=Person("712020:alice"), traits={})
    assert world.sync()
    with reading(world.engine) as conn:
        memory = remembered(conn, REF)
    assert memory is not None
    assert (memory.assignee, memory.customer_timezone, memory.owed_by) == ("712020:alice", None, None)


def test_the_ticket_is_kept_as_it_was_fetched(world: World, ticket: Ticket) -> None:
    internal = replace(ticket, comments=(Comment("7", NOON, NOON, Person("vendor"), public=False),))
    public = replace(ticket, comments=(Comment("7", NOON, NOON, Person("vendor"), public=True),))
    for one in (internal, public):
        world.tracker.tickets[REF.id] = one
        assert world.sync()
        with reading(world.engine) as conn:
            kept = fetched_ticket(conn, REF)
        assert kept == replace(one, held=kept.held if kept else {})


@pytest.mark.parametrize(
    ("change", "again"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"held": {"state": "by hand"}}, False, id="only what stands in dueby's own fields"),
        pytest.param({"updated_at": NOON + timedelta(minutes=2)}, True, id="when it was changed last"),
        pytest.param({"title": "Another"}, True, id="the ticket"),
    ],
)
def test_a_fetched_ticket_is_stored_again_where_it_differs_in(
    world: World, change: Mapping[str, Any], again: bool
) -> None:
    assert world.sync()
    first = world.at[0]
    world.pass_time(minutes=5)
    world.tracker.tickets[REF.id] = replace(world.tracker.tickets[REF.id], **change)
    assert world.sync()
    with reading(world.engine) as conn:
        at = conn.execute(select(fetched.c.fetched_at)).scalar_one()
    assert at == (world.at[0] if again else first)


def test_a_deleted_ticket_keeps_what_was_fetched_last(world: World, ticket: Ticket) -> None:
    assert world.sync()
    world.tracker.tickets.clear()
    assert world.sync()
    with reading(world.engine) as conn:
        kept = fetched_ticket(conn, REF)
    assert kept is not None
    assert (kept.gone_at, kept.title, kept.writable) == (None, ticket.title, True)


def test_a_ticket_deleted_that_was_never_stored_whole_ends_in_sql_all_the_same(world: World) -> None:
    assert world.sync()
    with writing(world.engine) as conn:
        conn.execute(text("DELETE FROM fetched"))
    world.tracker.tickets.clear()
    assert not world.sync()
    with reading(world.engine) as conn:
        memory = remembered(conn, REF)
    assert memory is not None
    assert (memory.state, memory.gone_at, memory.reason) == (State.CLOSED, world.at[0], "deleted")
