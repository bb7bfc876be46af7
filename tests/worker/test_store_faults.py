"""A whole dueby whose database is locked, full or away for a while: what it answers, and that all comes right after."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
import requests

from tests.databases import migrate, on_postgres, postgres_running
from tests.worker.stage import Stage, staged, wait_until

pytestmark = pytest.mark.end_to_end

SIX_HOURS = timedelta(hours=6)
NAMES = ("web", "worker", "timekeeper", "notifier")


def _file_ticket(stage: Stage) -> tuple[str, datetime]:
    at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
    return stage.sandbox.create(fields={"priority": "High"}, at=at), at + SIX_HOURS


def _is_right(stage: Stage, ticket: str, due: datetime) -> bool:
    shown, state, _ = stage.shown(ticket)
    return state == "running" and datetime.strptime(shown, "%Y-%m-%dT%H:%M:%S.%f%z") == due


def _answers(stage: Stage, ticket: str) -> set[int]:
    sent = [one for one in stage.sandbox.sender.deliveries if one.ticket == ticket]
    return {status for one in sent for status in one.attempts}


def _comes_right_again(stage: Stage, ticket: str, due: datetime) -> None:
    wait_until(lambda: _answers(stage, ticket) >= {202}, 60, "the tracker to send it once more")
    wait_until(lambda: _is_right(stage, ticket, due), 60, "the ticket that came meanwhile")
    assert stage.run.poll() is None, "dueby itself went on"
    later = _file_ticket(stage)
    wait_until(lambda: _is_right(stage, *later), 20, "a later ticket, as ever")
    assert requests.get(f"{stage.url}/readyz", timeout=10).ok


def _works(stage: Stage) -> None:
    stage.apply()
    stage.listen(retry_wait=1.0)
    first = _file_ticket(stage)
    wait_until(lambda: _is_right(stage, *first), 20, "a ticket while all is well")


def test_a_database_locked_for_over_ten_seconds(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        _works(stage)
        other = sqlite3.connect(tmp_path / "dueby.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        ticket, due = _file_ticket(stage)
        wait_until(lambda: 503 in _answers(stage, ticket), 20, "a webhook to be refused")
        assert not stage.shown(ticket)[1]
        other.execute("COMMIT")
        other.close()
        _comes_right_again(stage, ticket, due)


@contextmanager
def _no_room(stage: Stage) -> Iterator[None]:
    """Let no file of dueby's processes grow, as on a full disk; their logs are files too."""
    ours = [one for name in NAMES for one in stage.children(f"worker.main {name}")]
    assert len(ours) >= 8, "web and its two, worker and its two, timekeeper and notifier"
    before = [one.rlimit(psutil.RLIMIT_FSIZE) for one in ours]
    for one, (_, hard) in zip(ours, before, strict=True):
        one.rlimit(psutil.RLIMIT_FSIZE, (1, hard))
    yield
    for one, limits in zip(ours, before, strict=True):
        if one.is_running():
            one.rlimit(psutil.RLIMIT_FSIZE, limits)


@pytest.mark.skipif(not hasattr(psutil, "RLIMIT_FSIZE"), reason="this system can't limit another process")
def test_a_full_disk(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        _works(stage)
        pids = {one.pid for name in NAMES for one in stage.children(f"worker.main {name}")}
        with _no_room(stage):
            ticket, due = _file_ticket(stage)
            wait_until(lambda: 503 in _answers(stage, ticket), 20, "a webhook to be refused")
            assert requests.get(f"{stage.url}/readyz", timeout=10).status_code == 503
            assert requests.get(f"{stage.url}/healthz", timeout=10).ok
            assert not stage.shown(ticket)[1]
        _comes_right_again(stage, ticket, due)
        assert pids == {one.pid for name in NAMES for one in stage.children(f"worker.main {name}")}, "nobody ended"


def test_a_postgresql_that_goes_and_comes_back(tmp_path: Path) -> None:
    with postgres_running() as server, on_postgres(server, migrated=False) as url:
        migrate(url)
        with staged(tmp_path, DATABASE_URL=url) as stage:
            _works(stage)
            server.stop()
            ticket, due = _file_ticket(stage)
            wait_until(lambda: 503 in _answers(stage, ticket), 20, "a webhook to be refused")
            assert requests.get(f"{stage.url}/readyz", timeout=15).status_code == 503
            server.start()
            _comes_right_again(stage, ticket, due)
