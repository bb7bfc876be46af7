from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import Engine
from structlog.testing import capture_logs

from connector.queue import queue_on
from connector.settings import Settings
from connector.store.agenda import agenda_row, finish, start, wake
from connector.store.deliveries import record
from connector.store.engine import reading, writing
from connector.store.heartbeats import latest
from connector.trackers.port import Rank
from policies.model import TicketRef
from tests.worker.conftest import SITE
from tests.worker.settings import settings_on
from tests.worker.test_rules import OWN, Ticking
from worker.rules import Rules
from worker.timekeeper import Timekeeper

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REF = TicketRef("acme", "1")


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "own.yaml").write_text(OWN, encoding="utf-8")
    return settings_on(engine, tmp_path, policies=folder)


def test_a_tick_queues_what_is_due_and_gives_a_sign_of_life(settings: Settings, engine: Engine, redis: Redis) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", NOON)
    timekeeper = Timekeeper(settings, Rules(None, settings.sites), redis, lambda: NOON)
    timekeeper.tick()
    timekeeper.tick()
    assert [job.args for job in queue_on(redis).jobs] == [["acme", "1"]]
    with reading(engine) as conn:
        (heartbeat,) = latest(conn)
    assert (heartbeat.kind, heartbeat.at, heartbeat.trouble) == ("timekeeper", NOON, None)
    timekeeper.end()
    with reading(engine) as conn:
        assert latest(conn) == ()


def test_without_redis_nothing_is_reserved_and_the_ticking_goes_on(settings: Settings, engine: Engine) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", NOON)
    away = Redis(port=1)
    timekeeper = Timekeeper(settings, Rules(None, settings.sites), away, lambda: NOON)
    timekeeper.tick()
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
        assert [one.kind for one in latest(conn)] == ["timekeeper"]
    assert row is not None
    assert row.busy_until < NOON


def test_changed_policies_put_open_tickets_behind_everything_else(
    settings: Settings, engine: Engine, redis: Redis
) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", NOON)
        lease = start(conn, REF, NOON)
        assert lease is not None
        assert finish(conn, lease, None, NOON)
    ticking, folder = Ticking(), settings.policies
    assert folder is not None
    timekeeper = Timekeeper(settings, Rules(folder, settings.sites, ticking), redis, lambda: NOON)
    timekeeper.tick()
    timekeeper.tick()
    assert queue_on(redis).count == 0, "the first set that was ever seen recomputes nothing"
    (folder / "own.yaml").write_text(OWN.replace("our-own", "our-new"), encoding="utf-8")
    ticking.at = 5.0
    timekeeper.tick()
    assert queue_on(redis).count == 0, "workers read the new files first"
    ticking.at = 10.0
    timekeeper.tick()
    assert [job.args for job in queue_on(redis).jobs] == [["acme", "1"]]
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert (row.rank, row.reason) == (Rank.RECOMPUTE, "policies")


def test_timekeepers_that_read_different_policies_do_not_recompute_in_turns(
    settings: Settings, engine: Engine, redis: Redis
) -> None:
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", NOON)
    both = [Timekeeper(settings, Rules(files, {}), redis, lambda: NOON) for files in (None, settings.policies)]
    for _ in range(10):
        for timekeeper in both:
            timekeeper.tick()
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert row.version == 2, "woken by the webhook, and once by the second set of policies"


def test_a_redis_that_is_away_is_asked_for_once_a_tick_however_many_sites_there_are(settings: Settings) -> None:
    sites = {name: replace(SITE, name=name) for name in ("a", "b", "c")}
    timekeeper = Timekeeper(replace(settings, sites=sites), Rules(None, sites), Redis(port=1), lambda: NOON)
    with capture_logs() as logs:
        timekeeper.tick()
    assert [line["what"] for line in logs] == ["redis"]


def test_a_broken_policy_file_is_seen_in_the_heartbeat(settings: Settings, engine: Engine, redis: Redis) -> None:
    ticking, folder = Ticking(), settings.policies
    assert folder is not None
    timekeeper = Timekeeper(settings, Rules(folder, settings.sites, ticking), redis, lambda: NOON)
    (folder / "own.yaml").write_text("id: [broken", encoding="utf-8")
    ticking.at = 5.0
    timekeeper.tick()
    with reading(engine) as conn:
        trouble = latest(conn)[0].trouble
    assert trouble is not None
    assert "own.yaml" in trouble


def test_old_deliveries_are_forgotten(settings: Settings, engine: Engine, redis: Redis) -> None:
    with writing(engine) as conn:
        record(conn, "acme", "old", NOON - timedelta(hours=26))
        record(conn, "acme", "young", NOON - timedelta(hours=24))
    Timekeeper(settings, Rules(None, settings.sites), redis, lambda: NOON).tick()
    with writing(engine) as conn:
        assert record(conn, "acme", "old", NOON)
        assert not record(conn, "acme", "young", NOON)
