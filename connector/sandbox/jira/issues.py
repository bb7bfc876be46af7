"""Issues with their history, and the site that holds them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.sandbox.jira.model import Field, Flavour, Named, Project, Status, User


@dataclass(frozen=True, kw_only=True)
class Item:
    """One changed field of a history entry."""

    field: Field
    before: str | None
    before_text: str | None
    after: str | None
    after_text: str | None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry of an issue's history."""

    id: str
    at: datetime
    by: User
    items: tuple[Item, ...]


@dataclass(kw_only=True)
class Comment:
    """One comment. `internal` is the service desk's property; `role` a visibility."""

    id: str
    author: User
    text: str
    created_at: datetime
    updated_at: datetime
    updated_by: User
    internal: bool = False
    internal_set: bool = False
    role: str | None = None


@dataclass(kw_only=True)
class Issue:
    """One issue; `values` are its fields by id, in their inner form."""

    id: str
    key: str
    project: Project
    created_at: datetime
    updated_at: datetime
    creator: User
    values: dict[str, Any] = field(default_factory=dict)
    status_category_at: datetime
    resolved_at: datetime | None = None
    history: list[Entry] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)

    @property
    def status(self) -> Status:
        """Give the status now."""
        status = self.values["status"]
        assert isinstance(status, Status)  # noqa: S101  # tells the type checker what the field holds
        return status


@dataclass(kw_only=True)
class Site:
    """Everything one sandbox Jira holds."""

    flavour: Flavour
    url: str = ""
    timezone: str = "UTC"
    users: dict[str, User] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    priorities: list[Named] = field(default_factory=list)
    issue_types: list[Named] = field(default_factory=list)
    fields: dict[str, Field] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    last_id: int = 10_000

    @property
    def cloud(self) -> bool:
        """Say whether it is Jira Cloud."""
        return self.flavour == "cloud"

    def new_id(self) -> str:
        """Give a fresh number: issues, comments and history entries share them."""
        self.last_id += 1
        return str(self.last_id)

    def issue(self, id_or_key: str) -> Issue:
        """Find an issue by id, key or a key that it had before a move; KeyError where there is none."""
        return self.issues[self.keys.get(id_or_key.upper(), id_or_key)]
