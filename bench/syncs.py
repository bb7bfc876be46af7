"""Tickets synced per second with 8 slots against a tracker that answers in 50 ms, beside bare RQ."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from sqlalchemy import Engine, func, select

from bench import rq_peer
from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.places import SITE, configured, dueby, free_port, program, valkey, wait_until
from bench.tracker import DELAY, Tracker, rate, serving
from connector import time_source
from connector.queue import feed_site
from connector.settings import load_settings
from connector.sites import Site
from connector.store.agenda import waiting, wake_all
from connector.store.engine import open_engine, reading, writing
from connector.store.heartbeats import latest
from connector.store.mappings import Applying, save_mappings
from connector.store.tables import agenda
from connector.store.upgrade import upgrade
from connector.trackers.port import Rank
from policies.model import TicketRef

SLOTS = 8
UNMAPPED = "DEV"
COUNT = 400
WARM = 80
PATIENCE = 120
MAPPINGS = """\
mappings:
  - name: hosteur
    site: acme
    match: {project: [SUP]}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2, Medium: 3, Low: 4}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: ['712020:vendor']}}]
"""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a round needs: the tracker, dueby's database and queue, the peer's queue."""

    tracker: Tracker
    engine: Engine
    redis: Redis
    peers: Redis
    site: Site


def measure(engine: str = SQLITE) -> list[Figure]:
    """Sync fresh tickets by turns: ours through the agenda, the peer's as RQ jobs that make the same requests."""
    with tempfile.TemporaryDirectory(prefix="dueby-bench-") as name, _desk(engine, Path(name)) as desk:
        fields = _fields_written(desk)
        _by_peer(desk, WARM, fields)
        pairs = [(_by_dueby(desk, COUNT), _by_peer(desk, COUNT, fields)) for _ in range(ROUNDS)]
    return [
        Figure(
            what=f"tickets synced with {SLOTS} slots",
            unit="/s",
            ours=tuple(ours for ours, _ in pairs),
            peer="bare RQ",
            peers=tuple(peer for _, peer in pairs),
            goal=0.9,
            remark=(
                f"{COUNT} fresh tickets a round; the sandbox Jira holds GET and PUT {DELAY * 1000:.0f} ms each, so "
                f"{SLOTS / DELAY / 2:.0f}/s is the limit; measured at the sandbox; no webhooks"
            ),
        )
    ]


@contextmanager
def _desk(kind: str, folder: Path) -> Iterator[_Desk]:
    with serving(folder) as tracker, valkey(folder) as redis, database(kind, folder) as url:
        environ = configured(folder, tracker.url, redis, free_port(), SLOTS, url)
        engine, site = prepared(url), load_settings(environ, folder).sites[SITE]
        peers = redis.replace("db=0", "db=1")
        peer = [sys.executable, "-m", "bench.rq_peer", peers, str(SLOTS)]
        with program(dueby("run"), environ, folder / "run.log"), program(peer, environ, folder / "peer.log"):
            wait_until(lambda: _alive(engine) == SLOTS, 30, "slots to give signs of life")
            tracker.hold(DELAY)
            yield _Desk(tracker, engine, Redis.from_url(redis), Redis.from_url(peers), site)


def prepared(database_url: str) -> Engine:
    """Make the tables of an empty database, and put the mapping in force."""
    engine = open_engine(database_url)
    upgrade(engine)
    with writing(engine) as conn:
        save_mappings(conn, MAPPINGS, Applying(changed="bench", who="bench", names=("hosteur",)), time_source.now())
    return engine


def wake_fresh(engine: Engine, tracker: Tracker, count: int) -> None:
    """File tickets and put them on the agenda."""
    tickets, now = tracker.create(count), time_source.now()
    tracker.forget()
    with writing(engine) as conn:
        wake_all(conn, [(TicketRef(SITE, ticket), Rank.EVENT, now) for ticket in tickets], "bench")


def wait_synced(engine: Engine, count: int) -> None:
    """Wait until nothing is due and nothing runs. Raise TimeoutError."""
    wait_until(lambda: _all_done(engine), PATIENCE, f"{count} syncs", step=0.2)


def _alive(engine: Engine) -> int:
    with reading(engine) as conn:
        return sum(beat.kind == "worker" for beat in latest(conn))


def _by_dueby(desk: _Desk, count: int) -> float:
    wake_fresh(desk.engine, desk.tracker, count)
    feed_site(desk.engine, desk.redis, desk.site, SLOTS, time_source.now())
    wait_synced(desk.engine, count)
    return rate(desk.tracker.seen(), "PUT", count)


def _all_done(engine: Engine) -> bool:
    with reading(engine) as conn:
        busy = select(func.count()).select_from(agenda).where(agenda.c.busy_until > time_source.now())
        return waiting(conn, SITE, time_source.now()) == 0 and conn.execute(busy).scalar_one() == 0


def _by_peer(desk: _Desk, count: int, fields: dict[str, str]) -> float:
    tickets = desk.tracker.create(count, UNMAPPED)  # else dueby, which walks its projects, would sync them too
    desk.tracker.forget()
    queue = rq_peer.queue_on(desk.peers)
    calls = [
        queue.prepare_data("bench.rq_peer.touch", (f"{desk.tracker.url}/rest/api/2/issue/{ticket}", fields))
        for ticket in tickets
    ]
    queue.enqueue_many(calls)
    wait_until(lambda: queue.count == queue.started_job_registry.count == 0, PATIENCE, f"{count} jobs", step=0.2)
    return rate(desk.tracker.seen(), "PUT", count)


def _fields_written(desk: _Desk) -> dict[str, str]:
    """Sync a few tickets first, so that each slot knows its site, and return what was written to one of them."""
    _by_dueby(desk, WARM)
    body = next(one.body for one in desk.tracker.seen() if one.method == "PUT")
    fields: dict[str, str] = json.loads(body)["fields"]
    return fields
