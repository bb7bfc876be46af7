"""A timekeeper's round over 100,000 open cycles of which 50 are due, everything that it does at each tick."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import Engine, Table, insert, text, update

from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.places import SITE, configured, free_port, valkey
from bench.syncs import prepared
from connector import time_source
from connector.queue import queue_on
from connector.settings import load_settings
from connector.store.engine import writing
from connector.store.tables import EPOCH, agenda, notices, open_cycles, tickets
from connector.trackers.port import Rank
from policies.notices import NoticeState
from worker.rules import Rules
from worker.timekeeper import Timekeeper

CYCLES = 100_000
DUE = 50
SLOTS = DUE // 2
_BATCH = 5_000
_WARM = 3


def measure(engine: str = SQLITE) -> list[Figure]:
    """Fill a database, then tick; before each tick the same 50 tickets are made due again."""
    with (
        tempfile.TemporaryDirectory(prefix="dueby-bench-") as name,
        database(engine, Path(name)) as url,
        valkey(Path(name)) as redis,
    ):
        environ = configured(Path(name), "http://127.0.0.1:1", redis, free_port(), SLOTS, url)
        settings = load_settings(environ, Path(name))
        store, queue = prepared(url), Redis.from_url(redis)
        _fill(store, time_source.now())
        rules = Rules(None, settings.sites)
        took = [_round(Timekeeper(settings, rules, queue), store, queue) for _ in range(_WARM + ROUNDS)][_WARM:]
    return [
        Figure(
            what=f"a timekeeper's round over {CYCLES:,} open cycles with {DUE} due",
            unit="ms",
            ours=tuple(took),
            goal=50.0,
            at_most=True,
            remark=(
                f"all that is done at a tick or less often: sign of life, watch, tidying, {DUE} rows reserved and "
                "queued; two notices are planned for each cycle"
            ),
        )
    ]


def _round(timekeeper: Timekeeper, engine: Engine, redis: Redis) -> float:
    _make_due(engine, time_source.now())
    redis.flushall()
    began = time.perf_counter()
    timekeeper.tick()
    took = (time.perf_counter() - began) * 1000
    if len(queue_on(redis)) < DUE:
        raise ValueError(f"{len(queue_on(redis))} tickets queued instead of {DUE}")
    return took


def _make_due(engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        due = agenda.c.ticket.in_([str(number) for number in range(0, CYCLES, CYCLES // DUE)])
        conn.execute(update(agenda).where(due).values(look_at=now, busy_until=EPOCH, token=None))


def _fill(engine: Engine, now: datetime) -> None:
    for table, rows in (
        (tickets, map(_ticket, range(CYCLES))),
        (open_cycles, (_cycle(number, now) for number in range(CYCLES))),
        (agenda, (_row(number, now) for number in range(CYCLES))),
        (notices, (_notice(number, step, now) for number in range(CYCLES) for step in ("75%", "breach"))),
    ):
        _insert(engine, table, rows)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))


def _insert(engine: Engine, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while batch := list(islice(rows, _BATCH)):
        _insert_batch(engine, table, batch)


def _insert_batch(engine: Engine, table: Table, batch: Sequence[dict[str, Any]]) -> None:
    with writing(engine) as conn:
        conn.execute(insert(table), batch)


def _later(number: int, now: datetime) -> datetime:
    return now + timedelta(hours=1, seconds=number)


def _ticket(number: int) -> dict[str, Any]:
    facts = {"key": f"SUP-{number}", "title": "A ticket", "url": "http://127.0.0.1:1", "mapping": "hosteur"}
    return {
        "site": SITE,
        "ticket": str(number),
        "wrote": True,
        "ended": False,
        "state": "running",
        "summary": "A summary",
        **facts,
    }


def _cycle(number: int, now: datetime) -> dict[str, Any]:
    place = {"site": SITE, "ticket": str(number), "metric": "first_response", "level": 2, "receipt": []}
    return {**place, "start_at": now, "state": "running", "due_at": _later(number, now)}


def _row(number: int, now: datetime) -> dict[str, Any]:
    place = {"site": SITE, "ticket": str(number), "rank": int(Rank.URGENT), "reason": "bench"}
    return {**place, "look_at": _later(number, now)}


def _notice(number: int, step: str, now: datetime) -> dict[str, Any]:
    at = _later(number, now)
    key = {"site": SITE, "ticket": str(number), "metric": "first_response", "start_at": now, "due_at": at}
    row = {"step": step, "channel": "team", "repetition": 0, "send_at": at, "next_at": at}
    return {**key, **row, "state": NoticeState.PLANNED.value}
