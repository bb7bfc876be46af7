"""Two machines, each with a `dueby run`, a folder and a port of its own, that share a PostgreSQL and a Redis."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from redis import Redis

from tests.worker.stage import Stage, free_port, staged, wait_until, wrong

pytestmark = pytest.mark.end_to_end

TICKETS = 40
HOLD = 0.4
TARGETS = {"Highest": 2, "High": 6, "Medium": 12, "Low": 24}


@contextmanager
def _second_machine(first: Stage, folder: Path) -> Iterator[Stage]:
    """Run dueby with the first one's settings, database and Redis, and with a folder and port of its own."""
    folder.mkdir()
    port = free_port()
    environ = {**first.environ, "DUEBY_DATA": str(folder / "data"), "PORT": str(port)}
    with (folder / "run.log").open("wb") as log:
        command = [sys.executable, "-m", "worker.main", "run"]
        run = subprocess.Popen(command, env=environ, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603  # our own
    try:
        yield Stage(first.sandbox, folder, f"http://127.0.0.1:{port}", environ, run)
    finally:
        if run.poll() is None:
            run.send_signal(signal.SIGTERM)
        run.wait(timeout=25)


def _lose(machine: Stage) -> None:
    """End a machine as a power cut does: everything at once, nothing tidied up."""
    run = psutil.Process(machine.run.pid)
    for program in [run, *run.children(recursive=True)]:
        os.kill(program.pid, signal.SIGKILL)
    machine.run.wait(timeout=10)


def _synced(machine: Stage) -> int:
    return sum(line["event"] == "synced" for line in machine.log())


def test_a_machine_is_lost_in_the_middle_and_the_other_does_the_rest(
    tmp_path: Path, postgres_url: str, redis: Redis, redis_url: str
) -> None:
    assert redis.dbsize() == 0
    (tmp_path / "first").mkdir()
    told = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "DUEBY_DATA": str(tmp_path / "first" / "data")}
    with staged(tmp_path / "first", **told) as first, _second_machine(first, tmp_path / "second") as second:
        first.apply()
        wait_until(lambda: _slots(first) == 4, 20, "two slots of each machine")
        for machine in (first, second):  # as a balancer would, only that each event arrives twice
            first.sandbox.webhook(f"{machine.url}/webhooks/jira/acme", secret="a secret")
        first.sandbox.faults.add(method="PUT", times=None, delay=HOLD)
        filed = _filed(first)
        wait_until(lambda: _synced(first) >= 3 and _synced(second) >= 3, 30, "syncs on both machines")
        _lose(first)
        wait_until(lambda: not wrong(first, filed), 90, "all fields right")
        writes = first.sandbox.log.writes()
        assert sorted({write.ticket for write in writes}) == sorted(filed)
        assert [write for write in writes if write.equal] == [], "what had been written is not written again"
        assert second.rows("SELECT 1 FROM failures") == []
        _files_and_sees_it_right(second)


def _files_and_sees_it_right(machine: Stage) -> None:
    at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
    ticket = machine.sandbox.create(fields={"priority": "High"}, at=at)
    wait_until(lambda: not wrong(machine, {ticket: at + timedelta(hours=6)}), 10, "a later ticket, as ever")


def _slots(stage: Stage) -> int:
    (found,) = stage.rows("SELECT count(*) FROM heartbeats WHERE kind = 'worker'")
    return int(found[0])


def _filed(stage: Stage) -> dict[str, datetime]:
    """File the tickets; return when each one's answer is due, by the targets typed above."""
    due = {}
    for number in range(TICKETS):
        priority = list(TARGETS)[number % len(TARGETS)]
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=number)  # noqa: TID251  # the same
        ticket = stage.sandbox.create(fields={"priority": priority}, at=at)
        due[ticket] = at + timedelta(hours=TARGETS[priority])
    return due
