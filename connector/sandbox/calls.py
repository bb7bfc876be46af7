"""What goes through a sandbox's door: one request, its answer, and a refusal as an exception."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came in; header names are lower case."""

    method: str
    path: str
    query: MultiDict[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer; a body that is no bytes is sent as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Give the body's bytes."""
        if self.body is None:
            return b""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class RefusedError(Exception):
    """A request that the tracker refuses; `answer` is what it says."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__(str(answer.status))


@dataclass(frozen=True)
class Call:
    """A request that found its view: the parts of its path and who sent it (an account's handle)."""

    request: Request
    parts: Mapping[str, Any]
    by: str

    @cached_property
    def json(self) -> dict[str, Any]:
        """Give the body as a JSON object; raise ValueError for anything else."""
        body = json.loads(self.request.body or b"{}")
        if not isinstance(body, dict):
            raise ValueError("a JSON object was expected")  # noqa: TRY004  # one error for every unreadable body
        return body

    def number(self, name: str, default: int) -> int:
        """Give a query argument as a whole number."""
        return int(self.request.query.get(name, default))

    def names(self, name: str) -> tuple[str, ...]:
        """Give a query argument that is a list: repeated, or separated by commas."""
        return tuple(part for text in self.request.query.getlist(name) for part in text.split(",") if part)


View = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. `open` ones need no credentials."""

    method: str
    rule: str
    view: View
    open: bool = False
