"""Health: alive while it answers, ready while webhooks can be stored, and what else is missing by name."""

import os
import socket
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connector.settings import Settings, load_settings
from connector.store.engine import StoreAway, writing
from connector.store.heartbeats import beat, forget_ended, latest
from connector.store.tables import heartbeats
from connector.web import health
from connector.web.health import missing_parts
from connector.web.routes import Ports, join

Desk = Any
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path, engine: Engine) -> Settings:
    """Give the settings of the folder whose database is open."""
    assert engine.url.database == f"{tmp_path}/dueby.db"
    (tmp_path / "dueby.yaml").write_text("sites: {}", encoding="utf-8")
    return load_settings({"REDIS_URL": "redis://127.0.0.1:1/0"}, tmp_path)


def test_it_is_alive(desk: Desk) -> None:
    answer = desk.client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "alive"})


def test_it_is_ready_and_names_what_else_is_missing(desk: Desk) -> None:
    answer = desk.client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ready", "missing": ["workers"]})


def test_it_is_not_ready_where_nothing_can_be_stored() -> None:
    def away() -> tuple[str, ...]:
        raise StoreAway("gone")

    def unused(*_: object) -> Any:
        pytest.fail("not asked for")

    client = join(Ports(sites={}, store=unused, feed=unused, missing=away, metrics=unused, now=unused)).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "not_ready", "missing": ["database"]})


@pytest.mark.parametrize(
    ("beats", "expected"),
    [
        pytest.param({}, ["redis", "workers", "notifier", "timekeeper"], id="nobody gave a sign of life"),
        pytest.param({"worker": [10], "notifier": [5], "timekeeper": [10]}, ["redis"], id="all are alive but redis"),
        pytest.param(
            {"worker": [49], "notifier": [49], "timekeeper": [50]}, ["redis", "timekeeper"], id="50 seconds of silence"
        ),
        pytest.param(
            {"worker": [5, 51, 5], "notifier": [5], "timekeeper": [5]},
            ["redis", "worker host:7/1"],
            id="one frozen slot among several",
        ),
        pytest.param(
            {"worker": [5], "notifier": [5, 70], "timekeeper": [5, 899, 900]},
            ["redis", "notifier host:7/1", "timekeeper host:7/1"],
            id="one of two frozen, and one that was taken away a quarter of an hour ago",
        ),
        pytest.param(
            {"worker": [-3600], "notifier": [-49], "timekeeper": [5]},
            ["redis", "workers"],
            id="a sign of life of a time that has not come is none",
        ),
    ],
)
def test_missing_parts_are_known_by_their_heartbeats(
    settings: Settings, engine: Engine, beats: dict[str, list[int]], expected: list[str]
) -> None:
    with writing(engine) as conn:
        for kind, several in beats.items():
            for number, ago in enumerate(several):
                beat(conn, kind, f"host:7/{number}", NOW - timedelta(seconds=ago))
    assert list(missing_parts(settings, NOW)) == expected


def _answering(missing: Callable[[], tuple[str, ...]]) -> tuple[int, Any]:
    def unused(*_: object) -> Any:
        pytest.fail("not asked for")

    ports = Ports(sites={}, store=unused, feed=unused, missing=missing, metrics=unused, now=unused)
    answer = join(ports).test_client().get("/statusz")
    return answer.status_code, answer.get_json()


def test_all_is_there() -> None:
    assert _answering(lambda: ()) == (200, {"status": "complete", "missing": []})


def test_what_is_not_there_is_named() -> None:
    names = ("notifier", "worker host:7/1")
    assert _answering(lambda: names) == (503, {"status": "incomplete", "missing": ["notifier", "worker host:7/1"]})


def test_a_database_that_is_not_there_is_named() -> None:
    def away() -> tuple[str, ...]:
        raise StoreAway("gone")

    assert _answering(away) == (503, {"status": "incomplete", "missing": ["database"]})


def test_processes_of_this_machine_that_ended_without_a_word_are_forgotten_and_frozen_ones_are_not(
    engine: Engine,
) -> None:
    ended = subprocess.Popen(["true"])  # noqa: S607  # any program
    ended.wait()
    with writing(engine) as conn:
        for name, pid in (("ended", ended.pid), ("running", os.getpid()), ("just ended", ended.pid)):
            beat(conn, "worker", name, NOW - timedelta(seconds=10 if name == "just ended" else 40))
            conn.execute(heartbeats.update().where(heartbeats.c.name == name).values(pid=pid))
        beat(conn, "worker", "elsewhere", NOW - timedelta(seconds=40))
        conn.execute(heartbeats.update().where(heartbeats.c.name == "elsewhere").values(host="b", pid=ended.pid))
        forget_ended(conn, NOW - timedelta(seconds=30))
        assert [one.name for one in latest(conn)] == ["elsewhere", "just ended", "running"]


def test_a_frozen_redis_is_asked_once_however_often_somebody_wants_to_know(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "dueby.yaml").write_text("sites: {}", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        url = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        settings = load_settings({"REDIS_URL": url}, tmp_path)
        assert [missing_parts(settings, NOW)[0] for _ in range(3)] == ["redis"] * 3
        assert health._asking._work_queue.qsize() == 0
    assert engine.url.database == f"{tmp_path}/dueby.db"


def test_a_database_without_tables_takes_no_webhook(tmp_path: Path) -> None:
    (tmp_path / "dueby.yaml").write_text("sites: {}", encoding="utf-8")
    with pytest.raises(StoreAway):
        missing_parts(load_settings({}, tmp_path), NOW)


def test_health_is_only_read(desk: Desk) -> None:
    assert [desk.client.post("/healthz").status_code, desk.client.delete("/readyz").status_code] == [405, 405]
