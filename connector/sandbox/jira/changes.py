"""Changes an issue and keeps its history; each function says what happened, for the webhooks."""

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from connector.sandbox.jira.issues import Comment, Entry, Issue, Item, Site
from connector.sandbox.jira.kinds import kind_of
from connector.sandbox.jira.model import Field, Named, Project, Status, User
from connector.sandbox.jira.reading import Context

RESOLUTION = Field(id="resolution", name="resolution", kind="resolution")
STATUS = Field(id="status", name="status", kind="status")
PROJECT = Field(id="project", name="project", kind="project")
KEY = Field(id="issuekey", name="Key", kind="key")
DONE = Named(id="10000", name="Done")

What = Literal["created", "updated", "deleted", "comment_created", "comment_updated", "comment_deleted"]


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to an issue. `type` is Jira's issue_event_type_name."""

    what: What
    issue: Issue
    by: User
    at: datetime
    type: str = "issue_updated"
    entry: Entry | None = None
    comment: Comment | None = None


def item(site: Site, issue: Issue, field: Field, before: Any, after: Any) -> Item:
    """Make a history item of two inner values."""
    old, new = (_words(site, issue, field, value) for value in (before, after))
    return Item(field=field, before=old[0], before_text=old[1], after=new[0], after_text=new[1])


def _words(site: Site, issue: Issue, field: Field, value: Any) -> tuple[str | None, str | None]:
    if value is None or value == ():
        return (None, None)
    if isinstance(value, Named) and not field.custom:
        return value.id, value.name
    return kind_of(field).words(value, Context(site=site, field=field, project=issue.project))


def enter(site: Site, issue: Issue, items: tuple[Item, ...], by: User, at: datetime) -> Entry:
    """Put an entry into the history at its instant; an empty one is only passed on."""
    entry = Entry(id=site.new_id(), at=at, by=by, items=items)
    if items:
        insort(issue.history, entry, key=lambda one: (one.at, int(one.id)))
    issue.updated_at = max(issue.updated_at, at)
    return entry


def set_values(site: Site, issue: Issue, values: Mapping[str, Any], by: User, at: datetime) -> Happening:
    """Set fields (inner values by field id). Equal values make no history but, as in Jira, an event."""
    items = []
    for name, value in values.items():
        before = issue.values.get(name)
        issue.values[name] = value
        if before != value:
            items.append(item(site, issue, site.fields[name], before, value))
    entry = enter(site, issue, tuple(items), by, at)
    kind = "issue_assigned" if list(values) == ["assignee"] else "issue_updated"
    return Happening(what="updated", issue=issue, by=by, at=at, type=kind, entry=entry)


def set_status(site: Site, issue: Issue, status: Status, by: User, at: datetime) -> Happening:
    """Put an issue into a status; a done one gets a resolution, the others lose it."""
    before, resolution = issue.status, issue.values.get("resolution")
    resolved = DONE if status.category == "done" else None
    items = [item(site, issue, STATUS, before, status)] if before != status else []
    if resolution != resolved:
        items.append(item(site, issue, RESOLUTION, resolution, resolved))
        issue.resolved_at = at if resolved else None
    if before.category != status.category:
        issue.status_category_at = at
    issue.values |= {"status": status, "resolution": resolved}
    entry = enter(site, issue, tuple(items), by, at)
    kind = "issue_generic" if site.cloud or not resolved else "issue_resolved"
    return Happening(what="updated", issue=issue, by=by, at=at, type=kind, entry=entry)


def create(site: Site, project: Project, values: Mapping[str, Any], by: User, at: datetime) -> Happening:
    """Create an issue in the first status; its reporter is `by` unless `values` names one."""
    project.last += 1
    issue = Issue(
        id=site.new_id(),
        key=f"{project.key}-{project.last}",
        project=project,
        created_at=at,
        updated_at=at,
        creator=by,
        status_category_at=at,
        values={"status": site.statuses[0], "reporter": by, "labels": (), "components": (), **values},
    )
    site.issues[issue.id] = issue
    site.keys[issue.key] = issue.id
    shown = [(STATUS if name == "status" else site.fields[name], value) for name, value in issue.values.items()]
    items = tuple(item(site, issue, field, None, value) for field, value in shown if value not in (None, ()))
    entry = Entry(id=issue.id, at=at, by=by, items=items)
    return Happening(what="created", issue=issue, by=by, at=at, type="issue_created", entry=entry)


def move(site: Site, issue: Issue, project: Project, by: User, at: datetime) -> Happening:
    """Move an issue to another project: its key changes, the old key still finds it."""
    old_key, old = issue.key, issue.project
    project.last += 1
    issue.key, issue.project = f"{project.key}-{project.last}", project
    site.keys[issue.key] = issue.id
    moved = Item(field=PROJECT, before=old.id, before_text=old.name, after=project.id, after_text=project.name)
    renamed = Item(field=KEY, before=None, before_text=old_key, after=None, after_text=issue.key)
    entry = enter(site, issue, (moved, renamed), by, at)
    return Happening(what="updated", issue=issue, by=by, at=at, type="issue_moved", entry=entry)


def delete(site: Site, issue: Issue, by: User, at: datetime) -> Happening:
    """Delete an issue for good."""
    del site.issues[issue.id]
    site.keys = {key: held for key, held in site.keys.items() if held != issue.id}
    return Happening(what="deleted", issue=issue, by=by, at=at)


def add_comment(issue: Issue, comment: Comment) -> Happening:
    """Add a comment at its instant."""
    insort(issue.comments, comment, key=lambda one: (one.created_at, int(one.id)))
    issue.updated_at = max(issue.updated_at, comment.created_at)
    return Happening(what="comment_created", issue=issue, by=comment.author, at=comment.created_at, comment=comment)


def edit_comment(issue: Issue, comment: Comment, by: User, at: datetime, text: str | None) -> Happening:
    """Note that a comment was edited, with a new text or in its visibility."""
    comment.text = comment.text if text is None else text
    comment.updated_at, comment.updated_by = at, by
    issue.updated_at = max(issue.updated_at, at)
    return Happening(what="comment_updated", issue=issue, by=by, at=at, comment=comment)


def delete_comment(issue: Issue, comment: Comment, by: User, at: datetime) -> Happening:
    """Remove a comment."""
    issue.comments.remove(comment)
    issue.updated_at = max(issue.updated_at, at)
    return Happening(what="comment_deleted", issue=issue, by=by, at=at, comment=comment)
