"""The values every floor speaks in: one ticket with its history, as the core sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Spelled = tuple[str, ...]
"""One value with all its spellings (name, key, id); the first is the one shown to people. Empty: no value."""

FieldValue = tuple[Spelled, ...]
"""What a field holds: none, one or several values."""


class Role(StrEnum):
    """What a person is on a ticket's site."""

    AGENT = "agent"
    CUSTOMER = "customer"
    APP = "app"
    DUEBY = "dueby"


class State(StrEnum):
    """The states of a cycle, and `unmapped` for a ticket without one."""

    RUNNING = "running"
    BREACHED = "breached"
    MET = "met"
    PAUSED = "paused"
    NOT_FILED = "not_filed"
    NO_PROMISE = "no_promise"
    CLOSED = "closed"
    UNMAPPED = "unmapped"


@dataclass(frozen=True, slots=True)
class TicketRef:
    """Name one ticket: the site's name and the tracker's id (never the key: keys change)."""

    site: str
    id: str


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on a ticket. `id` is Cloud's accountId, Data Center's name, Zendesk's user id."""

    id: str
    name: str = ""
    email: str | None = None
    role: Role = Role.AGENT
    timezone: str | None = None


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as it stands now; the ticket's description is none.

    `public_since` is set only where dueby has seen the comment internal before: the instant since when it is
    taken as public.
    """

    id: str
    created_at: datetime
    updated_at: datetime
    author: Person | None
    public: bool
    public_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """A status with its spellings; `ended` says that the tracker counts it as done."""

    spelled: Spelled
    ended: bool = False


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One change of status."""

    at: datetime
    before: Status
    after: Status


@dataclass(frozen=True, slots=True)
class Change:
    """One change of another field: `priority`, or a custom field by its id."""

    at: datetime
    field: str
    before: FieldValue
    after: FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One ticket with its history, as fetched; all lists run from old to new, all instants are aware UTC.

    `traits` are what a mapping's `match` looks at (Jira: project, issue_type, labels, components, request_type,
    organization; Zendesk: brand, group, form, organization, tags); `fields` are the custom fields by id; `held` is
    what dueby's own fields hold now, by contract name (due_at, due_on, state, summary), as the tracker spells it.
    `gone_at` is since when the tracker has no such ticket any more: then all else is as it was last.
    """

    ref: TicketRef
    key: str
    title: str = ""
    url: str = ""
    created_at: datetime
    updated_at: datetime
    status: Status
    status_changes: tuple[StatusChange, ...] = ()
    priority: Spelled = ()
    reporter: Person | None = None
    assignee: Person | None = None
    traits: Mapping[str, FieldValue] = field(default_factory=dict)
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    comments: tuple[Comment, ...] = ()
    held: Mapping[str, str | None] = field(default_factory=dict)
    merged: bool = False
    writable: bool = True
    gone_at: datetime | None = None
