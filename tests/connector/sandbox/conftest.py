"""Sandboxes being served, sessions that may come in, and a recorder that takes webhooks."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox


@dataclass
class Recorder:
    """What a webhook's receiver got; `answers` are the statuses and headers of the next ones (then 202)."""

    url: str = ""
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def bodies(self) -> list[Any]:
        return [json.loads(body) for _, body in self.got]

    def headers(self, name: str) -> list[str | None]:
        return [headers.get(name) for headers, _ in self.got]


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    record = Recorder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            record.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status, headers = record.answers.pop(0) if record.answers else (202, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        record.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield record
        server.shutdown()
        thread.join()


@pytest.fixture
def cloud() -> Iterator[JiraSandbox]:
    with serve(JiraSandbox("cloud", timezone="Europe/Paris")) as site:
        yield site


@pytest.fixture
def datacenter() -> Iterator[JiraSandbox]:
    with serve(JiraSandbox("datacenter")) as site:
        yield site


@pytest.fixture
def zendesk() -> Iterator[ZendeskSandbox]:
    with serve(ZendeskSandbox()) as site:
        yield site


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session that each sandbox lets in: Cloud by basic, Data Center by bearer, Zendesk by its legacy token."""
    with requests.Session() as opened:
        opened.auth = _Credentials()
        yield opened


class _Credentials(requests.auth.AuthBase):
    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        user = "bot@acme.example/token" if request.path_url.startswith("/api/v2") else "bot@acme.example"
        given = base64.b64encode(f"{user}:sandbox-token".encode()).decode()
        request.headers["Authorization"] = f"Basic {given}"
        return request
