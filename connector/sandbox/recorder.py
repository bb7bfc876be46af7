"""A receiver of notices on loopback, `json://127.0.0.1:PORT/PATH` to Apprise: it keeps what comes in, or fails so.

Other processes use `GET /_recorder/received?since=NUMBER`, `DELETE /_recorder/received`, and `POST` or `DELETE` on
`/_recorder/faults` (a fault's arguments as in `connector.sandbox.faults.Fault`).
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from connector import time_source
from connector.sandbox.calls import Answer, Call, Request
from connector.sandbox.faults import Faults
from connector.sandbox.listener import Listener

CONTROL = "/_recorder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One notice as it came in; `path` is the address's own, `notices` what the message names for machines.

    `status` is what the recorder answered, 0 where it hung up: a sender may count such a notice as not sent.
    """

    number: int
    at: datetime
    path: str
    title: str
    message: str
    type: str
    notices: tuple[Mapping[str, Any], ...]
    status: int
    body: Mapping[str, Any] = field(repr=False)


class Recorder:
    """What was received, newest last, and the faults put in on purpose; safe to use from many threads."""

    def __init__(self, now: Callable[[], datetime] = time_source.now) -> None:
        self._now, self._lock = now, threading.Lock()
        self._received: list[Received] = []
        self._numbers = 0
        self.stopped = threading.Event()
        self.faults = Faults()
        self.url = "http://127.0.0.1"

    def channel(self, path: str) -> str:
        """Give the Apprise address that ends here under a path of its own."""
        return f"{self.url.replace('http://', 'json://')}/{path}"

    def received(self, path: str | None = None, since: int = 0) -> tuple[Received, ...]:
        """Give what came in with a number above `since`, under one path (`/team`) or under all."""
        with self._lock:
            return tuple(one for one in self._received if one.number > since and path in (None, one.path))

    def clear(self) -> None:
        """Forget everything but the numbering."""
        with self._lock:
            self._received.clear()

    def answer(self, request: Request) -> Answer | None:
        """Answer one request; None hangs up."""
        if request.path.startswith(CONTROL):
            return self._controlled(request)
        given = self._spoilt(request)
        self._keep(request, given.status if given else 0)
        return given

    def _spoilt(self, request: Request) -> Answer | None:
        fault = self.faults.hit(request)
        if refused := self.faults.refuse(request):
            return refused
        if fault is None:
            return Answer(200, {"ok": True})
        self.stopped.wait(fault.delay)
        if fault.drop or self.stopped.is_set():
            return None
        return Answer(fault.status or 200, fault.body, fault.headers)

    def _keep(self, request: Request, status: int) -> None:
        body = _object(request.body)
        named = body.get("dueby")
        notices = named.get("notices", ()) if isinstance(named, dict) else ()
        with self._lock:
            self._numbers += 1
            self._received.append(
                Received(
                    number=self._numbers,
                    at=self._now(),
                    path=request.path,
                    title=str(body.get("title", "")),
                    message=str(body.get("message", "")),
                    type=str(body.get("type", "")),
                    notices=tuple(notices),
                    status=status,
                    body=body,
                )
            )

    def _controlled(self, request: Request) -> Answer:
        match (request.method, request.path.removeprefix(CONTROL)):
            case ("GET", "/received"):
                shown = [asdict(one) | {"at": one.at.isoformat()} for one in self.received(since=_since(request))]
                return Answer(200, {"received": shown})
            case ("DELETE", "/received"):
                self.clear()
            case ("POST", "/faults"):
                self.faults.add(**Call(request, {}, "").json)
            case ("DELETE", "/faults"):
                self.faults.clear()
            case _:
                return Answer(404, {"error": "There is no such endpoint."})
        return Answer(200, {"ok": True})


@contextmanager
def record(port: int = 0, now: Callable[[], datetime] = time_source.now) -> Iterator[Recorder]:
    """Serve a recorder on 127.0.0.1 while the block runs; its `url` is set. Port 0 takes a free one."""
    recorder = Recorder(now)
    listener = Listener(port, recorder.answer)
    recorder.url = f"http://127.0.0.1:{listener.server_address[1]}"
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        recorder.stopped.set()
        listener.stop()
        thread.join()


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body or b"{}")
    except ValueError:
        return {"message": body.decode(errors="replace")}
    return read if isinstance(read, dict) else {}


def _since(request: Request) -> int:
    return int(request.query.get("since", 0))
