"""The shipped sandbox Jira as a process of its own, which holds each request for 50 ms; and what it saw."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from bench.places import program, wait_until

DELAY = 0.05
_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that the tracker answered: when it was answered, what it was, how long it took."""

    at: datetime
    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: str
    status: int
    took: timedelta


class Tracker:
    """The sandbox's own endpoints, over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False

    def hold(self, seconds: float) -> None:
        """Hold each request of the REST interface for so long before it is answered."""
        self._post("faults", {"path": "^/rest/", "delay": seconds, "times": None})

    def listen(self, url: str, secret: str) -> None:
        """Have a signed webhook sent to `url` for each event."""
        self._post("webhooks", {"url": url, "secret": secret})

    def create(self, count: int, project: str = "SUP") -> list[str]:
        """File tickets of priority High; return their ids."""
        given = {"project": project, "fields": {"priority": "High"}}
        return [str(self._post("acts/create", given)["result"]) for _ in range(count)]

    def seen(self) -> list[Seen]:
        """Return the requests since the last `forget`, from old to new."""
        answer = self._session.get(f"{self.url}/_sandbox/requests", timeout=_TIMEOUT).json()
        return [_seen(one) for one in answer["requests"]]

    def forget(self) -> None:
        """Forget the requests so far."""
        self._session.delete(f"{self.url}/_sandbox/requests", timeout=_TIMEOUT).raise_for_status()

    def _post(self, name: str, given: Any) -> Any:
        answer = self._session.post(f"{self.url}/_sandbox/{name}", json=given, timeout=_TIMEOUT)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def serving(folder: Path) -> Iterator[Tracker]:
    """Serve a sandbox Jira Cloud that sends no webhooks."""
    log = folder / "tracker.log"
    command = [sys.executable, "-u", "-m", "connector.sandbox", "--flavour", "jira-cloud"]
    with program(command, {}, log):
        wait_until(lambda: "http://" in log.read_text(encoding="utf-8"), 30, "the sandbox's address")
        yield Tracker(log.read_text(encoding="utf-8").strip())


def rate(seen: list[Seen], method: str, tickets: int) -> float:
    """Return tickets per second, from the arrival of the first request to the answer of the last write.

    Raise ValueError where not every ticket was written exactly once.
    """
    written = [one.path for one in seen if one.method == method and one.status < 300]
    if sorted(written) != sorted(set(written)) or len(written) != tickets:
        raise ValueError(f"{len(written)} writes of {len(set(written))} tickets, expected one for each of {tickets}")
    first = min(one.at - one.took for one in seen)
    return tickets / (max(one.at for one in seen if one.method == method) - first).total_seconds()


def _seen(one: Any) -> Seen:
    query = tuple((name, value) for name, value in one["query"])
    at, took = datetime.fromisoformat(one["at"]), timedelta(seconds=one["seconds"])
    return Seen(at, one["method"], one["path"], query, one["body"], one["status"], took)
