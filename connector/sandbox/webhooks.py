"""Sends webhooks in the background as the real trackers do: signed and retried; lost, doubled or late on request."""

import heapq
import itertools
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import requests

SENDERS = 4
KEPT = 20_000


@dataclass(kw_only=True)
class Webhook:
    """Where events go and how. `name` is its identity: registering the same name again replaces it.

    `drop` and `duplicate` are shares of deliveries; `shuffle` delays each by a random time of up to that many seconds;
    `not_by` are accounts whose own acts send nothing; `events` limits to these event names (empty: all); `headers` go
    with each request. `mode`: "standard", or "automation" and "automation-jira" (Jira), "trigger" (Zendesk, with
    `template`). `retry_wait` stands for the minutes that the real ones wait before a retry. `comment_defect` sends the
    Cloud's wrong `jsdPublic`; `comment_updates` sends jira:issue_updated for a comment on Cloud as well.
    """

    url: str
    name: str = "main"
    secret: str | None = None
    method: Literal["sha256", "sha384", "sha512"] = "sha256"
    enabled: bool = True
    mode: Literal["standard", "automation", "automation-jira", "trigger"] = "standard"
    template: str | None = None
    events: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: float = 0.0
    duplicate: float = 0.0
    shuffle: float = 0.0
    delay: float = 0.0
    seed: int = 0
    timeout: float = 12.0
    retry_wait: float = 0.5
    comment_defect: bool = True
    comment_updates: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  # repeatable on purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One event ready to send: `headers(attempt)` signs each attempt (0 is the first)."""

    id: str
    event: str
    ticket: str
    body: bytes
    headers: Callable[[int], Mapping[str, str]]


@dataclass(kw_only=True)
class Delivery:
    """What became of a parcel: each attempt is a status, or 0 where no answer came."""

    id: str
    event: str
    ticket: str
    webhook: str
    queued_at: datetime
    state: Literal["queued", "delivered", "failed", "dropped"] = "queued"
    attempts: list[int] = field(default_factory=list)


RetryRule = Callable[[int, Mapping[str, str], int], bool]
"""(status or 0 for no answer, headers, attempts so far) -> try again?"""


class Sender:
    """A queue ordered by time and a few threads that empty it; they start with the first parcel."""

    def __init__(self, now: Callable[[], datetime], retry: RetryRule) -> None:
        self._now, self._retry = now, retry
        self._change = threading.Condition()
        self._queue: list[tuple[float, int, Webhook, Parcel, Delivery]] = []
        self._tie = itertools.count()
        self._busy = 0
        self._ended = False
        self._threads: list[threading.Thread] = []
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT)

    def send(self, webhook: Webhook, parcel: Parcel) -> None:
        """Queue one parcel; the webhook's dice decide whether it is lost, doubled or late."""
        dice = webhook.dice
        dropped = dice.random() < webhook.drop
        copies = 2 if dice.random() < webhook.duplicate else 1
        with self._change:
            for _ in range(copies):
                delivery = self._record(webhook, parcel)
                if dropped:
                    delivery.state = "dropped"
                else:
                    self._push(webhook.delay + dice.uniform(0, webhook.shuffle), webhook, parcel, delivery)

    def _record(self, webhook: Webhook, parcel: Parcel) -> Delivery:
        delivery = Delivery(
            id=parcel.id, event=parcel.event, ticket=parcel.ticket, webhook=webhook.name, queued_at=self._now()
        )
        self.deliveries.append(delivery)
        return delivery

    def _push(self, wait: float, webhook: Webhook, parcel: Parcel, delivery: Delivery) -> None:
        heapq.heappush(self._queue, (time.monotonic() + wait, next(self._tie), webhook, parcel, delivery))
        while len(self._threads) < SENDERS and not self._ended:
            thread = threading.Thread(target=self._run, daemon=True, name="sandbox-webhooks")
            self._threads.append(thread)
            thread.start()
        self._change.notify()

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while taken := self._take():
                webhook, parcel, delivery = taken
                status, headers = _post(session, webhook, parcel, len(delivery.attempts))
                self._settle(webhook, parcel, delivery, status, headers)

    def _take(self) -> tuple[Webhook, Parcel, Delivery] | None:
        with self._change:
            while not self._ended:
                wait = self._queue[0][0] - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._busy += 1
                    return heapq.heappop(self._queue)[2:]
                self._change.wait(wait)
        return None

    def _settle(
        self, webhook: Webhook, parcel: Parcel, delivery: Delivery, status: int, headers: Mapping[str, str]
    ) -> None:
        with self._change:
            self._busy -= 1
            delivery.attempts.append(status)
            if 200 <= status < 300:  # noqa: PLR2004  # success, as HTTP counts it
                delivery.state = "delivered"
            elif self._retry(status, headers, len(delivery.attempts)):
                self._push(webhook.retry_wait, webhook, parcel, delivery)
            else:
                delivery.state = "failed"
            self._change.notify_all()

    def idle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is queued or under way; say whether that came in time (seconds)."""
        with self._change:
            return self._change.wait_for(lambda: not self._queue and not self._busy, timeout)

    def counts(self) -> dict[str, int]:
        """Count the deliveries by state and those attempts that failed by status."""
        with self._change:
            states = Counter(str(delivery.state) for delivery in self.deliveries)
            answers = Counter(f"answer {status}" for delivery in self.deliveries for status in delivery.attempts)
        return {**states, **answers}

    def close(self) -> None:
        """End the threads; what is still queued is not sent."""
        with self._change:
            self._ended = True
            self._queue.clear()
            self._change.notify_all()
        for thread in self._threads:
            thread.join(timeout=1)


def _post(session: requests.Session, webhook: Webhook, parcel: Parcel, attempt: int) -> tuple[int, Mapping[str, str]]:
    headers: dict[str, Any] = {"Content-Type": "application/json; charset=UTF-8"}
    headers |= {**parcel.headers(attempt), **webhook.headers}
    try:
        with session.post(
            webhook.url, data=parcel.body, headers=headers, timeout=webhook.timeout, allow_redirects=False
        ) as answer:
            return answer.status_code, answer.headers
    except requests.RequestException:
        return 0, {}
