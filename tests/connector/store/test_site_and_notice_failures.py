"""What gave up besides single syncs: whole sites, and notices of a channel; and many tickets of one fault."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from connector.errors import Scope, TrackerError
from connector.store.agenda import Lease, agenda_row, fail, feed, finish, wake
from connector.store.engine import reading, writing
from connector.store.failures import list_failures, retry
from connector.store.notice_failures import list_notice_failures, retry_notices
from connector.store.site_failures import list_site_failures, retry_site
from connector.store.tables import notices
from connector.trackers.port import Rank
from policies.model import TicketRef

Take = Callable[[TicketRef, datetime], Lease]
SECOND = timedelta(seconds=1)
REFUSED = TrackerError("unauthorized", "Renew the token.", retryable=True, status=401, scope=Scope.SITE)
SERVER = TrackerError("server_error", "It broke.", retryable=True, status=500)
FORBIDDEN = TrackerError("forbidden", "Give the right.", retryable=False, status=403)


def failed(engine: Engine, take: Take, ticket: str, error: TrackerError, at: datetime, site: str = "acme") -> None:
    ref = TicketRef(site, ticket)
    with writing(engine) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", at)
    lease = take(ref, at)
    with writing(engine) as conn:
        assert fail(conn, lease, error, at, 0.0) is not None


def test_a_site_whose_credentials_are_refused_is_one_row(engine: Engine, now: datetime, take: Take) -> None:
    with writing(engine) as conn:
        for number in range(20):
            wake(conn, TicketRef("acme", f"waits {number}"), Rank.EVENT, "webhook", now)
        wake(conn, TicketRef("help", "1"), Rank.EVENT, "webhook", now)
    failed(engine, take, "1", REFUSED, now)
    failed(engine, take, "2", REFUSED, now + 5 * SECOND)
    with reading(engine) as conn:
        (site,) = list_site_failures(conn, now + 6 * SECOND)
        assert list_failures(conn) == ()
    assert (site.site, site.reason, site.sentence) == ("acme", "unauthorized", "Renew the token.")
    assert (site.since, site.attempts, site.waiting) == (now, 2, 22)
    assert site.paused_until == now + 15 * SECOND


def test_a_site_that_failed_twice_and_is_not_paused_is_no_failure_yet(
    engine: Engine, now: datetime, take: Take
) -> None:
    for ticket in ("1", "2"):
        failed(engine, take, ticket, SERVER, now)
    with reading(engine) as conn:
        assert list_site_failures(conn, now) == ()
    failed(engine, take, "3", SERVER, now)
    with reading(engine) as conn:
        assert [site.reason for site in list_site_failures(conn, now)] == ["server_error"]


def test_a_site_that_answers_again_is_no_failure(engine: Engine, now: datetime, take: Take) -> None:
    failed(engine, take, "1", REFUSED, now)
    lease = take(TicketRef("acme", "1"), now + 5 * SECOND)
    with writing(engine) as conn:
        assert finish(conn, lease, None, now + 5 * SECOND)
        assert list_site_failures(conn, now + 5 * SECOND) == ()


def test_what_gave_up_and_now_fails_through_its_site_is_the_sites(engine: Engine, now: datetime, take: Take) -> None:
    failed(engine, take, "1", FORBIDDEN, now)
    with reading(engine) as conn:
        assert [failure.reason for failure in list_failures(conn)] == ["forbidden"]
    failed(engine, take, "1", REFUSED, now + SECOND)
    with reading(engine) as conn:
        assert list_failures(conn) == ()
        assert len(list_site_failures(conn, now + SECOND)) == 1


def test_retrying_a_site_ends_its_pause_and_no_others(engine: Engine, now: datetime, take: Take) -> None:
    failed(engine, take, "1", REFUSED, now)
    failed(engine, take, "1", REFUSED, now, site="help")
    later = now + SECOND
    with writing(engine) as conn:
        assert retry_site(conn, "acme", later) == 1
        row = agenda_row(conn, TicketRef("acme", "1"))
    assert row is not None
    assert (row.look_at, row.reason) == (later, "retry")
    assert [ticket for ticket, _ in feed(engine, "acme", 4, later)] == ["1"]
    assert feed(engine, "help", 4, later) == ()
    with writing(engine) as conn:
        assert retry_site(conn, None, later) == 2
    assert [ticket for ticket, _ in feed(engine, "help", 4, later)] == ["1"]


@pytest.mark.parametrize(("count", "rows"), [(9, 9), (10, 1), (12, 1)])
def test_a_fault_that_many_tickets_of_a_site_share_is_told_once(
    engine: Engine, now: datetime, take: Take, count: int, rows: int
) -> None:
    for number in range(count):
        failed(engine, take, str(number), FORBIDDEN, now + number * SECOND)
    failed(engine, take, "other", TrackerError("forbidden", "Another.", retryable=False), now + 60 * SECOND)
    failed(engine, take, "1", FORBIDDEN, now + 61 * SECOND, site="help")
    with writing(engine) as conn:
        found = list_failures(conn)
        assert len(found) == rows + 2
        assert len(found[0].others) == count - rows
        assert retry(conn, found[0].id, now + 90 * SECOND) == 1 + count - rows
        assert len(list_failures(conn)) == rows + 1


def planned(engine: Engine, at: datetime, ticket: str, channel: str = "team", **values: Any) -> int:
    row = {
        "site": "acme",
        "ticket": ticket,
        "metric": "first_response",
        "start_at": at,
        "due_at": at,
        "step": "breach",
        "channel": channel,
        "repetition": 0,
        "send_at": at,
        "next_at": at + timedelta(hours=1),
        "state": "failed",
        "attempts": 10,
        "error": "HTTP 500",
        "since": at,
    }
    with writing(engine) as conn:
        made: int = conn.execute(insert(notices).values(**row | values).returning(notices.c.id)).scalar_one()
    return made


def test_the_notices_that_a_channel_did_not_take_are_one_row(engine: Engine, now: datetime) -> None:
    first, second = planned(engine, now, "1"), planned(engine, now + SECOND, "2")
    planned(engine, now + 2 * SECOND, "3", error="HTTP 404")
    planned(engine, now + 3 * SECOND, "4", channel="lead")
    planned(engine, now, "5", state="planned", attempts=3)
    planned(engine, now, "6", state="sent")
    with reading(engine) as conn:
        found = list_notice_failures(conn)
    assert [(one.channel, one.error, one.key, len(one.ids)) for one in found] == [
        ("team", "HTTP 500", "1", 2),
        ("team", "HTTP 404", "3", 1),
        ("lead", "HTTP 500", "4", 1),
    ]
    assert (found[0].id, found[0].ids, found[0].since, found[0].attempts) == (first, (first, second), now, 10)


def test_notices_are_sent_again_at_once(engine: Engine, now: datetime) -> None:
    first, second = planned(engine, now, "1"), planned(engine, now, "2")
    trying = planned(engine, now, "3", state="planned", attempts=3)
    fresh = planned(engine, now, "4", state="planned", attempts=0, since=None)
    later = now + 60 * SECOND
    with writing(engine) as conn:
        assert retry_notices(conn, [first, 99999], later) == 1
        assert due(conn) == {first: (later, "planned", 0), second: (now + timedelta(hours=1), "failed", 10)} | {
            trying: (now + timedelta(hours=1), "planned", 3),
            fresh: (now + timedelta(hours=1), "planned", 0),
        }
        assert retry_notices(conn, None, later) == 2
        assert {row: state for row, state in due(conn).items() if state[0] == later} == dict.fromkeys(
            (first, second, trying), (later, "planned", 0)
        )


def due(conn: Any) -> dict[int, tuple[datetime, str, int]]:
    return {row.id: (row.next_at, row.state, row.attempts) for row in conn.execute(select(notices))}
