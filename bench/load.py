"""A lean HTTP client: kept-alive connections in one thread on epoll, so that the server is what is measured."""

import select
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

_PATIENCE = 30.0
_CHUNK = 65_536
_END_OF_HEAD = b"\r\n\r\n"


@dataclass(slots=True)
class Outcome:
    """What came back: statuses, how long each took (seconds, from when it was due to be sent), and the whole time."""

    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Return requests a second."""
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the wait that this share of requests did not exceed, in seconds."""
        return sorted(self.waits)[min(int(len(self.waits) * share), len(self.waits) - 1)]

    def refused(self, expected: int) -> int:
        """Count the answers of another status."""
        return sum(count for status, count in self.statuses.items() if status != expected)


def send_all(port: int, requests: Sequence[bytes], connections: int, rate: float | None = None) -> Outcome:
    """Send requests over that many connections, each next one as soon as one is free.

    With a rate they fall due evenly, and the wait for a free connection counts as theirs. Raise ConnectionError where
    the server hangs up, TimeoutError where it falls silent.
    """
    with _opened(port, connections) as sockets, select.epoll() as poll:
        for number in sockets:
            poll.register(number, select.EPOLLIN)
        return _Client(sockets, poll, requests, rate).run()


class _Client:
    def __init__(
        self, sockets: dict[int, socket.socket], poll: select.epoll, requests: Sequence[bytes], rate: float | None
    ) -> None:
        self._sockets, self._poll, self._requests = sockets, poll, requests
        self._step = 1 / rate if rate else 0.0
        self._free = deque(sockets)
        self._due: dict[int, float] = {}
        self._next = 0
        self._outcome = Outcome()

    def run(self) -> Outcome:
        began = time.perf_counter()
        while len(self._outcome.waits) < len(self._requests):
            self._send_due(began)
            events = self._poll.poll(self._rest(began))
            if not events and not self._step:
                raise TimeoutError(f"no answer for {_PATIENCE:.0f} s")
            for number, _ in events:
                self._receive(number)
        self._outcome.seconds = time.perf_counter() - began
        return self._outcome

    def _send_due(self, began: float) -> None:
        while self._free and self._next < len(self._requests):
            now = time.perf_counter()
            due = began + self._next * self._step if self._step else now
            if due > now:
                return
            number = self._free.popleft()
            self._due[number] = due
            self._sockets[number].sendall(self._requests[self._next])
            self._next += 1

    def _rest(self, began: float) -> float:
        if self._step and self._free and self._next < len(self._requests):
            return max(0.0, began + self._next * self._step - time.perf_counter())
        return _PATIENCE

    def _receive(self, number: int) -> None:
        status = _answered(self._sockets[number])
        self._outcome.waits.append(time.perf_counter() - self._due.pop(number))
        self._outcome.statuses[status] += 1
        self._free.append(number)


@contextmanager
def _opened(port: int, connections: int) -> Iterator[dict[int, socket.socket]]:
    with ExitStack() as stack:
        opened = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE))
            for _ in range(connections)
        ]
        for one in opened:
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield {one.fileno(): one for one in opened}


def _answered(connection: socket.socket) -> int:
    """Read one whole answer and give its status."""
    received = connection.recv(_CHUNK)
    while not _whole(received):
        more = connection.recv(_CHUNK)
        if not more:
            raise ConnectionError(f"the server hung up after {received!r}")
        received += more
    return int(received[9:12])


def _whole(received: bytes) -> bool:
    head, end, body = received.partition(_END_OF_HEAD)
    if not end:
        return False
    name = head.lower().find(b"content-length:")
    length = int(head[name + 15 :].split(b"\r\n", 1)[0]) if name >= 0 else 0
    return len(body) >= length
