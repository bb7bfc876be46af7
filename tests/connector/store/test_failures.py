from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from connector.errors import Scope, TrackerError
from connector.store.agenda import Lease, agenda_row, fail, feed, finish, start, wake
from connector.store.engine import reading, writing
from connector.store.failures import failure_of, list_failures, retry
from connector.store.tables import sites
from connector.store.tickets import Memory, remember
from connector.store.waits import Wait
from connector.trackers.port import Rank
from policies.model import State, TicketRef

Take = Callable[[TicketRef, datetime], Lease]
REF, OTHER, THIRD = TicketRef("acme", "1"), TicketRef("acme", "2"), TicketRef("acme", "3")
SECOND = timedelta(seconds=1)

OWN = TrackerError("invalid", "The value was refused.", retryable=True, status=409)
OFF_SCREEN = TrackerError("field_off_screen", "Put it on.", retryable=False, status=400, field="customfield_1")
SERVER = TrackerError("server_error", "It broke.", retryable=True, status=500)
UNAUTHORIZED = TrackerError("unauthorized", "Renew the token.", retryable=True, status=401, scope=Scope.SITE)
UNREACHABLE = TrackerError("unreachable", "Is it up?", retryable=True)
REDIRECTED = TrackerError("redirected", "Set url.", retryable=True, scope=Scope.SITE, status=302)
INTERNAL = TrackerError("internal", "A fault of dueby's own.", retryable=True)
LIMITED = TrackerError(
    "rate_limited", "Wait.", retryable=True, status=429, scope=Scope.SITE, retry_after=timedelta(seconds=45)
)
TICKET_LIMITED = TrackerError("rate_limited", "Wait.", retryable=True, status=429, retry_after=timedelta(seconds=45))
UNAVAILABLE = TrackerError(
    "unavailable", "Wait.", retryable=True, status=503, scope=Scope.SITE, retry_after=timedelta(seconds=90)
)


def failed(engine: Engine, take: Take, ref: TicketRef, error: TrackerError, now: datetime) -> Wait:
    with writing(engine) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", now)
    lease = take(ref, now)
    with writing(engine) as conn:
        wait = fail(conn, lease, error, now, 0.0)
    assert wait is not None
    return wait


def memory(key: str) -> Memory:
    return Memory(
        key=key,
        title="",
        url="",
        wrote=False,
        ended=False,
        synced_at=None,
        state=State.RUNNING,
        due_at=None,
        summary="",
    )


def paused_until(engine: Engine, site: str = "acme") -> datetime:
    with reading(engine) as conn:
        until: datetime = conn.execute(select(sites.c.paused_until).where(sites.c.name == site)).scalar_one()
    return until


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 5), (2, 10), (3, 20), (7, 320), (8, 600), (9, 600), (10, 3600), (11, 3600)],
)
def test_a_tickets_own_fault_waits_longer_each_time_then_hourly(
    engine: Engine, now: datetime, take: Take, attempt: int, seconds: int
) -> None:
    at = now
    for _ in range(attempt - 1):
        at = failed(engine, take, REF, OWN, at).until
    assert failed(engine, take, REF, OWN, at).until == at + seconds * SECOND
    with reading(engine) as conn:
        assert [failure.attempts for failure in list_failures(conn)] == ([attempt] if attempt >= 10 else [])


def test_a_final_fault_stands_in_the_list_at_once_with_its_field(engine: Engine, now: datetime, take: Take) -> None:
    assert failed(engine, take, REF, OFF_SCREEN, now).until == now + timedelta(hours=1)
    with reading(engine) as conn:
        (failure,) = list_failures(conn)
        row = agenda_row(conn, REF)
    assert (failure.ref, failure.reason, failure.field) == (REF, "field_off_screen", "customfield_1")
    assert (failure.sentence, failure.since, failure.given_up) == ("Put it on.", now, True)
    assert row is not None
    assert row.look_at == now + timedelta(hours=1)


def test_a_success_clears_the_failure(engine: Engine, now: datetime, take: Take) -> None:
    failed(engine, take, REF, OFF_SCREEN, now)
    lease = take(REF, now + timedelta(hours=1))
    with writing(engine) as conn:
        assert finish(conn, lease, None, now)
        assert list_failures(conn) == ()
        assert failure_of(conn, REF) is None


def test_retry_puts_a_given_up_ticket_back_at_once(engine: Engine, now: datetime, take: Take) -> None:
    failed(engine, take, REF, OFF_SCREEN, now)
    failed(engine, take, OTHER, OFF_SCREEN, now)
    with writing(engine) as conn:
        first, _ = list_failures(conn)
        assert retry(conn, first.id, now + SECOND) == 1
        assert retry(conn, 999, now + SECOND) == 0
    assert [ticket for ticket, _ in feed(engine, "acme", 4, now + SECOND)] == [first.ref.id]
    with writing(engine) as conn:
        assert [failure.ref for failure in list_failures(conn)] == [OTHER]
        assert retry(conn, None, now + SECOND) == 1


def test_a_field_off_a_projects_screen_is_told_once_for_the_project(engine: Engine, now: datetime, take: Take) -> None:
    off_screen = TrackerError("field_not_on_screen", "Put it on.", retryable=False, status=400, field="state (c_1)")
    keys = {"1": "OKTA-1", "2": "OKTA-2", "3": "TALK-1"}
    for number, ref in enumerate((REF, OTHER, THIRD)):
        failed(engine, take, ref, off_screen, now + number * SECOND)
        with writing(engine) as conn:
            remember(conn, ref, memory(keys[ref.id]))
    with writing(engine) as conn:
        okta, talk = list_failures(conn)
        assert (okta.key, okta.others, talk.key, talk.others) == ("OKTA-1", (OTHER,), "TALK-1", ())
        assert retry(conn, okta.id, now + 5 * SECOND) == 2
        assert [failure.key for failure in list_failures(conn)] == ["TALK-1"]


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        pytest.param(LIMITED, 45, id="429 waits as long as the tracker says"),
        pytest.param(UNAVAILABLE, 90, id="503 with Retry-After too"),
        pytest.param(UNAUTHORIZED, 5, id="a first 401 waits a little"),
    ],
)
def test_a_site_is_paused_as_a_whole(
    engine: Engine, now: datetime, take: Take, error: TrackerError, seconds: int
) -> None:
    with writing(engine) as conn:
        wake(conn, OTHER, Rank.URGENT, "webhook", now)
    failed(engine, take, REF, error, now)
    until = now + seconds * SECOND
    assert paused_until(engine) == until
    assert feed(engine, "acme", 4, until - SECOND) == ()
    with writing(engine) as conn:
        assert start(conn, OTHER, until - SECOND) is None
    assert len(feed(engine, "acme", 4, until)) == 1, "one at a time until the site answers"


def test_what_was_queued_is_given_back_when_a_site_pauses(engine: Engine, now: datetime, take: Take) -> None:
    with writing(engine) as conn:
        for number in range(5):
            wake(conn, TicketRef("acme", f"queued {number}"), Rank.EVENT, "webhook", now)
    feed(engine, "acme", 4, now)
    failed(engine, take, REF, LIMITED, now)
    with reading(engine) as conn:
        rows = [agenda_row(conn, TicketRef("acme", f"queued {number}")) for number in range(5)]
    assert all(row is not None and row.busy_until < now and row.look_at == now for row in rows)


def test_a_pause_grows_to_30_s_and_for_401_to_60_s(engine: Engine, now: datetime, take: Take) -> None:
    at, pauses = now, []
    for _ in range(6):
        wait = failed(engine, take, REF, UNAUTHORIZED, at)
        pauses.append((wait.until - at) // SECOND)
        at = wait.until
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_three_server_errors_of_different_tickets_pause_the_site(engine: Engine, now: datetime, take: Take) -> None:
    assert failed(engine, take, REF, SERVER, now).paused_until is None
    assert failed(engine, take, OTHER, SERVER, now).paused_until is None
    assert failed(engine, take, THIRD, SERVER, now).paused_until == now + 20 * SECOND


def test_one_broken_ticket_alone_never_pauses_its_site(engine: Engine, now: datetime, take: Take) -> None:
    at = now
    for _ in range(10):
        wait = failed(engine, take, REF, SERVER, at)
        assert wait.paused_until is None
        at = wait.until
    with reading(engine) as conn:
        assert [failure.ref for failure in list_failures(conn)] == [REF]


def test_an_outage_never_counts_as_the_tickets_own_fault(engine: Engine, now: datetime, take: Take) -> None:
    at = now
    for _ in range(15):
        for ref in (REF, OTHER, THIRD):
            at = failed(engine, take, ref, UNREACHABLE, at).until
    with reading(engine) as conn:
        rows, failures = [agenda_row(conn, ref) for ref in (REF, OTHER, THIRD)], list_failures(conn)
    assert failures == ()
    assert [row.attempts for row in rows if row is not None] == [1, 1, 0]


def test_a_fault_of_our_own_never_pauses_a_site(engine: Engine, now: datetime, take: Take) -> None:
    for ref in (REF, OTHER, THIRD):
        wait = failed(engine, take, ref, INTERNAL, now)
        assert (wait.paused_until, wait.attempts) == (None, 1)


def test_the_first_success_makes_all_that_failed_through_the_site_due(
    engine: Engine, now: datetime, take: Take
) -> None:
    with writing(engine) as conn:
        wake(conn, THIRD, Rank.EVENT, "webhook", now)
    works = take(THIRD, now)
    for ref in (REF, OTHER):
        assert failed(engine, take, ref, REDIRECTED, now).until >= now + 5 * SECOND
    with writing(engine) as conn:
        assert finish(conn, works, None, now + SECOND)
    assert {ticket for ticket, _ in feed(engine, "acme", 4, now + SECOND)} == {REF.id, OTHER.id}


def test_a_success_in_flight_does_not_end_a_pause(engine: Engine, now: datetime, take: Take) -> None:
    with writing(engine) as conn:
        wake(conn, OTHER, Rank.EVENT, "webhook", now)
    in_flight = take(OTHER, now)
    failed(engine, take, REF, LIMITED, now)
    with writing(engine) as conn:
        assert finish(conn, in_flight, None, now + SECOND)
    assert paused_until(engine) == now + 45 * SECOND


def test_a_limit_of_one_ticket_holds_it_against_events_and_nobody_else(
    engine: Engine, now: datetime, take: Take
) -> None:
    failed(engine, take, REF, TICKET_LIMITED, now)
    with writing(engine) as conn:
        wake(conn, REF, Rank.URGENT, "webhook", now + SECOND)
        wake(conn, OTHER, Rank.EVENT, "webhook", now + SECOND)
    assert [ticket for ticket, _ in feed(engine, "acme", 4, now + 2 * SECOND)] == [OTHER.id]
    assert REF.id in dict(feed(engine, "acme", 4, now + 45 * SECOND))


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        pytest.param(0, 5 * SECOND, id="the first time it waits 5 s"),
        pytest.param(3, 40 * SECOND, id="then it doubles"),
        pytest.param(9, timedelta(hours=1), id="having given up it waits an hour"),
    ],
)
def test_a_retry_after_of_nothing_is_no_wait_to_hold_to(
    engine: Engine, now: datetime, take: Take, before: int, expected: timedelta
) -> None:
    at_once = replace(OWN, retry_after=timedelta())
    for number in range(before):
        failed(engine, take, REF, at_once, now + number * timedelta(hours=1))
    later = now + before * timedelta(hours=1)
    assert failed(engine, take, REF, at_once, later).until == later + expected


def test_an_event_during_a_failing_sync_is_looked_at_without_waiting(engine: Engine, now: datetime, take: Take) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", now)
    lease = take(REF, now)
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", now + SECOND)
        assert fail(conn, lease, OWN, now + SECOND, 0.0) is not None
    assert feed(engine, "acme", 4, now + SECOND) == ((REF.id, Rank.EVENT),)


def test_a_failure_of_a_lost_lease_changes_nothing(engine: Engine, now: datetime, take: Take) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", now)
    lost = take(REF, now)
    take(REF, now + 31 * SECOND)
    with writing(engine) as conn:
        assert fail(conn, lost, OFF_SCREEN, now + 32 * SECOND, 0.0) is None
        assert failure_of(conn, REF) is None
