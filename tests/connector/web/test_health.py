"""Health: alive while it answers, ready while webhooks can be stored, and what else is missing by name."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connector.settings import Settings, load_settings
from connector.store.engine import StoreAway, writing
from connector.store.heartbeats import beat
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

    client = join(Ports(sites={}, store=unused, feed=unused, missing=away, now=unused)).test_client()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "not_ready", "missing": ["database"]})


@pytest.mark.parametrize(
    ("beats", "expected"),
    [
        pytest.param({}, ("redis", "workers", "timekeeper"), id="nobody gave a sign of life"),
        pytest.param({"worker": 10, "timekeeper": 10}, ("redis",), id="all are alive but redis"),
        pytest.param({"worker": 59, "timekeeper": 61}, ("redis", "timekeeper"), id="a minute of silence is too long"),
    ],
)
def test_missing_parts_are_known_by_their_heartbeats(
    settings: Settings, engine: Engine, beats: dict[str, int], expected: tuple[str, ...]
) -> None:
    with writing(engine) as conn:
        for kind, ago in beats.items():
            beat(conn, kind, "one", NOW - timedelta(seconds=ago))
    assert missing_parts(settings, NOW) == expected


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
