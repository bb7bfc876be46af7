"""One type of Jira's fields, and the types that several fields share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.sandbox.jira import reading
from connector.sandbox.jira.documents import document
from connector.sandbox.jira.model import Named, User
from connector.sandbox.jira.people import show_user
from connector.sandbox.jira.reading import Context
from connector.sandbox.jira.things import show_option

Words = tuple[str | None, str | None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One type. `read` raises ValueError with Jira's sentence; `words` gives a history item's (id, text)."""

    type: str
    custom: str | None = None
    items: str | None = None
    read: Callable[[Any, Context], Any]
    show: Callable[[Any, Context], Any] = lambda value, _: value
    words: Callable[[Any, Context], Words] = lambda value, _: (None, str(value))


def custom_name(name: str) -> str:
    """Give the full name of one of Jira's own custom types."""
    return f"com.atlassian.jira.plugin.system.customfieldtypes:{name}"


def named_words(value: Named, _: Context) -> Words:
    """Give the history's words for one thing."""
    return value.id, value.name


def list_words(values: tuple[Named, ...], _: Context) -> Words:
    """Give the history's words for several things."""
    return f"[{', '.join(value.id for value in values)}]", ", ".join(value.name for value in values)


def _user_words(value: User, context: Context) -> Words:
    return (value.account_id if context.site.cloud else value.handle), value.name


def _show_long(value: str, context: Context) -> Any:
    return document(value) if context.version == "3" else value


TEXT = Kind(type="string", read=reading.read_text)
LONG = Kind(type="string", read=reading.read_long_text, show=_show_long)
PERSON = Kind(type="user", read=reading.read_user, show=lambda value, at: show_user(at.site, value), words=_user_words)
SELECT = Kind(
    type="option",
    read=reading.read_option,
    show=lambda value, at: show_option(at.site, value),
    words=named_words,
)
MANY = Kind(
    type="array",
    items="option",
    read=reading.read_options,
    show=lambda values, at: [show_option(at.site, value) for value in values],
    words=list_words,
)
LABELS = Kind(
    type="array",
    items="string",
    read=reading.read_labels,
    show=lambda values, _: list(values),
    words=lambda values, _: (None, " ".join(values)),
)
DATE = Kind(type="date", read=reading.read_date, words=lambda value, _: (value, value))


def as_custom(kind: Kind, custom: str) -> Kind:
    """Give the same type under a custom field's name."""
    return Kind(**{**vars(kind), "custom": custom})
