"""What a tracker must be able to do, and what its webhooks turn into."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Literal, Protocol

from policies.model import FieldValue, Ticket


class Rank(IntEnum):
    """How urgent a row of the agenda is; smaller goes first."""

    URGENT = 0
    EVENT = 1
    RECONCILE = 2
    RECOMPUTE = 3


@dataclass(frozen=True, slots=True)
class Hint:
    """An event names a ticket to look at, by the tracker's id, or by key where the event holds no id."""

    ticket: str
    rank: Rank


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that is fine and means nothing to us, with a machine reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A body of which no sense can be made, with a sentence saying why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request as it came in: raw body, headers (any case), query arguments."""

    body: bytes
    headers: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What dueby's fields should hold. `None` empties a field; a field the site does not configure is skipped."""

    due_at: datetime | None
    state: str
    summary: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A ticket that changed, by the tracker's id, and when.

    `traits` are those that the list told, by the words of a mapping's `match`; one that is absent may be anything.
    """

    ticket: str
    updated_at: datetime
    traits: Mapping[str, FieldValue] = field(default_factory=dict)
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """One page of changed tickets; `cursor` goes on from behind it (None: the tracker has none to keep)."""

    tickets: tuple[Changed, ...]
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What the mappings of a site look at: project keys or ids, and ticket forms; None: all that there are."""

    projects: tuple[str, ...] | None = None
    forms: tuple[str, ...] | None = None


class Verdict(StrEnum):
    """What a preflight thinks of one thing that it looked at."""

    RIGHT = "right"
    WARNING = "warning"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a preflight looked at: a stable `code`, what was found, and what to do where it is not right.

    `project` where it is one project's or form's, `field` by contract name, `path` by key path into the mappings.
    """

    code: str
    verdict: Verdict
    found: str
    todo: str = ""
    project: str | None = None
    field: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class OwnField:
    """One of dueby's own fields on a site: contract name, the tracker's id (None: not made yet), name and type there.

    `how` is configured, found (by name and type), created, or missing where nothing was to be created.
    """

    name: str
    id: str | None
    title: str
    kind: str
    how: Literal["configured", "found", "created", "missing"]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The names that a site has, by what mappings may name: project, priority, status, field, brand, group, form, ...

    Each value has all its spellings, the one shown to people first and the id last. A kind that the site does not tell
    is absent. `service_desk` are those of its projects whose tickets can hold internal notes.
    """

    names: Mapping[str, tuple[tuple[str, ...], ...]]


class Tracker(Protocol):
    """One site's tracker over its REST interface. All methods raise `connector.errors.TrackerError`."""

    def fetch(self, ticket: str) -> Ticket:
        """Fetch one ticket by id or key, with its whole history."""

    def write(self, ticket: Ticket, wanted: Wanted) -> tuple[str, ...]:
        """Write what differs from what the ticket holds, in one request; return the contract names written."""

    def comment(self, ticket: str, text: str) -> None:
        """Add an internal comment to a ticket, by id; reason `not_internal` where everybody would see it."""

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:
        """Walk the tickets changed since an instant, or from a page's cursor on; each page is one request, when asked.

        A ticket may come twice, and one that changed a little earlier may come too.
        """

    def open_tickets(self, scope: Scope, cursor: str | None = None) -> Iterator[Changes]:
        """Walk the tickets that have not ended, from a page's cursor on where there is one; pages as above."""

    def check(self, scope: Scope) -> tuple[Finding, ...]:
        """Look at everything that dueby needs on the site; raises nothing for what the tracker answers.

        Without an `account` among the findings nothing else could be looked at.
        """

    def create_fields(self, *, due_on: bool = False, dry_run: bool = False) -> tuple[OwnField, ...]:
        """Create those of dueby's fields that the site lacks, never one twice, and give all; `due_on`: the date too."""

    def catalogue(self) -> Catalogue:
        """Ask for all the names that mappings may name."""


class Receiver(Protocol):
    """How one kind of tracker signs and shapes its webhooks. Pure: no network, no state."""

    def verify(self, delivery: Delivery, secrets: tuple[str, ...], now: datetime) -> bool:
        """Say whether the signature or secret is right, in constant time over the raw body."""

    def delivery_id(self, delivery: Delivery) -> str | None:
        """Return the tracker's own id of this delivery, the same on its retries."""

    def parse(self, payload: Mapping[str, Any], own_fields: Collection[str] = ()) -> Hint | Ignored | Unreadable:
        """Turn a body into its fate; an event that changed only `own_fields` (ids) is not urgent. Never raises."""
