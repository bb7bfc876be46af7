"""One Jira ticket with its whole history, by as few requests as Jira allows."""

from collections.abc import Mapping
from urllib.parse import quote

from requests.auth import AuthBase

from connector.errors import TrackerError
from connector.trackers.faults import bad_answer, gone
from connector.trackers.http import Http
from connector.trackers.jira.comments import comments_of
from connector.trackers.jira.discovery import Discovery
from connector.trackers.jira.history import field_changes, items_of, status_changes
from connector.trackers.jira.people import person
from connector.trackers.jira.values import field_value, held_text, named
from connector.trackers.shapes import Json, instant, record, records, word, words
from policies.model import FieldValue, Status, Ticket, TicketRef

_NO_VALUES = frozenset(
    {"comment", "attachment", "worklog", "issuelinks", "subtasks", "description", "watches", "votes", "progress"}
    | {"updated", "lastViewed", "workratio"}
)
"""Fields too big or too odd to be compared with a mapping's values, or moving by themselves."""
_TRAIT_KINDS = {"request_type": "vp-origin", "organization": "sd-customer-organizations"}


def fetch(ticket: str, http: Http, auth: AuthBase, discovery: Discovery) -> Ticket:
    """Fetch a ticket by id or key; raise `TrackerError`, with `gone` where it isn't there any more."""
    own_account = discovery.own_account.get()
    path = f"/rest/api/2/issue/{quote(ticket, safe='')}"
    try:
        issue = http.get(path, {"fields": "*all", "expand": "changelog"}, auth)
    except TrackerError as error:
        raise gone(error, http.site.name, ticket) from None
    return _ticket(issue, http, auth, discovery, own_account)


def _ticket(issue: Json, http: Http, auth: AuthBase, discovery: Discovery, own_account: str) -> Ticket:
    site, fields, key = http.site, record(issue.get("fields")), word(issue.get("key"))
    created_at, issue_id = instant(fields.get("created")), word(issue.get("id"))
    if created_at is None or not issue_id or not key:
        raise bad_answer(site.name, "an issue without id, key or a time of creation")
    items, own = items_of(issue, http, auth), frozenset(site.fields.values())
    present = _status(fields.get("status"))
    return Ticket(
        ref=TicketRef(site.name, issue_id),
        key=key,
        title=word(fields.get("summary")),
        url=f"{site.url.rstrip('/')}/browse/{quote(key)}",
        created_at=created_at,
        updated_at=instant(fields.get("updated")) or created_at,
        status=present,
        status_changes=status_changes(items, discovery.statuses, present),
        priority=named(fields.get("priority")),
        reporter=person(fields.get("reporter"), own_account),
        assignee=person(fields.get("assignee"), own_account),
        traits=_traits(fields, discovery),
        fields=_values(fields, own),
        changes=field_changes(items, fields, discovery.fields, own),
        comments=comments_of(issue, http, auth, own_account),
        held={name: held_text(fields.get(field)) for name, field in site.fields.items()},
    )


def _status(value: object) -> Status:
    category = word(record(record(value).get("statusCategory")).get("key"))
    return Status(named(value), ended=category == "done")


def _values(fields: Json, own: frozenset[str]) -> Mapping[str, FieldValue]:
    """Give what the fields hold that are not dueby's own: whatever it writes, the ticket stays the same one."""
    left_out = _NO_VALUES | own
    found = {name: field_value(value) for name, value in fields.items() if value is not None and name not in left_out}
    return {name: value for name, value in found.items() if value}


def _traits(fields: Json, discovery: Discovery) -> Mapping[str, FieldValue]:
    project = record(fields.get("project"))
    traits = {
        "project": (words(project.get("key"), project.get("name"), project.get("id")),),
        "issue_type": (named(fields.get("issuetype")),),
        "labels": field_value(fields.get("labels")),
        "components": tuple(named(component) for component in records(fields.get("components"))),
    }
    if word(project.get("projectTypeKey")) in {"", "service_desk"}:
        traits |= _service_desk_traits(fields, discovery)
    return {name: value for name, value in traits.items() if any(value)}


def _service_desk_traits(fields: Json, discovery: Discovery) -> dict[str, FieldValue]:
    kinds = {field.kind: field.id for field in discovery.fields.get().values()}
    found = {trait: fields.get(kinds.get(kind, "")) for trait, kind in _TRAIT_KINDS.items()}
    return {trait: field_value(value) for trait, value in found.items()}
