"""A walk as a job: what it puts on the agenda, at which rank, and when it rests, fails or gives way."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import insert, select

from connector.errors import Scope as FaultScope
from connector.errors import TrackerError
from connector.queue import queue_on
from connector.store.agenda import agenda_row
from connector.store.engine import reading, writing
from connector.store.rates import NoRoomError
from connector.store.tables import agenda, missed, sites, tickets, walks
from connector.store.walk_plan import plan_walks
from connector.store.walk_states import WalkState, walk_states
from connector.trackers.port import Changed, Rank, Scope
from connector.trackers.zendesk.walk import PAGES_A_MINUTE
from policies.model import TicketRef
from tests.worker.conftest import MAPPINGS, NOON, SITE, World
from worker import reconcile as use_case
from worker.reconcile import MOST_PAGES, reconcile
from worker.sync import sync
from worker.walks import queue_walks

BROKEN = TrackerError("server_error", "acme: it broke.", retryable=True, status=500)
SEARCHED = replace(SITE, webhook_secrets=("a secret",))


@pytest.fixture
def walked(world: World) -> World:
    """Give a world whose site was walked a minute ago, and whose open tickets too."""
    world.deps = replace(world.deps, sites={"acme": SEARCHED})
    with writing(world.engine) as conn:
        plan_walks(conn, {"acme": Scope(("SUP",))})
        conn.execute(walks.delete().where(walks.c.kind == "open"))
        conn.execute(walks.update().values(walked_at=NOON, next_at=NOON))
    return world


def changed(*names: str, at: datetime = NOON, **more: object) -> tuple[Changed, ...]:
    return tuple(Changed(name, at, **more) for name in names)  # type: ignore[arg-type]  # a test's own words


def rows(world: World) -> dict[str, tuple[int, str]]:
    with reading(world.engine) as conn:
        found = conn.execute(select(agenda).where(agenda.c.look_at.is_not(None)))
        return {row.ticket: (row.rank, row.reason) for row in found}


def state(world: World, kind: str = "changes") -> WalkState:
    with reading(world.engine) as conn:
        return next(one for one in walk_states(conn) if one.kind == kind)


def test_changed_tickets_go_behind_events_and_before_a_recompute(walked: World) -> None:
    walked.tracker.pages = [changed("1", "2"), changed("3")]
    reconcile("acme", walked.deps)
    assert rows(walked) == dict.fromkeys(("1", "2", "3"), (Rank.RECONCILE, "reconcile"))
    assert walked.tracker.walked == [(NOON, None, Scope(("SUP",)))]
    assert state(walked).walked_at == walked.at[0]
    assert {one[1] for one in walked.queued} <= {"1", "2", "3"}
    assert len(walked.queued) > 0, "they begin at once"


def test_what_was_fetched_since_is_left_alone(walked: World) -> None:
    ticket = walked.tracker.tickets["10001"]
    fetched = replace(ticket, updated_at=NOON + timedelta(milliseconds=1500))
    walked.tracker.tickets["10001"] = fetched
    assert walked.sync()
    walked.tracker.pages = [changed("10001", at=fetched.updated_at)]
    reconcile("acme", walked.deps)
    assert rows(walked)["10001"] == (Rank.URGENT, "webhook")
    walked.tracker.pages = [changed("10001", at=fetched.updated_at + timedelta(milliseconds=1))]
    walked.pass_time(minutes=10)
    reconcile("acme", walked.deps)
    assert rows(walked)["10001"] == (Rank.RECONCILE, "reconcile")


@pytest.mark.parametrize(
    ("after", "woken"),
    [
        pytest.param(timedelta(seconds=1), True, id="fetched in the very second: more may have followed in it"),
        pytest.param(timedelta(seconds=3), False, id="fetched well after that second"),
    ],
)
def test_where_only_seconds_are_told_a_fetch_may_have_come_too_early(
    walked: World, after: timedelta, woken: bool
) -> None:
    second = walked.at[0].replace(microsecond=0)
    walked.tracker.tickets["10001"] = replace(walked.tracker.tickets["10001"], updated_at=second)
    walked.at[0] = second + after
    assert walked.sync()
    walked.tracker.pages = [changed("10001", at=second)]
    reconcile("acme", walked.deps)
    assert (rows(walked)["10001"][1] == "reconcile") is woken


@pytest.mark.parametrize(
    ("traits", "wrote", "woken"),
    [
        pytest.param({}, False, True, id="nothing is told"),
        pytest.param({"project": (("OTHER",),)}, False, False, id="no mapping can match"),
        pytest.param({"project": (("OTHER",),)}, True, True, id="no mapping can match, but dueby wrote to it"),
    ],
)
def test_what_no_mapping_can_match_is_left_alone(
    walked: World, traits: dict[str, tuple[tuple[str, ...], ...]], wrote: bool, woken: bool
) -> None:
    if wrote:
        assert walked.sync()
    walked.tracker.pages = [changed("10001", at=NOON + timedelta(hours=1), traits=traits)]
    reconcile("acme", walked.deps)
    assert (rows(walked).get("10001", (0, ""))[1] == "reconcile") is woken


def test_a_deleted_ticket_is_looked_at_only_where_it_was_known(walked: World) -> None:
    assert walked.sync()
    walked.tracker.pages = [(*changed("10001", deleted=True), *changed("7", deleted=True))]
    reconcile("acme", walked.deps)
    assert rows(walked) == {"10001": (Rank.RECONCILE, "reconcile")}
    del walked.tracker.tickets["10001"]
    with writing(walked.engine) as conn:
        conn.execute(tickets.update().values(gone_at=NOON))
    walked.pass_time(minutes=10)
    with writing(walked.engine) as conn:
        conn.execute(agenda.update().values(reason="gone"))
    reconcile("acme", walked.deps)
    assert rows(walked)["10001"][1] == "gone", "known to be gone: not looked at again and again"


def test_a_walk_that_is_not_due_does_nothing(walked: World) -> None:
    walked.tracker.pages = [changed("1")]
    reconcile("acme", walked.deps)
    reconcile("acme", walked.deps)
    assert len(walked.tracker.walked) == 1


def test_a_long_walk_frees_its_slot_and_goes_on_from_there(walked: World) -> None:
    walked.tracker.pages = [changed(str(number)) for number in range(MOST_PAGES + 3)]
    reconcile("acme", walked.deps)
    assert len(rows(walked)) == MOST_PAGES
    assert state(walked).walked_at == NOON, "not at its end"
    walked.pass_time(seconds=5)
    reconcile("acme", walked.deps)
    assert len(rows(walked)) == MOST_PAGES + 3
    assert [one[1] for one in walked.tracker.walked] == [None, str(MOST_PAGES)]
    assert state(walked).walked_at == walked.at[0] - timedelta(seconds=5), "when the walk began"


def test_a_walk_that_takes_long_frees_its_slot(walked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_case, "MOST_SECONDS", 0.0)
    walked.tracker.pages = [changed("1"), changed("2")]
    reconcile("acme", walked.deps)
    assert list(rows(walked)) == ["1"]


def test_a_failed_walk_keeps_what_it_found_and_its_place(walked: World) -> None:
    walked.tracker.pages = [changed("1"), BROKEN, changed("2")]
    reconcile("acme", walked.deps)
    assert list(rows(walked)) == ["1"]
    found = state(walked)
    assert (found.reason, found.walked_at, found.next_at) == ("server_error", NOON, walked.at[0] + timedelta(seconds=5))
    walked.tracker.pages[1] = changed("3")
    walked.pass_time(seconds=5)
    reconcile("acme", walked.deps)
    assert set(rows(walked)) == {"1", "2", "3"}
    assert walked.tracker.walked[1][1] == "1", "from the page that failed"
    assert state(walked).reason is None


def test_a_fault_of_dueby_fails_the_walk_and_stands_with_it(walked: World) -> None:
    walked.tracker.pages = [RuntimeError("boom")]
    reconcile("acme", walked.deps)
    assert state(walked).reason == "internal"
    assert "boom" in (state(walked).sentence or "")


def test_a_site_that_says_wait_is_left_in_peace(walked: World) -> None:
    error = TrackerError(
        "rate_limited",
        "acme: too many.",
        retryable=True,
        retry_after=timedelta(seconds=60),
        scope=FaultScope.SITE,
        status=429,
    )
    walked.tracker.pages = [error]
    reconcile("acme", walked.deps)
    walked.pass_time(seconds=59)
    walked.wake()
    reconcile("acme", walked.deps)
    assert len(walked.tracker.walked) == 1
    walked.pass_time(seconds=1)
    walked.tracker.pages = []
    reconcile("acme", walked.deps)
    assert len(walked.tracker.walked) == 2


def test_a_site_paused_meanwhile_is_not_asked_for_the_next_page(walked: World) -> None:
    walked.tracker.pages = [changed("1"), changed("2")]
    until = walked.at[0] + timedelta(seconds=47)
    with writing(walked.engine) as conn:
        conn.execute(insert(sites).values(name="acme"))

    def pause(_: str) -> None:
        with writing(walked.engine) as conn:
            conn.execute(sites.update().values(paused_until=until))

    walked.tracker.before_request = pause
    reconcile("acme", walked.deps)
    assert list(rows(walked)) == ["1"]
    assert state(walked).next_at == until
    assert state(walked).reason is None, "a rest is no failure"


def test_a_full_rate_is_waited_for_and_no_failure(walked: World) -> None:
    walked.tracker.pages = [changed("1"), NoRoomError("acme", "it is full", timedelta(seconds=33))]
    reconcile("acme", walked.deps)
    assert state(walked).next_at == walked.at[0] + timedelta(seconds=33)
    assert state(walked).reason is None


def test_a_zendesks_ten_pages_a_minute_are_kept_across_jobs_and_failures(walked: World) -> None:
    walked.deps = replace(walked.deps, sites={"acme": replace(SEARCHED, tracker="zendesk")})
    pages: Sequence[tuple[Changed, ...] | Exception] = [changed(str(number)) for number in range(35)]
    walked.tracker.pages = [*pages]
    walked.tracker.pages[3] = BROKEN
    asked: list[datetime] = []
    walked.tracker.before_request = lambda _: asked.append(walked.at[0])
    for _ in range(90):
        reconcile("acme", walked.deps)
        walked.tracker.pages[3] = changed("3")
        walked.pass_time(seconds=5)
    assert len(asked) == 36, "each page once, and the broken one twice"
    busiest = max(sum(at <= other < at + timedelta(seconds=60) for other in asked) for at in asked)
    assert busiest == PAGES_A_MINUTE == 10
    assert len(rows(walked)) == 35


def test_a_new_mappings_open_tickets_are_walked_once_behind_everything(world: World) -> None:
    world.apply(MAPPINGS.replace("[SUP]", "[SUP, NEW]"))
    world.tracker.pages = [changed("1", "2")]
    reconcile("acme", world.deps)
    assert world.tracker.walked == [(None, None, Scope(("NEW", "SUP")))]
    assert rows(world) == dict.fromkeys(("1", "2"), (Rank.RECOMPUTE, "mappings"))
    reconcile("acme", world.deps)
    assert len(world.tracker.walked) == 1
    world.apply(MAPPINGS.replace("[SUP]", "[SUP, NEW]").replace("plan: standard", "plan: standard\n    readings: []"))
    reconcile("acme", world.deps)
    assert len(world.tracker.walked) == 1, "the same tickets under other words"


@pytest.mark.parametrize(
    ("secrets", "walked_at", "expected"),
    [
        pytest.param(("a secret",), NOON, "reconcile", id="a webhook was to be expected"),
        pytest.param((), NOON, "catch_up", id="a site without a secret refuses every webhook"),
        pytest.param(("a secret",), NOON - timedelta(hours=1), "catch_up", id="dueby itself was away"),
        pytest.param(("a secret",), None, "catch_up", id="the first walk of a site"),
    ],
)
def test_a_webhook_is_missed_only_where_one_was_to_be_expected(
    walked: World, secrets: tuple[str, ...], walked_at: datetime | None, expected: str
) -> None:
    walked.deps = replace(walked.deps, sites={"acme": replace(SITE, webhook_secrets=secrets)})
    with writing(walked.engine) as conn:
        conn.execute(walks.update().values(walked_at=walked_at))
    walked.tracker.pages = [changed("10001")]
    reconcile("acme", walked.deps)
    with reading(walked.engine) as conn:
        row = agenda_row(conn, TicketRef("acme", "10001"))
    assert row is not None
    assert row.reason == expected
    assert sync(TicketRef("acme", "10001"), walked.deps) is not None
    with reading(walked.engine) as conn:
        assert bool(conn.execute(select(missed)).all()) is (expected == "reconcile")


def test_timekeepers_queue_a_mapped_sites_walk_once(world: World, redis: Redis) -> None:
    configured = {"acme": SITE, "help": SITE}
    for _ in range(3):
        queue_walks(world.engine, redis, world.deps.rules, configured, world.at[0])
    jobs = queue_on(redis).jobs
    assert [(job.func_name, job.args) for job in jobs] == [("worker.jobs.reconcile", ["acme"])]
    world.pass_time(seconds=31)
    queue_walks(world.engine, redis, world.deps.rules, configured, world.at[0])
    assert len(queue_on(redis).jobs) == 2, "the job was lost: the reservation lapsed"
    reconcile("acme", world.deps)
    reconcile("acme", world.deps)
    world.pass_time(seconds=31)
    queue_walks(world.engine, redis, world.deps.rules, configured, world.at[0])
    assert len(queue_on(redis).jobs) == 2, "not due again"


def test_a_site_that_the_configuration_lost_is_not_walked(world: World, redis: Redis) -> None:
    queue_walks(world.engine, redis, world.deps.rules, {}, world.at[0])
    assert queue_on(redis).jobs == []
