"""A whole dueby on loopback: a sandbox Jira, `dueby run` as its own process, mappings applied, webhooks registered."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import Engine, text

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.store.engine import open_engine, reading

DUE, STATE, SUMMARY = "customfield_10100", "customfield_10101", "customfield_10102"
CONFIG = """\
sites:
  acme:
    tracker: jira
    deployment: cloud
    url: {url}
    auth: {{user: bot@acme.example, token: sandbox-token}}
    webhook_secret: a secret
    timezone: Europe/Paris
    fields: {{due_at: {due}, state: {state}, summary: {summary}}}
"""
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
class Stage:
    """What a test does with it."""

    sandbox: JiraSandbox
    folder: Path
    url: str
    environ: Mapping[str, str]
    run: "subprocess.Popen[bytes]"

    @property
    def engine(self) -> Engine:
        return open_engine(self.environ["DATABASE_URL"])

    def dueby(self, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "worker.main", *words]
        return subprocess.run(  # noqa: S603  # our own command
            command, env=self.environ, check=False, capture_output=True, text=True, timeout=60
        )

    def apply(self, mappings: str = MAPPINGS) -> None:
        file = self.folder / "mappings.yaml"
        file.write_text(mappings, encoding="utf-8")
        done = self.dueby("mappings", "apply", str(file))
        assert done.returncode == 0, done.stderr

    def listen(self, **options: Any) -> None:
        self.sandbox.webhook(f"{self.url}/webhooks/jira/acme", secret="a secret", **options)

    def shown(self, ticket: str) -> tuple[Any, Any, Any]:
        fields = self.sandbox.ticket(ticket)["fields"]
        return fields.get(DUE), fields.get(STATE), fields.get(SUMMARY)

    def children(self, name: str) -> list[psutil.Process]:
        """Return the processes whose command line holds a name, the outermost first."""
        found = psutil.Process(self.run.pid).children(recursive=True)
        return [one for one in found if name in _command(one)]

    def rows(self, statement: str) -> list[Any]:
        with reading(self.engine) as conn:
            return list(conn.execute(text(statement)).all())

    def log(self) -> list[dict[str, Any]]:
        lines = (self.folder / "run.log").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def wait_until(true: Callable[[], object], seconds: float, what: str) -> float:
    """Wait for something to come true; return how many seconds it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def free_port() -> int:
    """Return a free port below those that the system gives to outgoing connections: it stays free."""
    while True:
        port = random.randrange(20000, 32000)  # noqa: S311  # no secret
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wrong(stage: Stage, filed: Mapping[str, datetime]) -> list[str]:
    """Name the tickets whose fields do not show that their answer is due then."""
    return [ticket for ticket, due in filed.items() if _shown_due(stage, ticket) != due]


def _shown_due(stage: Stage, ticket: str) -> datetime | None:
    due, state, _ = stage.shown(ticket)
    return datetime.strptime(due, "%Y-%m-%dT%H:%M:%S.%f%z") if due and state == "running" else None


@contextmanager
def staged(folder: Path, config: str = CONFIG, **environ: str) -> Iterator[Stage]:
    """Serve a sandbox and run dueby beside it; end both, however the test went."""
    with serve(JiraSandbox()) as sandbox:
        (folder / "dueby.yaml").write_text(
            config.format(url=sandbox.url, due=DUE, state=STATE, summary=SUMMARY), encoding="utf-8"
        )
        port = free_port()
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("DUEBY_", "REDIS_"))}
        told = {
            **plain,
            "DUEBY_CONFIG": str(folder / "dueby.yaml"),
            "DATABASE_URL": f"sqlite:///{folder}/dueby.db",
            "PORT": str(port),
            "DUEBY_WORKERS": "2",
            **environ,
        }
        url = f"http://127.0.0.1:{port}"
        with (folder / "run.log").open("wb") as log:
            command = [sys.executable, "-m", "worker.main", "run"]
            run = subprocess.Popen(command, env=told, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603  # the same
        try:
            wait_until(lambda: _ready(url) or run.poll() is not None, 20, "readyz")
            assert run.poll() is None, (folder / "run.log").read_text(encoding="utf-8")
            yield Stage(sandbox, folder, url, told, run)
        finally:
            if run.poll() is None:
                run.send_signal(signal.SIGTERM)
            run.wait(timeout=25)
            open_engine(told["DATABASE_URL"]).dispose()


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=2).ok
    except requests.RequestException:
        return False
