"""Memory of each process of `dueby run` at work: what is its own, and its share of what is shared."""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.places import configured, dueby, free_port, program
from bench.syncs import prepared, wait_synced, wake_fresh
from bench.tracker import serving

SLOTS = 4
SYNCED = 100
_MIB = 1024 * 1024
_PARTS = {
    "worker.main web": ("web, the parent", "web, each of its processes"),
    "worker.main worker": ("worker, the parent", "worker, each slot"),
    "worker.main timekeeper": ("timekeeper", ""),
    "worker.main notifier": ("notifier", ""),
    "worker.main run": ("run, which starts the others", ""),
    "valkey-server": ("valkey", ""),
}


@dataclass(slots=True)
class Weight:
    """Sizes of one kind of process, in MiB: its share of all memory it uses (PSS), and what is its alone (USS)."""

    shares: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)


def measure(engine: str = SQLITE) -> list[Figure]:
    """Start `dueby run` anew for each round, sync some tickets, and weigh what runs then."""
    rounds = [_round(engine) for _ in range(ROUNDS)]
    kinds = [name for names in _PARTS.values() for name in names if name in rounds[0]]
    figures = [
        Figure(
            what=f"memory, {kind}",
            unit="MiB",
            ours=tuple(median(weights[kind].shares) for weights in rounds),
            remark=f"PSS; {median(median(weights[kind].own) for weights in rounds):.1f} MiB are its own (USS)",
        )
        for kind in kinds
    ]
    whole = tuple(sum(sum(weight.shares) for weight in weights.values()) for weights in rounds)
    return [*figures, Figure(what=f"memory, all together with {SLOTS} slots", unit="MiB", ours=whole, remark="PSS")]


def _round(kind: str) -> dict[str, Weight]:
    with (
        tempfile.TemporaryDirectory(prefix="dueby-bench-") as name,
        serving(Path(name)) as tracker,
        database(kind, Path(name)) as url,
    ):
        folder = Path(name)
        environ = configured(folder, tracker.url, "", free_port(), SLOTS, url)
        engine = prepared(url)
        with program(dueby("run"), environ, folder / "run.log") as run:
            wake_fresh(engine, tracker, SYNCED)
            wait_synced(engine, SYNCED)
            weights = weights_of(psutil.Process(run.pid))
    return weights


def weights_of(run: psutil.Process) -> dict[str, Weight]:
    """Weigh a `dueby run` and all its processes, by kind."""
    found: dict[str, Weight] = defaultdict(Weight)
    for process in [run, *run.children(recursive=True)]:
        size = process.memory_full_info()
        weight = found[_kind(process)]
        weight.shares.append(size.pss / _MIB)
        weight.own.append(size.uss / _MIB)
    return found


def _kind(process: psutil.Process) -> str:
    """Tell parents from the processes that they forked: these carry the same command line."""
    mine, above = _part(process), _part(process.parent())
    parent, forked = _PARTS[mine]
    return forked if mine == above else parent


def _part(process: psutil.Process | None) -> str:
    line = " ".join(process.cmdline()) if process else ""
    return next((part for part in _PARTS if part in line), "")
