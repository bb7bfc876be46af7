"""A site's rate as a sync meets it: what has no room is put back, and is no failure."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, text
from structlog.testing import capture_logs

from connector.store.agenda import feed, start
from connector.store.engine import reading, writing
from connector.store.rates import counting, take
from connector.store.tables import sites
from connector.trackers.port import Rank
from tests.worker.conftest import REF, SITE, World
from worker.sync import sync


@pytest.fixture
def rated(world: World) -> World:
    """Give a world whose site allows two requests a minute: one sync's fetch and write."""
    site = replace(SITE, per_minute=2)
    world.tracker.before_request = counting(world.engine, site, world.deps.now, world.deps.keeper.before_request)
    world.deps = replace(world.deps, sites={"acme": site})
    return world


def _sent_elsewhere(world: World) -> None:
    with writing(world.engine) as conn:
        assert take(conn, "acme", 2, world.at[0]) is None


def _failures(world: World) -> list[object]:
    with reading(world.engine) as conn:
        rows = [conn.execute(text(f"SELECT 1 FROM {table}")) for table in ("failures", "site WHERE failures > 0")]  # noqa: S608  # our own words
        return [row for found in rows for row in found]


def test_a_sync_takes_its_requests_from_the_rate(rated: World) -> None:
    assert rated.sync()
    with reading(rated.engine) as conn:
        assert conn.execute(text("SELECT count(*) FROM requests WHERE site = 'acme'")).scalar_one() == 2


def test_a_write_without_room_waits_and_is_no_failure(rated: World) -> None:
    _sent_elsewhere(rated)
    before = rated.at[0]
    with capture_logs() as logs:
        assert not rated.sync()
    row = rated.row()
    assert (row.look_at, row.rank, row.attempts, row.running) == (before, Rank.EVENT, 0, False)
    assert (rated.tracker.written, _failures(rated)) == ([], [])
    assert [line["event"] for line in logs] == ["no_room"]


def test_it_is_fed_and_written_once_there_is_room(rated: World) -> None:
    _sent_elsewhere(rated)
    rated.sync()
    assert feed(rated.engine, "acme", 4, rated.at[0] + timedelta(seconds=60), 2) == ()
    rated.pass_time(seconds=61)
    assert feed(rated.engine, "acme", 4, rated.at[0], 2) == ((REF.id, Rank.EVENT),)
    assert sync(REF, rated.deps) is not None
    assert [ticket for ticket, _ in rated.tracker.written] == [REF.id]


def test_the_end_of_a_sync_begins_no_other_that_has_no_room(rated: World) -> None:
    rated.wake(replace(REF, id="10002"), Rank.URGENT)
    assert rated.sync()
    assert rated.queued == []


def test_an_event_during_a_sync_without_room_keeps_its_rank(rated: World) -> None:
    _sent_elsewhere(rated)
    rated.tracker.during = lambda: rated.wake(rank=Rank.URGENT)
    assert not rated.sync()
    assert rated.row().rank == Rank.URGENT


def test_a_site_that_is_only_watched_is_read_and_never_written(world: World) -> None:
    world.deps = replace(world.deps, sites={"acme": replace(SITE, write=False)})
    asked: list[str] = []
    world.tracker.before_request = asked.append
    assert world.sync()
    with reading(world.engine) as conn:
        shown: datetime | None = conn.execute(text("SELECT due_at FROM tickets")).scalar_one()
    assert (asked, world.tracker.written) == (["GET"], [])
    assert shown is not None, "computed and kept all the same"


def test_a_sync_that_runs_while_its_site_is_paused_writes_nothing_and_is_no_failure(world: World) -> None:
    def pause() -> None:
        with writing(world.engine) as conn:
            conn.execute(text("DELETE FROM site"))
            conn.execute(sites.insert(), {"name": "acme", "paused_until": world.at[0] + timedelta(seconds=60)})

    world.tracker.during = pause
    assert not world.sync()
    row = world.row()
    assert (world.tracker.written, _failures(world), row.attempts, row.running) == ([], [], 0, False)
    world.tracker.during = lambda: None
    world.pass_time(seconds=60)
    assert sync(REF, world.deps) is not None
    assert len(world.tracker.written) == 1


def test_reads_that_follow_within_a_second_ask_the_database_nothing(world: World) -> None:
    world.wake()
    with writing(world.engine) as conn:
        lease = start(conn, REF, world.at[0])
    assert lease is not None
    keeper, asked = world.deps.keeper, []
    event.listen(world.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with keeper.holding(lease, world.at[0]):
        keeper.before_request("GET")
        world.pass_time(seconds=0.9)
        keeper.before_request("GET")
        assert asked == []
        world.pass_time(seconds=0.1)
        keeper.before_request("GET")
    assert any("paused_until" in statement for statement in asked)
