"""A small HTTP/1.1 server with kept-alive connections, one thread a connection, on loopback."""

import socket
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from werkzeug.datastructures import MultiDict

from connector import time_source
from connector.sandbox.calls import Answer, Request

Answerer = Callable[[Request], Answer | None]
"""Answers a request; None hangs up without a word."""


class Listener(ThreadingHTTPServer):
    """Listen on 127.0.0.1; `port` 0 takes a free one. Answers are dated by the sandbox's own time."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, answerer: Answerer, now: Callable[[], datetime] = time_source.now) -> None:
        self.answerer, self.now = answerer, now
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, so that stopping also ends the kept-alive ones."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that went away; say everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Stop listening and end every connection."""
        self.shutdown()
        for connection in tuple(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: Listener

    def _serve(self) -> None:
        answer = self.server.answerer(self._read())
        if answer is None:
            self.close_connection = True
            return
        content = answer.encoded()
        self.send_response(answer.status)
        if content:
            self.send_header("Content-Type", "application/json;charset=UTF-8")
        if answer.status != 204:  # noqa: PLR2004  # No Content has no length
            self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _read(self) -> Request:
        target = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        return Request(
            method=self.command,
            path=unquote(target.path),
            query=MultiDict(parse_qsl(target.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(length) if length else b"",
        )

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815  # http.server looks for these names

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # the signature of http.server
        """Give the sandbox's time for the Date header."""
        return format_datetime(self.server.now().astimezone(UTC), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the signature of http.server
        """Stay quiet: the sandbox keeps its own log."""
