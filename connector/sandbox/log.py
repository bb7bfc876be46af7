"""What a sandbox remembers: the requests it got and the field writes it accepted."""

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 50_000
"""How many requests and how many writes are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One request as it was answered; `status` 0 where the sandbox hung up. Headers are not kept: they hold secrets."""

    number: int
    at: datetime
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: str
    by: str
    status: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWrite:
    """One field of one accepted write, as the tracker shows it before and after."""

    field: str
    before: Any
    after: Any

    @property
    def equal(self) -> bool:
        """Say that the write changed nothing."""
        return bool(self.before == self.after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One accepted request that set fields of a ticket; `equal` where not one of them changed."""

    number: int
    at: datetime
    ticket: str
    by: str
    fields: tuple[FieldWrite, ...]

    @property
    def equal(self) -> bool:
        """Say that every field of the write held the value already."""
        return all(field.equal for field in self.fields)


class Log:
    """Requests and writes, newest last, safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[Seen] = deque(maxlen=KEPT)
        self._writes: deque[Write] = deque(maxlen=KEPT)
        self._counts: Counter[str] = Counter()
        self._numbers = 0

    def note_request(self, **seen: Any) -> None:
        """Remember one request; arguments as in `Seen`, without its number."""
        with self._lock:
            self._numbers += 1
            self._seen.append(Seen(number=self._numbers, **seen))
            self._counts[f"{seen['method']} {seen['status']}"] += 1

    def note_write(self, at: datetime, ticket: str, by: str, fields: Mapping[str, tuple[Any, Any]]) -> None:
        """Remember one accepted write of fields, given as before and after."""
        with self._lock:
            self._numbers += 1
            written = tuple(FieldWrite(field=name, before=old, after=new) for name, (old, new) in fields.items())
            self._writes.append(Write(number=self._numbers, at=at, ticket=ticket, by=by, fields=written))

    def requests(self, since: int = 0) -> tuple[Seen, ...]:
        """Give the requests with a number above `since`."""
        with self._lock:
            return tuple(seen for seen in self._seen if seen.number > since)

    def writes(self, since: int = 0, ticket: str | None = None, by: str | None = None) -> tuple[Write, ...]:
        """Give the writes with a number above `since`, of one ticket, by one account."""
        with self._lock:
            return tuple(
                write
                for write in self._writes
                if write.number > since and ticket in (None, write.ticket) and by in (None, write.by)
            )

    def counts(self) -> dict[str, int]:
        """Count the requests by method and status: `{"GET 200": 12}`."""
        with self._lock:
            return dict(self._counts)

    def clear(self) -> None:
        """Forget everything but the numbering."""
        with self._lock:
            self._seen.clear()
            self._writes.clear()
            self._counts.clear()
