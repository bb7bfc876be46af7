"""Sends webhooks in the background: a queue ordered by time, a few threads, retries."""

import heapq
import itertools
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import requests

from connector.sandbox.webhooks import Delivery, Parcel, RetryRule, Webhook

SENDERS = 4
KEPT = 20_000


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
        """End the threads; what is still queued is not sent. A later parcel starts new ones."""
        with self._change:
            self._ended = True
            self._queue.clear()
            self._change.notify_all()
        for thread in self._threads:
            thread.join(timeout=1)
        with self._change:
            self._threads.clear()
            self._ended = False


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
