"""The real server on loopback: gunicorn, a database in a file, a Redis that is away, bodies sent in chunks."""

import hashlib
import hmac
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from connector.store.engine import open_engine
from connector.store.upgrade import upgrade

ISSUE = b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "OKTA-1"}}'
CONFIG = """
sites:
  acme:
    tracker: jira
    url: https://acme.example
    deployment: cloud
    auth: {bearer: x}
    webhook_secret: jira-hook-secret
"""
SERVE = """
import os, pathlib
from connector.settings import load_settings
from connector.web.server import serve
serve(load_settings(os.environ, pathlib.Path.cwd()))
"""


@dataclass(frozen=True, slots=True)
class Served:
    """A web that runs."""

    port: int
    pid: int
    log: Path

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Post a body, in chunks where it is an iterator."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", path, body, headers or {})  # type: ignore[arg-type]  # http.client takes iterators
            answer: HTTPResponse = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a configured folder."""
    made = tmp_path_factory.mktemp("served")
    (made / "dueby.yaml").write_text(CONFIG, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    """Run the web in processes of its own, on a free port."""
    engine = open_engine(f"sqlite:///{folder}/dueby.db")
    upgrade(engine)
    engine.dispose()
    port, log = free_port(), folder / "web.log"
    environ = {
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    with (
        log.open("wb") as out,
        subprocess.Popen(  # noqa: S603  # our own server
            [sys.executable, "-c", SERVE], cwd=folder, env=environ, stdout=out, stderr=out
        ) as process,
    ):
        running = Served(port, process.pid, log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                running.post("/healthz", b"")
                break
            except OSError:
                time.sleep(0.1)
        yield running
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0


def signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature": "sha256=" + hmac.new(b"jira-hook-secret", body, hashlib.sha256).hexdigest()}


def test_redis_away_is_still_202(served: Served) -> None:
    for _ in range(5):
        assert served.post("/webhooks/jira/acme", ISSUE, signed(ISSUE)) == (202, b'{"status": "accepted"}')


def test_a_body_in_chunks_is_accepted(served: Served) -> None:
    parts = iter([ISSUE[:10], ISSUE[10:]])
    assert served.post("/webhooks/jira/acme", parts, signed(ISSUE))[0] == 202


def test_11_mib_in_chunks_is_413(served: Served) -> None:
    assert served.post("/webhooks/jira/acme", iter([b"x" * 1024 * 1024] * 11))[0] == 413


@pytest.mark.parametrize(("site", "expected"), [("acme", 413), ("nobody", 404)])
def test_who_sends_11_mib_at_once_sees_the_answer(served: Served, site: str, expected: int) -> None:
    assert served.post(f"/webhooks/jira/{site}", b"x" * 11 * 1024 * 1024)[0] == expected


def test_a_body_that_is_badly_chunked_or_cut_off_is_no_500(served: Served) -> None:
    for body in (b"5\r\nhell\r\n", b"zz\r\nhello\r\n0\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as raw:
            raw.sendall(b"POST /webhooks/jira/acme HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
            raw.shutdown(socket.SHUT_WR)
            assert raw.recv(65536)[9:12] in {b"400", b""}


def test_the_url_with_a_secret_stands_in_no_log(served: Served) -> None:
    assert served.post("/webhooks/jira/acme?secret=jira-hook-secret", ISSUE)[0] == 202
    assert served.post("/webhooks/jira/acme?secret=mistyped-secret", ISSUE)[0] == 401
    time.sleep(0.2)
    log = served.log.read_text(encoding="utf-8")
    assert "webhook" in log
    assert "-secret" not in log


def test_it_is_ready_while_redis_and_workers_are_away(served: Served) -> None:
    connection = HTTPConnection("127.0.0.1", served.port, timeout=20)
    connection.request("GET", "/readyz")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (
        200,
        b'{"missing":["redis","workers","notifier","timekeeper"],"status":"ready"}\n',
    )
    connection.close()
