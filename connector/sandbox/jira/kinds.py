"""The types of Jira's fields: how a value is read from a request, shown in an answer and put into the history."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.sandbox.jira import instants, reading
from connector.sandbox.jira.documents import document
from connector.sandbox.jira.model import Field, Named, User
from connector.sandbox.jira.people import show_user
from connector.sandbox.jira.reading import Context
from connector.sandbox.jira.things import (
    show_issue_type,
    show_named,
    show_option,
    show_organization,
    show_priority,
    show_request_type,
)

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


def _custom(name: str) -> str:
    return f"com.atlassian.jira.plugin.system.customfieldtypes:{name}"


def _named_words(value: Named, _: Context) -> Words:
    return value.id, value.name


def _list_words(values: tuple[Named, ...], _: Context) -> Words:
    return f"[{', '.join(value.id for value in values)}]", ", ".join(value.name for value in values)


def _user_words(value: User, context: Context) -> Words:
    return (value.account_id if context.site.cloud else value.handle), value.name


def _show_long(value: str, context: Context) -> Any:
    return document(value) if context.version == "3" else value


_TEXT = Kind(type="string", read=reading.read_text)
_LONG = Kind(type="string", read=reading.read_long_text, show=_show_long)
_PERSON = Kind(type="user", read=reading.read_user, show=lambda value, at: show_user(at.site, value), words=_user_words)
_SELECT = Kind(
    type="option",
    read=reading.read_option,
    show=lambda value, at: show_option(at.site, value),
    words=_named_words,
)
_MANY = Kind(
    type="array",
    items="option",
    read=reading.read_options,
    show=lambda values, at: [show_option(at.site, value) for value in values],
    words=_list_words,
)
_LABELS = Kind(
    type="array",
    items="string",
    read=reading.read_labels,
    show=lambda values, _: list(values),
    words=lambda values, _: (None, " ".join(values)),
)
_DATE = Kind(type="date", read=reading.read_date, words=lambda value, _: (value, value))


def _as_custom(kind: Kind, custom: str) -> Kind:
    return Kind(**{**vars(kind), "custom": custom})


SYSTEM: dict[str, Kind] = {
    "summary": _TEXT,
    "description": _LONG,
    "labels": _LABELS,
    "duedate": _DATE,
    "assignee": _PERSON,
    "reporter": _PERSON,
    "priority": Kind(
        type="priority",
        read=reading.read_priority,
        show=lambda value, at: show_priority(at.site, value),
        words=_named_words,
    ),
    "issuetype": Kind(
        type="issuetype",
        read=reading.read_issue_type,
        show=lambda value, at: show_issue_type(at.site, value),
        words=_named_words,
    ),
    "components": Kind(
        type="array",
        items="component",
        read=reading.read_components,
        show=lambda values, at: [show_named(at.site, "component", value) for value in values],
        words=_list_words,
    ),
}

CUSTOM: dict[str, Kind] = {
    "textfield": _as_custom(_TEXT, _custom("textfield")),
    "readonlyfield": _as_custom(_TEXT, _custom("readonlyfield")),
    "textarea": _as_custom(_LONG, _custom("textarea")),
    "datetime": Kind(
        type="datetime",
        custom=_custom("datetime"),
        read=lambda raw, _: instants.read(raw),
        show=lambda value, at: instants.show(value, at.site.timezone),
        words=lambda value, at: instants.history(value, at.site.timezone),
    ),
    "datepicker": _as_custom(_DATE, _custom("datepicker")),
    "float": Kind(
        type="number",
        custom=_custom("float"),
        read=reading.read_number,
        words=lambda value, _: (None, f"{value:g}"),
    ),
    "select": _as_custom(_SELECT, _custom("select")),
    "radiobuttons": _as_custom(_SELECT, _custom("radiobuttons")),
    "multiselect": _as_custom(_MANY, _custom("multiselect")),
    "multicheckboxes": _as_custom(_MANY, _custom("multicheckboxes")),
    "labels": _as_custom(_LABELS, _custom("labels")),
    "userpicker": _as_custom(_PERSON, _custom("userpicker")),
    "vp-origin": Kind(
        type="sd-customerrequesttype",
        custom="com.atlassian.servicedesk:vp-origin",
        read=reading.read_by_id,
        show=lambda value, at: show_request_type(at.site, value),
        words=_named_words,
    ),
    "sd-customer-organizations": Kind(
        type="array",
        items="sd-customerorganization",
        custom="com.atlassian.servicedesk:sd-customer-organizations",
        read=reading.read_all_by_id,
        show=lambda values, at: [show_organization(at.site, value) for value in values],
        words=_list_words,
    ),
}


def kind_of(field: Field) -> Kind:
    """Give a field's type."""
    return CUSTOM[field.kind] if field.custom else SYSTEM[field.kind]


def schema_of(field: Field) -> dict[str, Any]:
    """Give a field's schema as the lists of fields show it."""
    kind = kind_of(field)
    shown: dict[str, Any] = {"type": kind.type} | ({"items": kind.items} if kind.items else {})
    if not field.custom:
        return shown | {"system": field.id}
    return shown | {"custom": kind.custom, "customId": int(field.id.removeprefix("customfield_"))}
