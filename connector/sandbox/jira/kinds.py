"""The types of Jira's fields: how a value is read from a request, shown in an answer and put into the history."""

from typing import Any

from connector.sandbox.jira import instants, reading
from connector.sandbox.jira.kind import (
    DATE,
    LABELS,
    LONG,
    MANY,
    PERSON,
    SELECT,
    TEXT,
    Kind,
    as_custom,
    custom_name,
    list_words,
    named_words,
)
from connector.sandbox.jira.model import Field
from connector.sandbox.jira.things import (
    show_issue_type,
    show_named,
    show_organization,
    show_priority,
    show_request_type,
)

SYSTEM: dict[str, Kind] = {
    "summary": TEXT,
    "description": LONG,
    "labels": LABELS,
    "duedate": DATE,
    "assignee": PERSON,
    "reporter": PERSON,
    "priority": Kind(
        type="priority",
        read=reading.read_priority,
        show=lambda value, at: show_priority(at.site, value),
        words=named_words,
    ),
    "issuetype": Kind(
        type="issuetype",
        read=reading.read_issue_type,
        show=lambda value, at: show_issue_type(at.site, value),
        words=named_words,
    ),
    "components": Kind(
        type="array",
        items="component",
        read=reading.read_components,
        show=lambda values, at: [show_named(at.site, "component", value) for value in values],
        words=list_words,
    ),
}

CUSTOM: dict[str, Kind] = {
    "textfield": as_custom(TEXT, custom_name("textfield")),
    "readonlyfield": as_custom(TEXT, custom_name("readonlyfield")),
    "textarea": as_custom(LONG, custom_name("textarea")),
    "datetime": Kind(
        type="datetime",
        custom=custom_name("datetime"),
        read=lambda raw, _: instants.read(raw),
        show=lambda value, at: instants.show(value, at.site.timezone),
        words=lambda value, at: instants.history(value, at.site.timezone),
    ),
    "datepicker": as_custom(DATE, custom_name("datepicker")),
    "float": Kind(
        type="number",
        custom=custom_name("float"),
        read=reading.read_number,
        words=lambda value, _: (None, f"{value:g}"),
    ),
    "select": as_custom(SELECT, custom_name("select")),
    "radiobuttons": as_custom(SELECT, custom_name("radiobuttons")),
    "multiselect": as_custom(MANY, custom_name("multiselect")),
    "multicheckboxes": as_custom(MANY, custom_name("multicheckboxes")),
    "labels": as_custom(LABELS, custom_name("labels")),
    "userpicker": as_custom(PERSON, custom_name("userpicker")),
    "vp-origin": Kind(
        type="sd-customerrequesttype",
        custom="com.atlassian.servicedesk:vp-origin",
        read=reading.read_by_id,
        show=lambda value, at: show_request_type(at.site, value),
        words=named_words,
    ),
    "sd-customer-organizations": Kind(
        type="array",
        items="sd-customerorganization",
        custom="com.atlassian.servicedesk:sd-customer-organizations",
        read=reading.read_all_by_id,
        show=lambda values, at: [show_organization(at.site, value) for value in values],
        words=list_words,
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
