"""Run dueby at half load for a while, and weigh it before and after: `python bench/soak.py [--minutes 15]`."""

import socket
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import psutil
from sqlalchemy import Engine, func, select

from bench.databases import ENGINES, SQLITE, database
from bench.machine import load, today
from bench.memory import weights_of
from bench.places import SECRET, SITE, configured, dueby, free_port, program, wait_until
from bench.report import write_soak
from bench.syncs import SLOTS, prepared, wait_synced
from bench.tracker import DELAY, Tracker, serving
from connector import time_source
from connector.store.agenda import waiting
from connector.store.engine import reading
from connector.store.tables import failures, tickets

RATE = round(SLOTS / (3 * DELAY) / 2)
"""New tickets a second: each is fetched and written, and fetched once more for the webhook of the write."""

WARM_SECONDS = 30
_MOST_GROWTH = 0.1


@dataclass(frozen=True, slots=True)
class _Soak:
    tracker: Tracker
    engine: Engine
    run: psutil.Process

    def weigh(self) -> dict[str, float]:
        """Return the memory of each kind of process, in MiB (PSS): all slots together, and so on."""
        return {kind: sum(weight.shares) for kind, weight in weights_of(self.run).items()}

    def waiting(self) -> int:
        with reading(self.engine) as conn:
            return waiting(conn, SITE, time_source.now())


@click.command()
@click.option("--minutes", default=15.0, show_default=True)
@click.option("--engine", "kind", type=click.Choice(ENGINES), default=SQLITE, show_default=True)
def main(minutes: float, kind: str) -> None:
    """Soak for MINUTES; a run of at least ten is written into RESULTS.md. Exit 1 where memory grew or work was left."""
    began = f"{today()}, load {load()} before"
    with (
        tempfile.TemporaryDirectory(prefix="dueby-bench-") as name,
        serving(Path(name)) as tracker,
        database(kind, Path(name)) as url,
    ):
        folder, port = Path(name), free_port()
        environ = configured(folder, tracker.url, "", port, SLOTS, url)
        engine = prepared(url)
        with program(dueby("run"), environ, folder / "run.log") as run:
            wait_until(lambda: _listens(port), 30, "dueby to listen")
            tracker.listen(f"http://127.0.0.1:{port}/webhooks/jira/{SITE}", SECRET)
            tracker.hold(DELAY)
            lines, good = _soaked(_Soak(tracker, engine, psutil.Process(run.pid)), minutes * 60)
    told = [f"{minutes:g} minutes at {RATE} new tickets a second, {SLOTS} slots, {kind}; {began}.", "", *lines]
    print("\n".join(told))
    if minutes >= 10:
        write_soak(kind, told)
    raise SystemExit(not good)


def _soaked(soak: _Soak, seconds: float) -> tuple[list[str], bool]:
    filed = _load(soak, WARM_SECONDS)
    before, waits = soak.weigh(), [soak.waiting()]
    for _ in range(4):
        filed += _load(soak, seconds / 4)
        waits.append(soak.waiting())
        print(f"{sum(soak.weigh().values()):.0f} MiB, {waits[-1]} waiting")
    after = soak.weigh()
    wait_synced(soak.engine, filed)
    synced, failed = _outcome(soak.engine)
    growth = sum(after.values()) / sum(before.values()) - 1
    lines = [*_table(before, after), "", f"- grown by {growth:.1%} altogether; at most {_MOST_GROWTH:.0%} is to be"]
    lines += [
        f"- {synced} of {filed} tickets right at the end, {failed} failures; {median(waits):.0f} waiting (median)"
    ]
    return lines, growth <= _MOST_GROWTH and (synced, failed) == (filed, 0)


def _load(soak: _Soak, seconds: float) -> int:
    """File tickets evenly; return how many."""
    began, filed = time.monotonic(), 0
    while (passed := time.monotonic() - began) < seconds:
        if filed < passed * RATE:
            soak.tracker.create(1)
            filed += 1
        else:
            time.sleep(0.005)
    soak.tracker.forget()
    return filed


def _outcome(engine: Engine) -> tuple[int, int]:
    with reading(engine) as conn:
        running = select(func.count()).select_from(tickets).where(tickets.c.state == "running")
        return conn.execute(running).scalar_one(), conn.execute(select(func.count()).select_from(failures)).scalar_one()


def _table(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    rows = [f"| {kind} | {before[kind]:.1f} MiB | {after.get(kind, 0):.1f} MiB |" for kind in before]
    whole = f"| all together | {sum(before.values()):.0f} MiB | {sum(after.values()):.0f} MiB |"
    return ["| memory (PSS) | before | after |", "|--|--|--|", *rows, whole]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    main()
