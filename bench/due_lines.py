"""Lines per second of `dueby due --jsonl`, with receipts and readings, the start of the program included."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figure import ROUNDS, Figure
from tests.walk_cases import seeded_cases

COUNT = 10_000
COMMAND = [sys.executable, "-m", "worker.main", "due", "--jsonl"]


def measure() -> list[Figure]:
    """Run the command over the tests' seeded cases: every policy, plan, level and reading, 22 zones, 26 years."""
    with tempfile.TemporaryDirectory(prefix="dueby-bench-") as folder:
        asked, answered = Path(folder, "asked.jsonl"), Path(folder, "answered.jsonl")
        asked.write_text("".join(f"{json.dumps(case)}\n" for case in seeded_cases(COUNT)), encoding="utf-8")
        rates = tuple(_rate(asked, answered) for _ in range(ROUNDS))
        size = answered.stat().st_size // COUNT
    return [
        Figure(
            what="`dueby due --jsonl`, receipts and readings",
            unit="lines/s",
            ours=rates,
            goal=3000.0,
            remark=f"{COUNT} different cases in one run, the program's start included; {size} bytes a line on average",
        )
    ]


def _rate(asked: Path, answered: Path) -> float:
    began = time.perf_counter()
    with asked.open("rb") as source, answered.open("wb") as sink:
        subprocess.run(COMMAND, stdin=source, stdout=sink, check=True)
    seconds = time.perf_counter() - began
    with answered.open("rb") as sink:
        lines = [json.loads(line) for line in sink]
    if len(lines) != COUNT or any("receipt" not in line for line in lines):
        raise ValueError(f"not every line was answered with a receipt: {len(lines)} lines of {COUNT}")
    return COUNT / seconds
