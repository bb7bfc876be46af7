"""What the sandboxes of all flavours have in common: faults, logs, webhooks, credentials and the lock."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar

from connector import time_source
from connector.sandbox.calls import Answer, Request, Route
from connector.sandbox.faults import Faults
from connector.sandbox.log import Log
from connector.sandbox.sender import Sender
from connector.sandbox.webhooks import Parcel, RetryRule, Webhook

Now = Callable[[], datetime]


class Sandbox(ABC):
    """One pretended site. Serve it with `connector.sandbox.server.serve`; every act also works without serving.

    `acts` names the methods that other processes may call through `/_sandbox/acts/<name>`.
    """

    flavour: str
    acts: ClassVar[tuple[str, ...]] = ()

    def __init__(self, now: Now = time_source.now, retry: RetryRule | None = None) -> None:
        self.now = now
        self.url = "http://127.0.0.1"
        self.lock = threading.RLock()
        self.stopped = threading.Event()
        self.faults = Faults()
        self.log = Log()
        self.sender = Sender(now, retry or (lambda _status, _headers, _attempts: False))
        self.webhooks: dict[str, Webhook] = {}

    def serve_at(self, url: str) -> None:
        """Note the address under which the sandbox is reached: its own links carry it."""
        self.url = url

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """Give the endpoints of this flavour."""

    @abstractmethod
    def who(self, request: Request) -> str:
        """Give the handle of the account that sent this request; raise RefusedError with 401 for wrong credentials."""

    @abstractmethod
    def error(self, status: int, sentence: str = "") -> Answer:
        """Give an error in this tracker's shape."""

    @abstractmethod
    def ticket(self, ticket: str) -> Any:
        """Give one ticket as its REST interface shows it; KeyError where there is none."""

    @abstractmethod
    def tickets(self) -> list[str]:
        """Give the ids of all tickets that are there."""

    @abstractmethod
    def webhook(self, url: str, **options: Any) -> Webhook:
        """Register a webhook; options as in `Webhook`."""

    def emit(self, by: str, parcels: Callable[[Webhook], Iterable[Parcel]]) -> None:
        """Queue what an act of `by` sends to each webhook."""
        for webhook in self.webhooks.values():
            if webhook.enabled and by not in webhook.not_by:
                for parcel in parcels(webhook):
                    if not webhook.events or parcel.event in webhook.events:
                        self.sender.send(webhook, parcel)
