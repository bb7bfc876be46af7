"""Run dueby beside the demo as an operator would: apply the mappings, `dueby run`, wait until it is ready."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import requests

from worker.demo.desk import WEBHOOK_SECRET
from worker.runner import reachable

_READY_SECONDS = 60.0
_END_SECONDS = 25.0


class DemoError(Exception):
    """Dueby did not come up; the sentence says where to look."""


@contextmanager
def dueby_running(folder: Path, config: Path, mappings: Path, on_call: str) -> Iterator[str]:
    """Run dueby while the block runs, with `on_call` as its channel's address; give its own. Raise DemoError."""
    environ = _environ(folder, config, on_call)
    apply = _command("mappings", "apply", str(mappings))
    applied = subprocess.run(apply, env=environ, capture_output=True, check=False)  # noqa: S603  # our own command
    if applied.returncode != 0:
        raise DemoError(applied.stderr.decode())
    with (folder / "run.log").open("wb") as log:
        running = subprocess.Popen(_command("run"), env=environ, stdout=log, stderr=log, start_new_session=True)  # noqa: S603  # our own command
    try:
        receiver = f"http://127.0.0.1:{environ['PORT']}"
        _wait_ready(receiver, running, folder / "run.log")
        yield receiver
    finally:
        running.terminate()
        try:
            running.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()


def _environ(folder: Path, config: Path, on_call: str) -> Mapping[str, str]:
    """Leave an operator's own settings out: the demo touches nothing but its folder."""
    ours = ("DUEBY_", "DATABASE_URL", "REDIS_URL", "PORT")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    told = {
        "DUEBY_CONFIG": str(config),
        "DUEBY_DATA": str(folder / "data"),
        "DUEBY_WORKERS": "8",
        "PORT": str(_free_port()),
        "DEMO_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "DEMO_ON_CALL_URL": on_call,
    }
    return reachable({**kept, **told})


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "worker.main", *words]


def _wait_ready(receiver: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if requests.get(f"{receiver}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    raise DemoError(f"dueby run did not become ready:\n{log.read_text(errors='replace')[-2000:]}")
