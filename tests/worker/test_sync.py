from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from connector.errors import Scope, TrackerError
from connector.store.agenda import agenda_row, feed, start
from connector.store.cycles import finished_cycles, receipt_of
from connector.store.engine import StoreAway, reading, writing
from connector.store.failures import list_failures
from connector.store.open_cycles import open_cycles_of
from connector.store.tickets import Memory, remembered, sightings_of
from connector.trackers.port import Rank, Wanted
from policies.model import Comment, Person, State, Status, Ticket, TicketRef
from tests.worker.conftest import MAPPINGS, NOON, REF, World
from worker.sync import sync

DUE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
VENDOR = Person("vendor")


def memory_of(world: World, ref: TicketRef = REF) -> Memory:
    with reading(world.engine) as conn:
        found = remembered(conn, ref)
    assert found is not None
    return found


def answered(ticket: Ticket, *, public: bool = True) -> Ticket:
    at = NOON + timedelta(hours=1)
    return replace(ticket, comments=(Comment("7", at, at, VENDOR, public),))


def test_a_ticket_is_fetched_decided_and_written(world: World) -> None:
    assert world.sync()
    ((ticket, wanted),) = world.tracker.written
    assert (ticket, wanted.due_at, wanted.state) == (REF.id, DUE, "running")
    assert "level 2" in wanted.summary
    assert world.row().look_at == DUE + timedelta(seconds=1)
    memory = memory_of(world)
    assert (memory.key, memory.state, memory.due_at, memory.wrote) == ("SUP-1", State.RUNNING, DUE, True)
    assert (memory.synced_at, memory.mapping, memory.level) == (world.at[0], "hosteur", 2)
    with reading(world.engine) as conn:
        assert [fact.rule for fact in receipt_of(conn, REF)][:1] == ["mapping"]


def test_twice_is_the_same_as_once(world: World) -> None:
    assert world.sync()
    assert world.sync()
    assert len(world.tracker.written) == 1


def test_a_job_for_a_row_already_done_does_nothing(world: World) -> None:
    assert world.sync()
    assert sync(REF, world.deps) is None
    assert len(world.tracker.written) == 1


def test_an_answer_ends_the_cycle_and_is_kept(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = answered(ticket)
    world.pass_time(hours=2)
    assert world.sync()
    assert world.tracker.written[-1][1].state == "met"
    assert world.row().look_at is None
    with reading(world.engine) as conn:
        (cycle,) = finished_cycles(conn, REF)
    assert (cycle.state, cycle.event, cycle.due_at) == (State.MET, "comment:7", DUE)


def test_a_breach_is_written_when_its_instant_comes(world: World) -> None:
    assert world.sync()
    world.at[0] = DUE + timedelta(seconds=1)
    assert feed(world.engine, "acme", 4, world.at[0]) == ((REF.id, Rank.URGENT),)
    assert sync(REF, world.deps) is not None
    assert world.tracker.written[-1][1].state == "breached"


def test_an_event_during_a_sync_is_looked_at_again(world: World) -> None:
    world.tracker.during = world.wake
    assert world.sync()
    assert [ticket for _, ticket, _ in world.queued] == [REF.id]


def test_a_comment_seen_internal_answers_only_from_when_it_was_made_public(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = answered(ticket, public=False)
    world.pass_time(hours=2)
    assert world.sync()
    public_at = NOON + timedelta(hours=8)
    (comment,) = answered(ticket).comments
    world.tracker.tickets[REF.id] = replace(
        ticket, comments=(replace(comment, updated_at=public_at),), updated_at=public_at
    )
    world.pass_time(hours=7)
    assert world.sync()
    with reading(world.engine) as conn:
        assert sightings_of(conn, REF)["7"].public_since == public_at
    assert world.tracker.written[-1][1].state == "breached"


def test_a_ticket_without_a_mapping_is_never_written(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = replace(ticket, traits={"project": (("DEV",),)})
    assert world.sync()
    assert world.tracker.written == []
    assert (memory_of(world).state, memory_of(world).wrote) == (State.UNMAPPED, False)


def test_where_dueby_wrote_an_unmapped_ticket_is_emptied_once(world: World) -> None:
    assert world.sync()
    world.apply("mappings: []\n")
    assert world.sync()
    assert world.sync()
    wanted = world.tracker.written[-1][1]
    assert (len(world.tracker.written), wanted.due_at, wanted.state) == (2, None, "unmapped")


def test_what_a_killed_sync_wrote_counts_as_written_by_dueby(world: World) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    world.tracker.after_write = killed
    with pytest.raises(KeyboardInterrupt):
        world.sync()
    world.tracker.after_write = lambda: None
    world.pass_time(seconds=31)
    assert world.sync()
    assert len(world.tracker.written) == 1, "equal values are not written again"
    assert memory_of(world).wrote


def test_a_site_that_is_only_watched_is_not_written(world: World) -> None:
    watched = replace(world.deps.sites["acme"], write=False)
    assert sync(REF, world.deps) is None
    world.wake()
    assert sync(REF, replace(world.deps, sites={"acme": watched})) is not None
    assert world.tracker.written == []
    assert (memory_of(world).state, memory_of(world).wrote) == (State.RUNNING, False)


def test_a_ticket_that_cannot_be_written_any_more_is_no_failure(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = replace(ticket, writable=False, status=Status(("Closed",), ended=True))
    assert world.sync()
    assert world.tracker.written == []


def test_a_holder_frozen_past_its_lease_never_writes(world: World) -> None:
    def frozen() -> None:
        world.pass_time(seconds=31)
        with writing(world.engine) as conn:
            assert start(conn, REF, world.at[0]) is not None

    world.tracker.during = frozen
    assert not world.sync()
    assert world.tracker.written == []
    assert world.row().running, "the other one holds it"
    with reading(world.engine) as conn:
        assert remembered(conn, REF) is None


def test_a_holder_taken_over_after_its_write_stores_nothing(world: World) -> None:
    def taken_over() -> None:
        world.pass_time(seconds=31)
        with writing(world.engine) as conn:
            assert start(conn, REF, world.at[0]) is not None

    world.tracker.after_write = taken_over
    assert not world.sync()
    assert world.row().running
    with reading(world.engine) as conn:
        assert (remembered(conn, REF), receipt_of(conn, REF)) == (None, ())


@pytest.mark.parametrize(
    ("seconds", "method", "renewed"),
    [
        pytest.param(9, "GET", False, id="a young lease is not renewed for a read"),
        pytest.param(10, "GET", True, id="once 10 s old it is renewed before each request"),
        pytest.param(1, "PUT", True, id="and always before a write"),
        pytest.param(1, "POST", True, id="whatever the verb"),
    ],
)
def test_renewals(world: World, seconds: int, method: str, renewed: bool) -> None:
    def later() -> None:
        world.pass_time(seconds=seconds)
        world.tracker.before_request(method)
        expected = world.at[0] if renewed else world.at[0] - timedelta(seconds=seconds)
        assert world.row().busy_until == expected + timedelta(seconds=30)

    world.tracker.during = later
    assert world.sync()


OFF_SCREEN = TrackerError("off_screen", "Put it on.", retryable=False, status=400, field="state")


def test_a_refused_write_fails_and_keeps_what_was_learnt(world: World, ticket: Ticket) -> None:
    world.tracker.tickets[REF.id] = answered(ticket, public=False)
    world.tracker.refuses = OFF_SCREEN
    assert not world.sync()
    with reading(world.engine) as conn:
        (failure,) = list_failures(conn)
        assert set(sightings_of(conn, REF)) == {"7"}
    assert (failure.ref, failure.reason, failure.field) == (REF, "off_screen", "state")
    assert world.row().look_at == world.at[0] + timedelta(hours=1)
    memory = memory_of(world)
    assert (memory.key, memory.wrote, memory.synced_at) == ("SUP-1", False, None)


def test_a_later_success_clears_it(world: World) -> None:
    world.tracker.refuses = OFF_SCREEN
    assert not world.sync()
    world.tracker.refuses = None
    assert world.sync()
    with reading(world.engine) as conn:
        assert list_failures(conn) == ()


def test_a_limited_site_is_paused_and_its_queue_given_back(world: World) -> None:
    other = TicketRef("acme", "10002")
    world.wake(other)
    wait = timedelta(seconds=40)
    world.tracker.refuses = TrackerError(
        "rate_limited", "Wait.", retryable=True, status=429, scope=Scope.SITE, retry_after=wait
    )
    assert not world.sync()
    assert sync(other, world.deps) is None
    assert world.row().look_at == world.at[0] + wait
    assert feed(world.engine, "acme", 4, world.at[0] + wait) != ()


def test_a_known_ticket_that_is_gone_ends_in_sql_without_a_failure(world: World) -> None:
    assert world.sync()
    world.tracker.tickets.clear()
    world.pass_time(hours=1)
    assert world.sync()
    gone_at = world.at[0]
    world.pass_time(hours=1)
    assert world.sync(), "and so it stays"
    memory = memory_of(world)
    assert (memory.state, memory.gone_at, memory.ended, memory.reason) == (State.CLOSED, gone_at, True, "deleted")
    assert memory.synced_at == world.at[0]
    assert memory.summary == "Hosteur Ragnarokkr standard, level 2: 6 h, closed: deleted without an answer"
    assert world.row().look_at is None
    assert len(world.tracker.written) == 1
    with reading(world.engine) as conn:
        assert list_failures(conn) == ()
        (cycle,) = finished_cycles(conn, REF)
        assert open_cycles_of(conn, REF) == ()
    assert (cycle.state, cycle.ended_at) == (State.CLOSED, gone_at)


def test_a_known_ticket_that_is_gone_is_found_so_under_its_key_too(world: World) -> None:
    assert world.sync()
    world.tracker.tickets.clear()
    by_key = TicketRef("acme", "SUP-1")
    assert not world.sync(by_key)
    assert (world.queued[-1], world.row().look_at) == (("acme", REF.id, Rank.EVENT), world.at[0])
    assert sync(REF, world.deps) is not None
    assert memory_of(world).gone_at == world.at[0]
    with reading(world.engine) as conn:
        assert list_failures(conn) == ()


def test_a_known_ticket_that_is_gone_and_comes_back_is_timed_again(world: World, ticket: Ticket) -> None:
    assert world.sync()
    world.tracker.tickets.clear()
    assert world.sync()
    world.tracker.tickets[REF.id] = ticket
    assert world.sync()
    memory = memory_of(world)
    assert (memory.state, memory.due_at, memory.gone_at, memory.ended) == (State.RUNNING, DUE, None, False)


def test_a_ticket_seen_open_did_not_end_before_its_mapping_whatever_its_history_leaves_out(
    world: World, ticket: Ticket
) -> None:
    filed_at = NOON - timedelta(days=2)
    older = replace(ticket, created_at=filed_at, updated_at=filed_at)
    world.tracker.tickets[REF.id] = older
    assert world.sync()
    world.tracker.tickets[REF.id] = replace(older, status=Status(("Done",), ended=True))
    assert world.sync()
    assert world.sync()
    assert (memory_of(world).ended, memory_of(world).reason) == (True, None)
    assert memory_of(world).state is not State.UNMAPPED


def test_a_ticket_never_seen_that_is_not_there_is_a_failure(world: World) -> None:
    missing = TicketRef("acme", "404")
    assert not world.sync(missing)
    with reading(world.engine) as conn:
        assert [failure.ref for failure in list_failures(conn)] == [missing]


def test_a_row_named_by_a_key_hands_over_to_the_id(world: World, ticket: Ticket) -> None:
    by_key = TicketRef("acme", "SUP-1")
    world.tracker.tickets["SUP-1"] = ticket
    world.wake(by_key, Rank.URGENT)
    assert sync(by_key, world.deps) is None
    with reading(world.engine) as conn:
        assert agenda_row(conn, by_key) is None
    assert world.queued == [("acme", REF.id, Rank.URGENT)]
    assert sync(REF, world.deps) is not None
    assert len(world.tracker.written) == 1


def test_a_failure_under_a_key_is_over_once_the_ticket_is_found(world: World, ticket: Ticket) -> None:
    by_key = TicketRef("acme", "SUP-1")
    assert not world.sync(by_key)
    with reading(world.engine) as conn:
        assert [failure.ref for failure in list_failures(conn)] == [by_key]
    world.tracker.tickets["SUP-1"] = ticket
    assert not world.sync(by_key)
    with reading(world.engine) as conn:
        assert list_failures(conn) == ()


def test_a_fault_of_our_own_is_that_tickets_failure_and_others_go_on(world: World) -> None:
    def broken(*_: object) -> str:
        raise ZeroDivisionError

    world.wake()
    assert sync(REF, replace(world.deps, summary=broken)) is None
    assert (world.row().attempts, world.row().look_at) == (1, world.at[0] + timedelta(seconds=5))
    assert world.sync()


def test_a_row_of_a_site_no_longer_configured_is_a_failure_with_a_sentence(world: World) -> None:
    ref = TicketRef("left", "1")
    assert not world.sync(ref)
    with reading(world.engine) as conn:
        assert "no site 'left'" in list_failures(conn)[0].sentence


def test_mappings_that_cannot_be_used_leave_every_field_alone(world: World) -> None:
    assert world.sync()
    with writing(world.engine) as conn:
        conn.execute(text("UPDATE mappings SET version = 2, document = :text"), {"text": "mappings: {"})
    assert world.sync(), "the last good mappings stay in force"
    assert len(world.tracker.written) == 1
    assert world.deps.rules.trouble is not None


def test_a_mapping_whose_policy_is_missing_waits_and_empties_nothing(world: World) -> None:
    assert world.sync()
    good = world.deps.rules._good
    assert good is not None
    left = {name: one for name, one in good.policies.items() if name != "hosteur-ragnarokkr"}
    world.deps.rules._good = replace(good, policies=left)
    assert not world.sync()
    assert len(world.tracker.written) == 1
    assert world.row().attempts == 1


def test_a_store_that_is_away_fails_the_job_and_its_lease_lapses(world: World) -> None:
    def away() -> None:
        raise StoreAway("locked")

    world.tracker.during = away
    with pytest.raises(StoreAway):
        world.sync()
    world.tracker.during = lambda: None
    world.pass_time(seconds=30)
    assert sync(REF, world.deps) is not None


def test_a_due_look_that_has_passed_already_is_never_at_once_again(world: World) -> None:
    assert world.sync()
    look_at = world.row().look_at
    assert look_at is not None
    assert look_at >= world.at[0] + timedelta(seconds=1)


def test_wanted_values_are_what_the_contract_says(world: World) -> None:
    assert world.sync()
    assert world.tracker.written == [(REF.id, Wanted(DUE, "running", world.tracker.written[0][1].summary))]
    assert MAPPINGS.count("hosteur") == 2
