"""Sites and answers of trackers, written by hand in the shapes that the real ones send."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sites import Auth, Site

Body = dict[str, Any]

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CLOUD_URL = "https://acme.example"
DC_URL = "https://jira.acme.example/jira"
DESK_URL = "https://help.acme.example"

JIRA_FIELDS = {
    "due_at": "customfield_10100",
    "due_on": "customfield_10103",
    "state": "customfield_10101",
    "summary": "customfield_10102",
}
CLOUD = Site(
    name="acme",
    tracker="jira",
    url=CLOUD_URL,
    auth=Auth(user="bot@acme.example", token="cloud-secret"),
    timezone="Europe/Paris",
    fields=JIRA_FIELDS,
)
DATACENTER = Site(
    name="onsite",
    tracker="jira",
    url=DC_URL,
    deployment="datacenter",
    auth=Auth(bearer="dc-secret"),
    timezone="Europe/Paris",
    fields=JIRA_FIELDS,
)
DESK = Site(
    name="help",
    tracker="zendesk",
    url=DESK_URL,
    auth=Auth(user="bot@acme.example", token="desk-secret"),
    timezone="Europe/Paris",
    fields={"due_at": "360001", "state": "360002", "summary": "360003", "due_on": "360004"},
)

_CUSTOM = "com.atlassian.jira.plugin.system.customfieldtypes:"
_DESK = "com.atlassian.servicedesk:"


def jira_field(field_id: str, name: str, kind: str, custom: str = "") -> Body:
    """Give one entry of GET /field."""
    if not field_id.startswith("customfield_"):
        return {"id": field_id, "name": name, "custom": False, "schema": {"type": kind, "system": field_id}}
    return {"id": field_id, "name": name, "custom": True, "schema": {"type": kind, "custom": custom}}


JIRA_FIELD_LIST = [
    jira_field("summary", "Summary", "string"),
    jira_field("priority", "Priority", "priority"),
    jira_field("status", "Status", "status"),
    jira_field("customfield_10100", "Due at", "datetime", f"{_CUSTOM}datetime"),
    jira_field("customfield_10101", "Due state", "string", f"{_CUSTOM}readonlyfield"),
    jira_field("customfield_10102", "Due summary", "string", f"{_CUSTOM}textfield"),
    jira_field("customfield_10103", "Due on", "date", f"{_CUSTOM}datepicker"),
    jira_field("customfield_10104", "Due state list", "option", f"{_CUSTOM}select"),
    jira_field("customfield_10105", "Points", "number", f"{_CUSTOM}float"),
    jira_field("customfield_10071", "Environment", "option", f"{_CUSTOM}select"),
    jira_field("customfield_10072", "Severity", "option", f"{_CUSTOM}select"),
    jira_field("customfield_10073", "Severity", "string", f"{_CUSTOM}textfield"),
    jira_field("customfield_10010", "Request Type", "sd-customerrequesttype", f"{_DESK}vp-origin"),
    jira_field("customfield_10002", "Organizations", "array", f"{_DESK}sd-customer-organizations"),
]
JIRA_STATUS_LIST = [
    {"id": "1", "name": "To Do", "statusCategory": {"id": 2, "key": "new"}},
    {"id": "3", "name": "In Progress", "statusCategory": {"id": 4, "key": "indeterminate"}},
    {"id": "5", "name": "Done", "statusCategory": {"id": 3, "key": "done"}},
]


def cloud_user(account: str, kind: str = "atlassian", **more: str) -> Body:
    """Give a user as Jira Cloud shows one."""
    return {"accountId": account, "accountType": kind, "displayName": account.title(), "active": True, **more}


def jira_comment(comment_id: str, author: Body | None, created: str, **more: Any) -> Body:
    """Give one comment of a Jira issue."""
    return {"id": comment_id, "author": author, "body": "text", "created": created, "updated": created, **more}


def jira_entry(entry_id: str, created: str, *items: Body) -> Body:
    """Give one entry of a Jira issue's history."""
    return {"id": entry_id, "created": created, "items": list(items)}


def jira_item(
    field: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None], **more: str
) -> Body:
    """Give one changed field: (stored, shown) before and after."""
    item = {"field": field, "from": before[0], "fromString": before[1], "to": after[0], "toString": after[1]}
    return {"fieldtype": "jira", **item, **more}


def jira_issue(fields: Mapping[str, Any] | None = None, histories: list[Body] | None = None, total: int = 0) -> Body:
    """Give an issue as GET /issue answers with `expand=changelog`."""
    shown = {
        "summary": "Login fails",
        "created": "2026-11-20T10:00:00.123+0100",
        "updated": "2026-11-20T11:00:00.000+0100",
        "project": {"id": "10001", "key": "OKTA", "name": "Okta desk", "projectTypeKey": "service_desk"},
        "issuetype": {"id": "10005", "name": "Service Request"},
        "priority": {"id": "2", "name": "High"},
        "status": {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
        "reporter": cloud_user("carol", "customer", timeZone="America/New_York", emailAddress="carol@customer.example"),
        "labels": ["production"],
        "components": [{"id": "10301", "name": "Login"}],
        "comment": {"comments": [], "total": 0, "startAt": 0, "maxResults": 100},
        **(fields or {}),
    }
    log = histories or []
    changelog = {"startAt": 0, "maxResults": 100, "total": total or len(log), "histories": log}
    return {
        "id": "10001",
        "key": "OKTA-7",
        "self": "https://elsewhere.example/x",
        "fields": shown,
        "changelog": changelog,
    }


def desk_field(field_id: int, kind: str, options: Mapping[str, str] | None = None) -> Body:
    """Give one entry of GET /ticket_fields."""
    shown = [{"id": number, "name": name, "value": tag} for number, (tag, name) in enumerate((options or {}).items())]
    return {"id": field_id, "type": kind, "title": f"Field {field_id}", "custom_field_options": shown}


DESK_FIELD_LIST = [
    desk_field(360001, "regexp"),
    desk_field(360002, "tagger", {"dueby_running": "Running"}),
    desk_field(360003, "text"),
    desk_field(360004, "date"),
    desk_field(360010, "tagger", {"plan_gold": "Plans::Gold"}),
    desk_field(360011, "checkbox"),
    desk_field(360012, "multiselect", {"net": ".NET", "sql": "SQL"}),
    desk_field(360013, "integer"),
]
DESK_USERS = [
    {"id": 1, "name": "Carol", "email": "carol@customer.example", "role": "end-user", "iana_time_zone": "Asia/Tokyo"},
    {"id": 2, "name": "Alice", "email": "alice@acme.example", "role": "agent"},
    {"id": 9, "name": "dueby", "email": "bot@acme.example", "role": "admin"},
]


def desk_ticket(**more: Any) -> Body:
    """Give GET /tickets/{id} with what comes along."""
    ticket = {
        "id": 5158,
        "subject": "Cannot log in",
        "status": "open",
        "priority": "high",
        "custom_status_id": None,
        "created_at": "2026-11-20T09:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
        "requester_id": 1,
        "organization_id": 70,
        "group_id": 71,
        "brand_id": 72,
        "ticket_form_id": 73,
        "tags": ["vip", "mobile"],
        "custom_fields": [],
        **more,
    }
    return {
        "ticket": ticket,
        "users": DESK_USERS[:2],
        "groups": [{"id": 71, "name": "Support"}],
        "organizations": [{"id": 70, "name": "Acme"}],
        "ticket_forms": [{"id": 73, "name": "Incident"}],
    }


def desk_audit(audit_id: int, created_at: str, *events: Body, **more: Any) -> Body:
    """Give one audit."""
    return {"id": audit_id, "ticket_id": 5158, "created_at": created_at, "author_id": 2, "events": list(events), **more}


def set_first(field: str, value: Any) -> Body:
    """Give the event of a value set at creation."""
    return {"id": 1, "type": "Create", "field_name": field, "value": value}


def changed(field: str, before: Any, after: Any) -> Body:
    """Give the event of a changed value."""
    return {"id": 1, "type": "Change", "field_name": field, "previous_value": before, "value": after}


def commented(comment_id: int, *, public: bool = True) -> Body:
    """Give the event of a comment."""
    return {"id": comment_id, "type": "Comment", "public": public, "author_id": 2}


def last_page(key: str, items: list[Body]) -> Body:
    """Give the last page of a list."""
    return {key: items, "meta": {"has_more": False, "after_cursor": None}}
