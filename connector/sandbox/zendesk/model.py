"""What a sandbox Zendesk holds: people, groups, fields and tickets with their audits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Role = Literal["end-user", "agent", "admin"]
StatusName = Literal["new", "open", "pending", "hold", "solved", "closed"]
FieldType = Literal[
    "text", "textarea", "regexp", "date", "tagger", "multiselect", "checkbox", "integer", "decimal", "lookup"
]


@dataclass(kw_only=True)
class User:
    """One person. `handle` is how the sandbox's own interface names them; `token` a legacy API token."""

    handle: str
    id: int
    name: str
    email: str
    role: Role = "agent"
    timezone: str = "Etc/UTC"
    organization_id: int | None = None
    restriction: Literal["groups", "organization", "assigned"] | None = None
    token: str | None = None


@dataclass(kw_only=True)
class Named:
    """A group, organization, brand or ticket form; `without` are the fields that a form lacks."""

    id: int
    name: str
    domains: tuple[str, ...] = ()
    active: bool = True
    without: set[int] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class CustomStatus:
    """A status as agents see it; `default` is the one that a bare status stands for."""

    id: int
    label: str
    category: StatusName
    default: bool = False


@dataclass(kw_only=True)
class TicketField:
    """A custom field. `options` are a drop-down's (name, tag); `tag` is a checkbox's; `pattern` a regexp's."""

    id: int
    title: str
    type: FieldType
    options: tuple[tuple[str, str], ...] = ()
    tag: str | None = None
    pattern: str | None = None
    active: bool = True


@dataclass(kw_only=True)
class Comment:
    """One comment; the first is the ticket's description."""

    id: int
    author_id: int
    body: str
    public: bool
    created_at: datetime
    audit_id: int


@dataclass(kw_only=True)
class Audit:
    """One save of a ticket: its events as Zendesk shows them."""

    id: int
    author_id: int
    created_at: datetime
    events: list[dict[str, Any]]
    channel: str = "api"
    rel: str | None = None
    merged_into: int | None = None
    custom: Mapping[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Ticket:
    """One ticket. `held` are its own attributes by REST name, `custom` its custom fields by id."""

    id: int
    created_at: datetime
    updated_at: datetime
    generated_at: datetime
    submitter_id: int
    held: dict[str, Any]
    custom: dict[int, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    deleted: bool = False
    channel: str = "web"


@dataclass(frozen=True, kw_only=True)
class Grant:
    """An OAuth access token: whose it is and how long it holds (None: for ever)."""

    handle: str
    expires_at: datetime | None


@dataclass(kw_only=True)
class Site:
    """Everything one sandbox Zendesk holds. `clients` are OAuth clients: id -> (secret, handle)."""

    url: str = ""
    account_id: int = 22129848
    users: dict[str, User] = field(default_factory=dict)
    groups: list[Named] = field(default_factory=list)
    organizations: list[Named] = field(default_factory=list)
    brands: list[Named] = field(default_factory=list)
    forms: list[Named] = field(default_factory=list)
    statuses: list[CustomStatus] = field(default_factory=list)
    fields: dict[int, TicketField] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    clients: dict[str, tuple[str, str]] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    last_ticket: int = 1000
    last_id: int = 37_000_000_000_000

    def new_id(self) -> int:
        """Give a fresh number: audits, events and comments share them."""
        self.last_id += 1
        return self.last_id

    def ticket(self, ticket: int | str) -> Ticket:
        """Find a ticket that is not deleted; KeyError where there is none."""
        found = self.tickets[int(ticket)]
        if found.deleted:
            raise KeyError(ticket)
        return found

    def user(self, user: int) -> User | None:
        """Find a person by id."""
        return next((one for one in self.users.values() if one.id == user), None)
