"""Workers killed in the middle of a write, Redis emptied: every field comes right, and nothing is written twice.

The long form: DUEBY_TEST_TICKETS=200 DUEBY_TEST_KILLS=10 DUEBY_TEST_HOLD=2 DUEBY_TEST_SLOTS=8.
"""

import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis

from tests.worker.stage import Stage, staged, wait_until, wrong

pytestmark = pytest.mark.end_to_end

TICKETS = int(os.environ.get("DUEBY_TEST_TICKETS", "40"))
KILLS = int(os.environ.get("DUEBY_TEST_KILLS", "3"))
HOLD = float(os.environ.get("DUEBY_TEST_HOLD", "0.5"))
SLOTS = int(os.environ.get("DUEBY_TEST_SLOTS", "4"))
TARGETS = {"Highest": 2, "High": 6, "Medium": 12, "Low": 24}


def test_kills_and_an_emptied_redis_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    dice = random.Random(4)  # noqa: S311  # repeatable on purpose
    with staged(tmp_path, DUEBY_WORKERS=str(SLOTS)) as stage:
        stage.apply()
        stage.listen()
        stage.sandbox.faults.add(method="PUT", times=None, delay=HOLD)
        filed = _filed(stage, dice)
        _emptied_while_queued(stage)
        for left in range(KILLS, 0, -1):
            _kill_a_running_worker(stage, dice)
            if left > 1:
                time.sleep(TICKETS * HOLD / SLOTS / (KILLS + 1))
        assert stage.sandbox.sender.idle(30)
        took = wait_until(lambda: not wrong(stage, filed), 60, "all fields right")
        wait_until(lambda: not stage.rows("SELECT 1 FROM agenda WHERE busy_until > 0"), 60, "the agenda to rest")
        writes = stage.sandbox.log.writes()
        assert len(writes) <= TICKETS + KILLS
        assert [write for write in writes if write.equal] == []
        assert stage.rows("SELECT 1 FROM failures") == []
        print(f"{TICKETS} tickets, {KILLS} kills, {HOLD} s: right after {took:.1f} s, {len(writes)} writes")  # noqa: T201  # measured


def _filed(stage: Stage, dice: random.Random) -> dict[str, datetime]:
    """File the tickets; return when each one's answer is due, by the target typed above."""
    due = {}
    for _ in range(TICKETS):
        priority = dice.choice(sorted(TARGETS))
        at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
        ticket = stage.sandbox.create(fields={"priority": priority}, at=at)
        due[ticket] = at + timedelta(hours=TARGETS[priority])
    return due


def _emptied_while_queued(stage: Stage) -> None:
    wait_until(lambda: stage.rows("SELECT 1 FROM agenda WHERE busy_until > 0 AND token IS NULL"), 20, "queued rows")
    with Redis.from_url(f"unix://{stage.folder}/.dueby/valkey.sock") as redis:
        redis.flushall()


def _kill_a_running_worker(stage: Stage, dice: random.Random) -> None:
    """Kill with -9 a worker whose row SQL shows running; the row names who holds it."""
    holders: list[int] = []

    def found() -> bool:
        slots = {slot.pid for slot in stage.children("worker.main worker")}
        tokens = [row.token for row in stage.rows("SELECT token FROM agenda WHERE token IS NOT NULL")]
        holders[:] = [pid for pid in (int(token.split(":")[1]) for token in tokens) if pid in slots]
        return bool(holders)

    wait_until(found, 60, "a running row")
    os.kill(dice.choice(holders), signal.SIGKILL)
