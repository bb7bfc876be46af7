"""What a sandbox Jira is made of: people, projects, statuses and fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

Flavour = Literal["cloud", "datacenter"]
ProjectType = Literal["software", "service_desk", "business"]
Category = Literal["new", "indeterminate", "done"]
Right = Literal["browse", "edit", "silence", "admin"]
Thing = TypeVar("Thing", bound="Named")
ALL_RIGHTS: frozenset[Right] = frozenset({"browse", "edit", "silence", "admin"})


@dataclass(kw_only=True)
class User:
    """One account. `handle` is how the sandbox's own interface names it and Data Center's user name."""

    handle: str
    account_id: str
    name: str
    email: str
    account_type: Literal["atlassian", "customer", "app"] = "atlassian"
    timezone: str = "UTC"
    email_visible: bool = False
    token: str | None = None
    bearer: str | None = None
    rights: frozenset[Right] = ALL_RIGHTS


@dataclass(frozen=True, kw_only=True)
class Named:
    """A priority, issue type, component, resolution or option of a field."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Status(Named):
    """A status; the category says whether Jira counts it as done."""

    category: Category = "indeterminate"


@dataclass(kw_only=True)
class Project:
    """A project; `off_screen` are the fields that its edit screen lacks."""

    id: str
    key: str
    name: str
    type: ProjectType = "software"
    components: tuple[Named, ...] = ()
    off_screen: set[str] = field(default_factory=set)
    last: int = 0


@dataclass(kw_only=True)
class Field:
    """A field; `kind` names its type (see `kinds`), `options` what a select may hold."""

    id: str
    name: str
    kind: str
    options: tuple[Named, ...] = ()
    editable: bool = True

    @property
    def custom(self) -> bool:
        """Say that it is a custom field."""
        return self.id.startswith("customfield_")


def pick(things: Sequence[Thing], wanted: Any) -> Thing:
    """Find a named thing by `{"id"}`, `{"name"}` or `{"value"}`; KeyError where there is none."""
    if not isinstance(wanted, Mapping):
        raise KeyError(wanted)
    for key, look in (("id", "id"), ("name", "name"), ("value", "name")):
        if key in wanted:
            for thing in things:
                if getattr(thing, look) == str(wanted[key]):
                    return thing
    raise KeyError(str(wanted))
