"""Saves a ticket: one audit with an event for each thing that changed."""

from bisect import insort
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connector.sandbox.zendesk.model import Audit, Comment, Site, Ticket, User
from connector.sandbox.zendesk.values import from_tags, spelled, tags_of

HELD = (
    *("subject", "priority", "type", "status", "custom_status_id", "requester_id", "assignee_id", "group_id"),
    *("organization_id", "brand_id", "ticket_form_id", "external_id", "due_at", "problem_id"),
)
WAITING = frozenset({"pending", "hold", "solved"})


@dataclass(frozen=True, kw_only=True)
class Save:
    """What one save sets. `comment` is (text, public); `tags` None leaves them to the drop-downs."""

    by: User
    at: datetime
    held: Mapping[str, Any] = field(default_factory=dict)
    custom: Mapping[int, Any] = field(default_factory=dict)
    tags: list[str] | None = None
    comment: tuple[str, bool] | None = None
    channel: str = "api"
    rel: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def save(site: Site, ticket: Ticket, wanted: Save, kind: str = "Change") -> Audit:
    """Apply a save; return its audit, which is kept only where something happened. `kind` is Create or Change."""
    audit = Audit(
        id=site.new_id(),
        author_id=wanted.by.id,
        created_at=wanted.at,
        events=[],
        channel=wanted.channel,
        rel=wanted.rel,
        custom=wanted.metadata,
    )
    if wanted.comment:
        audit.events.append(_comment(site, ticket, audit, wanted.comment))
    held, custom = _settled(site, ticket, wanted)
    for name, value in held.items():
        audit.events += _noted(site, kind, name, (ticket.held.get(name), value))
    for number, value in custom.items():
        audit.events += _noted(site, kind, str(number), (ticket.custom.get(number), value))
    ticket.held |= held
    ticket.custom |= custom
    if audit.events:
        keep(ticket, audit)
    return audit


def keep(ticket: Ticket, audit: Audit) -> None:
    """Put an audit into the ticket's history at its instant."""
    insort(ticket.audits, audit, key=lambda one: (one.created_at, one.id))
    ticket.updated_at = max(ticket.updated_at, audit.created_at)
    ticket.generated_at = max(ticket.generated_at, audit.created_at)


def _settled(site: Site, ticket: Ticket, wanted: Save) -> tuple[dict[str, Any], dict[int, Any]]:
    """Work out what the ticket will hold: statuses agree with custom statuses, tags with drop-downs."""
    held, custom = dict(wanted.held), dict(wanted.custom)
    if wanted.comment and wanted.by.role == "end-user" and ticket.held.get("status") in WAITING:
        held.setdefault("status", "open")
    if held.get("custom_status_id"):
        held["status"] = next(one.category for one in site.statuses if one.id == held["custom_status_id"])
    elif "status" in held:
        fits = [one.id for one in site.statuses if one.default and one.category == held["status"]]
        held["custom_status_id"] = fits[0] if fits else ticket.held.get("custom_status_id")
    before = set(ticket.held.get("tags") or ())
    if wanted.tags is not None:
        tags = set(wanted.tags)
        for number, known in site.fields.items():
            value = from_tags(known, tags, ticket.custom.get(number))
            if value != ticket.custom.get(number) and (value or ticket.custom.get(number)):
                custom.setdefault(number, value)
    else:
        tags = set(before)
        for number, value in custom.items():
            tags -= tags_of(site.fields[number], ticket.custom.get(number))
            tags |= tags_of(site.fields[number], value)
    if tags != before:
        held["tags"] = sorted(tags)
    return held, custom


def _noted(site: Site, kind: str, name: str, values: tuple[Any, Any]) -> list[dict[str, Any]]:
    before, after = values
    if before == after or (kind == "Create" and after in (None, [], False)):
        return []
    event: dict[str, Any] = {"id": site.new_id(), "type": kind, "field_name": name, "value": spelled(after)}
    return [event | ({} if kind == "Create" else {"previous_value": spelled(before)})]


def _comment(site: Site, ticket: Ticket, audit: Audit, given: tuple[str, bool]) -> dict[str, Any]:
    text, public = given
    comment = Comment(
        id=site.new_id(),
        author_id=audit.author_id,
        body=text,
        public=public,
        created_at=audit.created_at,
        audit_id=audit.id,
    )
    insort(ticket.comments, comment, key=lambda one: (one.created_at, one.id))
    return show_comment(comment)


def show_comment(comment: Comment) -> dict[str, Any]:
    """Give a comment as audits and the list of comments hold it."""
    return {
        "id": comment.id,
        "type": "Comment",
        "author_id": comment.author_id,
        "body": comment.body,
        "html_body": f'<div class="zd-comment" dir="auto">{comment.body}</div>',
        "plain_body": comment.body,
        "public": comment.public,
        "attachments": [],
        "audit_id": comment.audit_id,
    }
