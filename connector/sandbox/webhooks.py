"""What a webhook is: where events go and how, one event ready to send, and what became of it."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


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
