"""Where measurements run: programs, a Valkey and a dueby on loopback, each ended with its block."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from worker.embedded import embedded_in
from worker.runner import start_valkey

SECRET = "bench-webhook-secret"  # noqa: S105  # between the bench and dueby on loopback
SITE = "acme"
DUE, STATE, SUMMARY = "customfield_10100", "customfield_10101", "customfield_10102"
_CONFIG = """\
sites:
  {site}:
    tracker: jira
    deployment: cloud
    url: {url}
    auth: {{user: bot@acme.example, token: sandbox-token}}
    webhook_secret: {secret}
    fields: {{due_at: {due}, state: {state}, summary: {summary}}}
"""
_OURS = ("DUEBY_", "DATABASE_URL", "REDIS_URL", "PORT")


def configured(  # noqa: PLR0913, PLR0917  # all that an environment holds
    folder: Path, tracker: str, redis: str, port: int, slots: int, database: str
) -> dict[str, str]:
    """Write dueby.yaml for one site at `tracker`, and return an environment that names it."""
    config = folder / "dueby.yaml"
    told = _CONFIG.format(site=SITE, url=tracker, secret=SECRET, due=DUE, state=STATE, summary=SUMMARY)
    config.write_text(told, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    ours = {"DUEBY_CONFIG": str(config), "PORT": str(port), "DUEBY_WORKERS": str(slots), "DATABASE_URL": database}
    return {**kept, **ours, **({"REDIS_URL": redis} if redis else {})}


def dueby(*words: str) -> list[str]:
    """Return the command line of dueby as it is installed here."""
    return [sys.executable, "-m", "worker.main", *words]


@contextmanager
def program(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program while the block runs; what it says goes into `log`."""
    with log.open("wb") as said:
        running = subprocess.Popen(command, env=dict(environ), stdout=said, stderr=said, start_new_session=True)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(25)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """Run a Valkey as dueby embeds it; give its address."""
    embedded = embedded_in(folder / "valkey")
    child = start_valkey(embedded, os.environ)
    try:
        yield embedded.url
    finally:
        child.signal(signal.SIGTERM)
        if child.program is not None:
            child.program.wait(10)
        os.close(embedded.lock)


def wait_until(true: Callable[[], object], seconds: float, what: str, step: float = 0.05) -> None:
    """Wait for something to come true. Raise TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(step)


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
