"""Issues, comments and history as Jira's JSON."""

from collections.abc import Iterable
from typing import Any

from connector.sandbox.jira import instants
from connector.sandbox.jira.documents import document
from connector.sandbox.jira.issues import Comment, Entry, Issue, Item, Site
from connector.sandbox.jira.kinds import kind_of
from connector.sandbox.jira.people import show_user
from connector.sandbox.jira.reading import Context
from connector.sandbox.jira.things import show_category, show_named, show_project, show_request_type, show_status

BRIEF = ("summary", "issuetype", "project", "assignee", "priority", "status")
INTERNAL = "sd.public.comment"


def show_field(site: Site, issue: Issue, name: str, version: str) -> Any:
    """Give one editable field's value."""
    field, value = site.fields[name], issue.values.get(name)
    if value is None:
        return [] if name in ("labels", "components") else None
    if field.kind == "vp-origin":
        return show_request_type(site, value, issue.status)
    return kind_of(field).show(value, Context(site=site, field=field, version=version, project=issue.project))


def show_fields(site: Site, issue: Issue, version: str = "2") -> dict[str, Any]:
    """Give all fields of an issue but its comments."""
    shown = {name: show_field(site, issue, name, version) for name in site.fields}
    resolution = issue.values.get("resolution")
    resolved = issue.resolved_at
    shown |= {
        "project": show_project(site, issue.project),
        "status": show_status(site, issue.status),
        "resolution": show_named(site, "resolution", resolution) if resolution else None,
        "resolutiondate": instants.show(resolved, site.timezone) if resolved else None,
        "created": instants.show(issue.created_at, site.timezone),
        "updated": instants.show(issue.updated_at, site.timezone),
        "creator": show_user(site, issue.creator),
        "workratio": -1,
    }
    if site.cloud:
        shown["statuscategorychangedate"] = instants.show(issue.status_category_at, site.timezone)
        shown["statusCategory"] = show_category(site, issue.status)
    return shown


def show_issue(site: Site, issue: Issue, fields: dict[str, Any]) -> dict[str, Any]:
    """Wrap fields into an issue."""
    return {"id": issue.id, "self": f"{site.url}/rest/api/2/issue/{issue.id}", "key": issue.key, "fields": fields}


def show_comment(
    site: Site, issue: Issue, comment: Comment, version: str = "2", *, properties: bool = False
) -> dict[str, Any]:
    """Give a comment. Data Center tells an internal one by its property alone, and only when asked for it."""
    shown: dict[str, Any] = {
        "self": f"{site.url}/rest/api/2/issue/{issue.id}/comment/{comment.id}",
        "id": comment.id,
        "author": show_user(site, comment.author),
        "body": document(comment.text) if version == "3" else comment.text,
        "updateAuthor": show_user(site, comment.updated_by),
        "created": instants.show(comment.created_at, site.timezone),
        "updated": instants.show(comment.updated_at, site.timezone),
    }
    if site.cloud:
        shown["jsdPublic"] = not comment.internal
    if comment.role:
        shown["visibility"] = {"type": "role", "value": comment.role}
    if properties:
        shown["properties"] = comment_properties(comment)
    return shown


def comment_properties(comment: Comment) -> list[dict[str, Any]]:
    """Give a comment's properties: the service desk's one, where it was ever set."""
    return [{"key": INTERNAL, "value": {"internal": comment.internal}}] if comment.internal_set else []


def show_comments(
    site: Site, issue: Issue, version: str, limit: int | None, *, properties: bool = False
) -> dict[str, Any]:
    """Give the `comment` field: at most `limit` of the comments, with their true total."""
    shown = issue.comments if limit is None else issue.comments[:limit]
    return {
        "comments": [show_comment(site, issue, comment, version, properties=properties) for comment in shown],
        "self": f"{site.url}/rest/api/2/issue/{issue.id}/comment",
        "maxResults": len(shown) if limit is None else limit,
        "total": len(issue.comments),
        "startAt": 0,
    }


def show_item(site: Site, item: Item) -> dict[str, Any]:
    """Give a history item. Only Cloud tells the field's id; `field` is the name that people see."""
    field = item.field
    shown: dict[str, Any] = {
        "field": field.name if field.custom or field.id == "issuekey" else field.id,
        "fieldtype": "custom" if field.custom else "jira",
    }
    if site.cloud:
        shown["fieldId"] = field.id
    return shown | {
        "from": item.before,
        "fromString": item.before_text,
        "to": item.after,
        "toString": item.after_text,
    }


def show_entry(site: Site, entry: Entry) -> dict[str, Any]:
    """Give one entry of the history."""
    return {
        "id": entry.id,
        "author": show_user(site, entry.by),
        "created": instants.show(entry.at, site.timezone),
        "items": [show_item(site, item) for item in entry.items],
    }


def show_entries(site: Site, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Give entries of the history in the order given."""
    return [show_entry(site, entry) for entry in entries]
