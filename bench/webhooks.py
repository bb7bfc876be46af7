"""Webhooks accepted per second on 32 connections, beside a Flask view that only answers 202 on the same server."""

import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.hooks import SIZE, webhooks
from bench.load import Outcome, send_all
from bench.places import configured, free_port, program, valkey, wait_until
from connector.store.engine import open_engine
from connector.store.upgrade import upgrade

CONNECTIONS = 32
COUNT = 3_000
WARM = 500
SETTINGS = ((1, 4), (1, 8), (2, 4), (2, 8), (2, 16), (4, 8))
"""Workers and threads of which the peer's best is taken."""
CALM_SECONDS = 4.0
SLOTS = 8
ACCEPTED = 202


@dataclass(frozen=True, slots=True)
class _Place:
    folder: Path
    redis: str
    database: str


def measure(engine: str = SQLITE) -> list[Figure]:
    """Find the peer's best setting, then measure both under it by turns, then ours at half its rate."""
    with (
        tempfile.TemporaryDirectory(prefix="dueby-bench-") as name,
        valkey(Path(name)) as redis,
        database(engine, Path(name)) as url,
    ):
        place = _Place(Path(name), redis, url)
        upgrade(open_engine(url))
        tried = {setting: _best_of_peer(place, setting) for setting in SETTINGS}
        best = max(tried, key=lambda setting: tried[setting])
        with _serving(place, "dueby", best) as ours, _serving(place, "peer", best) as peer:
            pairs = [(_flood(ours), _flood(peer)) for _ in range(ROUNDS)]
            half = median(outcome.rate for outcome, _ in pairs) / 2
            calm = [send_all(ours, webhooks(int(half * CALM_SECONDS)), CONNECTIONS, half) for _ in range(ROUNDS)]
    return _figures(pairs, calm, half, tried, best)


def _figures(
    pairs: list[tuple[Outcome, Outcome]],
    calm: list[Outcome],
    half: float,
    tried: dict[tuple[int, int], float],
    best: tuple[int, int],
) -> list[Figure]:
    told = ", ".join(f"{workers} x {threads}: {rate:.0f}" for (workers, threads), rate in tried.items())
    refused = sum(outcome.refused(ACCEPTED) for outcome in (*(ours for ours, _ in pairs), *calm))
    setting = f"{best[0]} workers of {best[1]} threads"
    return [
        Figure(
            what=f"webhooks of {SIZE} bytes accepted on {CONNECTIONS} connections",
            unit="/s",
            ours=tuple(ours.rate for ours, _ in pairs),
            peer="a Flask view that only answers 202",
            peers=tuple(peer.rate for _, peer in pairs),
            goal=0.35,
            remark=f"gunicorn gthread, {setting}, the peer's best of (workers x threads: requests/s) {told}",
        ),
        Figure(what="webhooks not accepted, in all rounds", unit="", ours=(float(refused),), goal=0.0, at_most=True),
        Figure(
            what=f"99th percentile at half that rate ({half:.0f}/s)",
            unit="ms",
            ours=tuple(outcome.percentile(0.99) * 1000 for outcome in calm),
            goal=50.0,
            at_most=True,
            remark="from the instant at which a webhook falls due to be sent to the end of its answer",
        ),
    ]


def _best_of_peer(place: _Place, setting: tuple[int, int]) -> float:
    with _serving(place, "peer", setting) as port:
        return max(_flood(port).rate for _ in range(2))


def _flood(port: int) -> Outcome:
    return send_all(port, webhooks(COUNT), CONNECTIONS)


@contextmanager
def _serving(place: _Place, which: str, setting: tuple[int, int]) -> Iterator[int]:
    port = free_port()
    environ = configured(place.folder, "http://127.0.0.1:1", place.redis, port, SLOTS, place.database)
    words = [sys.executable, "-m", "bench.web_server", which, str(port), *map(str, setting)]
    with program(words, environ, place.folder / f"{which}.log"):
        wait_until(lambda: _listens(port), 30, f"{which} on port {port}")
        time.sleep(0.5)  # each worker opens the port by itself
        send_all(port, webhooks(WARM), CONNECTIONS)
        yield port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
