"""Changed tickets walked per second, and reconciled whole: found, put on the agenda, fetched and written."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy import Engine, delete

from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.places import SITE, configured, dueby, free_port, program, valkey, wait_until
from bench.syncs import SLOTS, prepared, wait_synced
from bench.tracker import DELAY, Tracker, rate, serving
from connector import time_source
from connector.cli.walked import Walker
from connector.queue import feed_site
from connector.settings import Settings, load_settings
from connector.store.engine import reading, writing
from connector.store.heartbeats import latest
from connector.store.tables import agenda

WALKED = 2000
RECONCILED = 400


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a round needs: the tracker, dueby's database and queue, and its settings."""

    tracker: Tracker
    engine: Engine
    redis: Redis
    settings: Settings


def measure(engine: str = SQLITE) -> list[Figure]:
    """Walk many tickets without any worker; then have a running dueby reconcile fresh ones."""
    return [_walked(engine), _reconciled(engine)]


def _walked(kind: str) -> Figure:
    with _desk(kind) as desk:
        desk.tracker.create(WALKED)
        desk.tracker.hold(DELAY)
        rounds = tuple(_walk_all(desk) for _ in range(ROUNDS))
    return Figure(
        what="changed tickets walked and put on the agenda",
        unit="/s",
        ours=rounds,
        remark=f"{WALKED} tickets of the sandbox Jira, 500 a page, each page held for {DELAY * 1000:.0f} ms; one walk",
    )


def _walk_all(desk: _Desk) -> float:
    with writing(desk.engine) as conn:
        conn.execute(delete(agenda))
    began = time.perf_counter()
    if _walk(desk) != WALKED:
        raise ValueError(f"not all of {WALKED} tickets were put on the agenda")
    return WALKED / (time.perf_counter() - began)


def _reconciled(kind: str) -> Figure:
    with _desk(kind, running=True) as desk:
        desk.tracker.create(SLOTS)
        _reconcile(desk, SLOTS)
        desk.tracker.hold(DELAY)
        rounds = tuple(_round(desk) for _ in range(ROUNDS))
    return Figure(
        what=f"changed tickets reconciled with {SLOTS} slots",
        unit="/s",
        ours=rounds,
        remark=(
            f"{RECONCILED} fresh tickets a round of which no webhook told: walked, fetched and written; GET and PUT "
            f"held {DELAY * 1000:.0f} ms each, so {SLOTS / DELAY / 2:.0f}/s is the limit; measured at the sandbox"
        ),
    )


def _round(desk: _Desk) -> float:
    desk.tracker.create(RECONCILED)
    desk.tracker.forget()
    _reconcile(desk, RECONCILED)
    return rate(desk.tracker.seen(), "PUT", RECONCILED)


def _reconcile(desk: _Desk, count: int) -> None:
    _walk(desk)
    feed_site(desk.engine, desk.redis, desk.settings.sites[SITE], SLOTS, time_source.now())
    wait_synced(desk.engine, count)


def _walk(desk: _Desk) -> int:
    walker = Walker(desk.engine, desk.settings, time_source.now)
    steps = walker.walk(SITE, time_source.now() - timedelta(hours=1), lambda _: None)
    return steps.woken if steps else 0


@contextmanager
def _desk(kind: str, *, running: bool = False) -> Iterator[_Desk]:
    with (
        tempfile.TemporaryDirectory(prefix="dueby-bench-") as name,
        serving(Path(name)) as tracker,
        valkey(Path(name)) as redis,
        database(kind, Path(name)) as url,
    ):
        folder = Path(name)
        environ = configured(folder, tracker.url, redis, free_port(), SLOTS, url)
        engine = prepared(url)
        desk = _Desk(tracker, engine, Redis.from_url(redis), load_settings({**os.environ, **environ}, folder))
        if not running:
            yield desk
            return
        with program(dueby("run"), environ, folder / "run.log"):
            wait_until(lambda: _alive(engine) == SLOTS, 30, "slots to give signs of life")
            yield desk


def _alive(engine: Engine) -> int:
    with reading(engine) as conn:
        return sum(beat.kind == "worker" for beat in latest(conn))
