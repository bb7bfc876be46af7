"""Faults put in on purpose: wrong answers, delays, hang-ups and rate limits, each for a chosen share of requests."""

import math
import random
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from connector.sandbox.calls import Answer, Request


@dataclass(kw_only=True)
class Fault:
    """What goes wrong for requests of `method` (None: any) whose path matches `path` (a regular expression).

    The first `skip` matching requests pass, then `times` are hit (None: all), each with probability `share`. `delay`
    holds the request that many seconds; `status` answers in the tracker's stead (None: the real answer follows);
    `drop` hangs up without an answer. `moment` "after" lets the request take effect first.
    """

    method: str | None = None
    path: str = ""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    times: int | None = 1
    skip: int = 0
    share: float = 1.0
    delay: float = 0.0
    drop: bool = False
    moment: Literal["before", "after"] = "before"
    hits: int = 0

    def hits_request(self, request: Request, dice: random.Random) -> bool:
        """Say whether this request is hit, and count it."""
        if not _fits(self.method, self.path, request) or self.times == 0 or dice.random() >= self.share:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times = self.times if self.times is None else self.times - 1
        self.hits += 1
        return True


@dataclass(kw_only=True)
class Limit:
    """At most `allow` requests in any `seconds`; the rest get 429 with Retry-After.

    Where `path` has a group, each of its values has a limit of its own (a limit a ticket).
    """

    method: str | None = None
    path: str = ""
    allow: int
    seconds: float
    headers: Mapping[str, str] = field(default_factory=dict)
    hits: int = 0
    _seen: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque), repr=False)

    def refusal(self, request: Request) -> Answer | None:
        """Count a request; answer it where it is one too many."""
        found = _fits(self.method, self.path, request)
        if not found:
            return None
        seen, now = self._seen[found.group(1) if found.groups() else ""], time.monotonic()
        while seen and seen[0] <= now - self.seconds:
            seen.popleft()
        if len(seen) < self.allow:
            seen.append(now)
            return None
        self.hits += 1
        wait = max(1, math.ceil(seen[0] + self.seconds - now))
        return Answer(429, headers={"Retry-After": str(wait), **self.headers})


def _fits(method: str | None, path: str, request: Request) -> re.Match[str] | None:
    return re.search(path, request.path) if method in (None, request.method) else None


class Faults:
    """The faults and limits in force; the first fault that fits a request hits it."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self.faults: list[Fault] = []
        self.limits: list[Limit] = []

    def add(self, **wanted: Any) -> Fault:
        """Put in a fault; arguments as in `Fault`."""
        fault = Fault(**wanted)
        with self._lock:
            self.faults.append(fault)
        return fault

    def limit(self, **wanted: Any) -> Limit:
        """Put in a rate limit; arguments as in `Limit`."""
        limit = Limit(**wanted)
        with self._lock:
            self.limits.append(limit)
        return limit

    def clear(self) -> None:
        """Take everything out again."""
        with self._lock:
            self.faults.clear()
            self.limits.clear()

    def hit(self, request: Request) -> Fault | None:
        """Find the fault that hits this request."""
        with self._lock:
            return next((fault for fault in self.faults if fault.hits_request(request, self._dice)), None)

    def refuse(self, request: Request) -> Answer | None:
        """Count this request under every limit; answer it where one is used up."""
        with self._lock:
            return next((refused for limit in self.limits if (refused := limit.refusal(request))), None)
