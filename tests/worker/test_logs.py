import json
import subprocess
import sys
from pathlib import Path

import pytest

TALK = """
import logging, sys
import structlog
from worker.logs import configure_logs
configure_logs("web")
for number in range(1000):
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(structlog.get_logger("dueby"), level)("said", number=number)
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("dueby").exception("broke")
logging.getLogger("a library").warning("said")
print("went on", file=sys.stderr)
"""


def _talked(out: int) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603  # our own words
        [sys.executable, "-c", TALK], stdout=out, stderr=subprocess.PIPE, check=False, timeout=30
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_on_a_full_disk_stops_nobody() -> None:
    with Path("/dev/full").open("wb") as full:
        talked = _talked(full.fileno())
    assert b"went on" in talked.stderr


def test_each_line_is_json_and_names_its_process() -> None:
    talked = _talked(subprocess.PIPE)
    lines = [json.loads(line) for line in talked.stdout.splitlines()]
    assert talked.returncode == 0
    assert len(lines) == 4002, "all but the debugging"
    assert {line["process"] for line in lines[:-1]} == {"web"}
    assert "ZeroDivisionError" in lines[4000]["exception"]
