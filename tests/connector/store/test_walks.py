"""The walks of sites, on SQLite and on PostgreSQL: one at a time, from a kept place, and what a failure does."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select, update

from connector.errors import Scope as FaultScope
from connector.errors import TrackerError
from connector.store.agenda import wake
from connector.store.engine import reading, writing
from connector.store.tables import sites, walks
from connector.store.waits import Failing
from connector.store.walk_plan import due_walks, plan_walks, reserve_walk, unplanned, wish_open
from connector.store.walk_states import walk_states
from connector.store.walks import Walk, WalkKind, fail_walk, finish_walk, keep_place, rest_walk, start_walk
from connector.trackers.port import Rank, Scope
from policies.model import TicketRef

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ACME = {"acme": Scope(("SUP",))}
REFUSED = TrackerError("refused", "acme: it is refused.", retryable=False, status=400)
BROKEN = TrackerError("server_error", "acme: it broke.", retryable=True, status=500)


def plan(engine: Engine, *, open_too: bool = False) -> None:
    with writing(engine) as conn:
        plan_walks(conn, ACME)
        if not open_too:
            conn.execute(walks.delete().where(walks.c.kind == "open"))


def take(engine: Engine, now: datetime = NOON, *, asked_for: bool = False) -> Walk | None:
    with writing(engine) as conn:
        return start_walk(conn, "acme", now, asked_for=asked_for)


def taken(engine: Engine, now: datetime = NOON) -> Walk:
    held = take(engine, now)
    assert held is not None
    return held


def finish(engine: Engine, held: Walk, now: datetime, cursor: str | None = None) -> bool:
    with writing(engine) as conn:
        return finish_walk(conn, held, cursor, now)


def due(engine: Engine, now: datetime) -> tuple[str, ...]:
    with reading(engine) as conn:
        return due_walks(conn, ["acme"], now)


def fail(engine: Engine, held: Walk, error: TrackerError, now: datetime) -> datetime:
    with writing(engine) as conn:
        wait = fail_walk(conn, held, [], Failing(TicketRef("acme", ""), error, held.attempts, now, 0.0))
    assert wait is not None
    return wait.until


def test_a_site_is_walked_by_one_and_again_after_ten_minutes(engine: Engine) -> None:
    plan(engine)
    held = taken(engine)
    assert (held.kind, held.since, held.cursor, held.late) == (WalkKind.CHANGES, NOON - timedelta(days=1), None, True)
    assert take(engine, NOON + timedelta(seconds=59)) is None
    assert finish(engine, held, NOON + MINUTE)
    assert due(engine, NOON + 10 * MINUTE - timedelta(seconds=1)) == ()
    assert due(engine, NOON + 10 * MINUTE) == ("acme",)
    again = taken(engine, NOON + 10 * MINUTE)
    assert (again.since, again.late) == (NOON, False), "all that changed before the first began was seen"
    finish(engine, again, NOON + 11 * MINUTE)
    assert taken(engine, NOON + 50 * MINUTE).late, "dueby was away"


def test_a_walk_whose_holder_died_is_taken_over_and_the_dead_one_stops(engine: Engine) -> None:
    plan(engine)
    dead = taken(engine)
    with writing(engine) as conn:
        assert keep_place(conn, dead, "page 2", [NOON], NOON + timedelta(seconds=30))
    assert take(engine, NOON + timedelta(seconds=89)) is None
    heir = taken(engine, NOON + timedelta(seconds=90))
    assert (heir.cursor, heir.asked, heir.began_at) == ("page 2", (NOON,), NOON)
    with writing(engine) as conn:
        assert not keep_place(conn, dead, "page 3", [], NOON + timedelta(seconds=91))
        assert not rest_walk(conn, dead, NOON)
        assert not finish_walk(conn, dead, None, NOON + timedelta(seconds=91))
        assert fail_walk(conn, dead, [], Failing(TicketRef("acme", ""), BROKEN, 0, NOON, 0.0)) is None
        assert keep_place(conn, heir, "page 3", [], NOON + timedelta(seconds=91))


def test_of_two_timekeepers_one_reserves_and_a_lost_job_lapses(engine: Engine) -> None:
    plan(engine)
    with writing(engine) as conn:
        assert reserve_walk(conn, "acme", NOON)
        assert not reserve_walk(conn, "acme", NOON)
    assert due(engine, NOON + timedelta(seconds=29)) == ()
    assert due(engine, NOON + timedelta(seconds=30)) == ("acme",)
    assert take(engine, NOON + timedelta(seconds=5)) is not None, "the job comes"
    assert take(engine, NOON + timedelta(seconds=5)) is None, "and once more"


def test_a_walk_that_rests_goes_on_from_its_place_with_its_beginning(engine: Engine) -> None:
    plan(engine)
    held = taken(engine)
    with writing(engine) as conn:
        keep_place(conn, held, "page 2", [NOON], NOON)
        assert rest_walk(conn, held, NOON + MINUTE)
    assert due(engine, NOON + timedelta(seconds=59)) == ()
    later = taken(engine, NOON + 3 * MINUTE)
    assert (later.cursor, later.began_at) == ("page 2", NOON)
    finish(engine, later, NOON + 4 * MINUTE, "for next time")
    after = taken(engine, NOON + 10 * MINUTE)
    assert (after.since, after.cursor) == (NOON, "for next time")


def test_a_failed_walk_keeps_its_place_and_waits_longer_and_longer(engine: Engine) -> None:
    plan(engine)
    now, waits = NOON, list[float]()
    for _ in range(12):
        held = taken(engine, now)
        if not waits:
            with writing(engine) as conn:
                keep_place(conn, held, "page 2", [], now)
        until = fail(engine, held, BROKEN, now)
        waits.append((until - now).total_seconds())
        now = until
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 3600, 3600, 3600]
    with reading(engine) as conn:
        [state] = walk_states(conn)
    assert (state.reason, state.sentence, state.failing_since) == ("server_error", "acme: it broke.", NOON)
    held = taken(engine, now)
    assert (held.cursor, held.since) == ("page 2", NOON - timedelta(days=1))
    finish(engine, held, now)
    with reading(engine) as conn:
        [state] = walk_states(conn)
    assert (state.reason, state.sentence, state.failing_since) == (None, None, None)


def test_where_no_retry_helps_a_walk_begins_anew_an_hour_later(engine: Engine) -> None:
    plan(engine)
    finish(engine, taken(engine), NOON, "old cursor")
    held = taken(engine, NOON + 10 * MINUTE)
    assert held.cursor == "old cursor"
    assert fail(engine, held, REFUSED, NOON + 10 * MINUTE) == NOON + 70 * MINUTE
    again = taken(engine, NOON + 70 * MINUTE)
    assert (again.cursor, again.since) == (None, NOON)


def test_a_site_that_says_wait_is_paused_by_its_walk_too(engine: Engine) -> None:
    plan(engine)
    error = TrackerError(
        "rate_limited",
        "acme: too many.",
        retryable=True,
        retry_after=timedelta(seconds=47),
        scope=FaultScope.SITE,
        status=429,
    )
    fail(engine, taken(engine), error, NOON)
    with reading(engine) as conn:
        assert conn.execute(select(sites.c.paused_until)).scalar_one() == NOON + timedelta(seconds=47)


def test_a_paused_site_is_not_walked(engine: Engine) -> None:
    plan(engine)
    with writing(engine) as conn:
        conn.execute(insert(sites).values(name="acme", paused_until=NOON + MINUTE))
    assert due(engine, NOON) == ()
    assert take(engine) is None
    assert take(engine, asked_for=True) is None
    assert due(engine, NOON + MINUTE) == ("acme",)


@pytest.mark.parametrize(
    ("waits", "expected"),
    [
        pytest.param(True, (), id="its syncs try it first"),
        pytest.param(False, ("acme",), id="where there are none, the walk does"),
    ],
)
def test_a_failing_site_is_walked_only_where_no_sync_waits(
    engine: Engine, waits: bool, expected: tuple[str, ...]
) -> None:
    plan(engine)
    with writing(engine) as conn:
        conn.execute(insert(sites).values(name="acme", failures=1))
        if waits:
            wake(conn, TicketRef("acme", "1"), Rank.EVENT, "webhook", NOON)
    assert due(engine, NOON) == expected


def test_a_finished_walk_ends_a_sites_failures(engine: Engine) -> None:
    plan(engine)
    with writing(engine) as conn:
        conn.execute(insert(sites).values(name="acme", failures=2))
    finish(engine, taken(engine), NOON)
    with reading(engine) as conn:
        assert conn.execute(select(sites.c.failures)).scalar_one() == 0


def test_changes_go_before_open_tickets_which_are_walked_once(engine: Engine) -> None:
    plan(engine, open_too=True)
    first = taken(engine)
    assert (first.kind, first.projects) == (WalkKind.CHANGES, None)
    assert take(engine) is None, "a site is walked by one job at a time"
    finish(engine, first, NOON)
    second = taken(engine)
    assert (second.kind, second.projects) == (WalkKind.OPEN, ("SUP",))
    finish(engine, second, NOON)
    assert take(engine, NOON + MINUTE) is None
    with reading(engine) as conn:
        assert [state.kind for state in walk_states(conn)] == [WalkKind.CHANGES]


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        pytest.param([("B",), ("A",)], ("A", "B"), id="both projects"),
        pytest.param([("A",), None], None, id="one and all: all"),
        pytest.param([None, ("A",)], None, id="all and one: all"),
        pytest.param([("A",), ("A",)], ("A",), id="the same once more"),
    ],
)
def test_wishes_add_up(engine: Engine, wishes: list[tuple[str, ...] | None], expected: tuple[str, ...] | None) -> None:
    with writing(engine) as conn:
        for projects in wishes:
            wish_open(conn, "acme", projects)
    held = taken(engine)
    assert (held.kind, held.projects) == (WalkKind.OPEN, expected)


def test_a_wish_renewed_meanwhile_begins_anew(engine: Engine) -> None:
    with writing(engine) as conn:
        wish_open(conn, "acme", ("A",))
    held = taken(engine)
    with writing(engine) as conn:
        keep_place(conn, held, "page 2", [], NOON)
        wish_open(conn, "acme", ("B",))
    assert not finish(engine, held, NOON)
    again = taken(engine)
    assert (again.projects, again.cursor) == (("A", "B"), None)


def test_a_site_is_planned_once_and_an_unmapped_one_is_not_due(engine: Engine) -> None:
    with reading(engine) as conn:
        assert unplanned(conn, ["acme", "help"]) == ("acme", "help")
    plan(engine, open_too=True)
    finish(engine, taken(engine), NOON)
    finish(engine, taken(engine), NOON)
    plan(engine, open_too=True)
    with reading(engine) as conn:
        assert unplanned(conn, ["acme", "help"]) == ("help",)
        assert len(walk_states(conn)) == 1, "it is walked already: its open tickets are known"
        assert due_walks(conn, [], NOON + timedelta(days=1)) == ()


def test_a_person_need_not_wait_for_the_next_round(engine: Engine) -> None:
    plan(engine)
    finish(engine, taken(engine), NOON)
    assert take(engine, NOON + MINUTE) is None
    held = take(engine, NOON + MINUTE, asked_for=True)
    assert held is not None
    assert held.kind is WalkKind.CHANGES
    assert take(engine, NOON + MINUTE, asked_for=True) is None
    with writing(engine) as conn:
        conn.execute(update(walks).values(token=None, busy_until=NOON + 2 * MINUTE))
    assert take(engine, NOON + MINUTE, asked_for=True) is not None, "a job that only waits in the queue gives way"
