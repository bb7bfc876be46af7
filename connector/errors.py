"""The errors of the edge: each knows whether a retry helps, why, and what a person should do."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

UNAUTHORIZED = "unauthorized"
"""The reason of a site that refuses dueby's credentials."""


class Scope(StrEnum):
    """What a fault is about: this ticket alone, or everything on the site."""

    TICKET = "ticket"
    SITE = "site"


@dataclass(eq=False)
class TrackerError(Exception):
    """A tracker refused or failed.

    `reason` is a stable machine word (a metric's label); `sentence` tells a person what is wrong and what to do, and
    never holds a secret. `gone` marks a 404 on fetch. `pauses_site`: 401, or 429 / 503 with Retry-After for the site.
    """

    reason: str
    sentence: str
    retryable: bool
    retry_after: timedelta | None = None
    scope: Scope = Scope.TICKET
    field: str | None = None
    status: int | None = None
    gone: bool = False

    def __str__(self) -> str:
        """Give the sentence: it is what logs and `failures list` show."""
        return self.sentence
