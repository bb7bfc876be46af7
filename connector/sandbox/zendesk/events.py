"""The events of a Zendesk: what one save tells, each in its envelope."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

from connector.sandbox.zendesk.model import Audit, Site, Ticket, User
from connector.sandbox.zendesk.shapes import instant

CHANGED = {
    "priority": "priority_changed",
    "status": "status_changed",
    "custom_status_id": "custom_status_changed",
    "type": "type_changed",
    "group_id": "group_assignment_changed",
    "assignee_id": "agent_assignment_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
    "organization_id": "organization_changed",
    "requester_id": "requester_changed",
    "subject": "subject_changed",
    "external_id": "external_id_changed",
    "due_at": "task_due_at_changed",
    "problem_id": "problem_link_changed",
}
UPPER = frozenset({"priority", "status", "type"})


def envelope(site: Site, ticket: Ticket, audit: Audit, name: str, event: dict[str, Any]) -> dict[str, Any]:
    """Wrap an event with what it says of the ticket."""
    return {
        "account_id": site.account_id,
        "detail": _detail(ticket, audit),
        "event": event,
        "id": str(uuid.uuid4()),
        "subject": f"zen:ticket:{ticket.id}",
        "time": f"{audit.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z",
        "type": f"zen:event-type:ticket.{name}",
        "zendesk_event_version": "2022-11-06",
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _upper(value: Any) -> str | None:
    return None if value is None else str(value).upper()


def _detail(ticket: Ticket, audit: Audit) -> dict[str, Any]:
    held = ticket.held
    return {
        "actor_id": str(audit.author_id),
        "assignee_id": _text(held.get("assignee_id")),
        "brand_id": _text(held.get("brand_id")),
        "created_at": instant(ticket.created_at),
        "custom_status": _text(held.get("custom_status_id")),
        "description": ticket.comments[0].body if ticket.comments else "",
        "external_id": held.get("external_id"),
        "form_id": _text(held.get("ticket_form_id")),
        "group_id": _text(held.get("group_id")),
        "id": str(ticket.id),
        "is_public": any(comment.public for comment in ticket.comments),
        "organization_id": _text(held.get("organization_id")),
        "priority": _upper(held.get("priority")),
        "requester_id": _text(held.get("requester_id")),
        "status": "DELETED" if ticket.deleted else _upper(held.get("status")),
        "subject": held.get("subject"),
        "submitter_id": str(ticket.submitter_id),
        "tags": list(held.get("tags") or ()),
        "type": _upper(held.get("type")),
        "updated_at": instant(ticket.updated_at),
        "via": {"channel": "web_service" if audit.channel == "api" else audit.channel},
    }


def events(site: Site, ticket: Ticket, audit: Audit) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the names and bodies of the events of one save."""
    if any(event["type"] == "Create" for event in audit.events):
        yield "created", {}
    for event in audit.events:
        if told := _event(site, event):
            yield told
    if audit.merged_into:
        yield "merged", {"target_ticket": {"id": str(audit.merged_into)}}
    if ticket.deleted:
        yield "soft_deleted", {}


def _event(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    makers: dict[str, Callable[[Site, dict[str, Any]], tuple[str, dict[str, Any]] | None]] = {
        "Comment": _commented,
        "Change": _changed,
        "CommentPrivacyChange": lambda _, one: ("comment_made_private", {"comment": {"id": str(one["comment_id"])}}),
    }
    maker = makers.get(event["type"])
    return maker(site, event) if maker else None


def _commented(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    author: User | None = site.user(event["author_id"])
    staff = author is not None and author.role != "end-user"
    told = {"id": str(event["author_id"]), "is_staff": staff, "name": author.name if author else ""}
    comment = {"id": str(event["id"]), "body": event["body"], "is_public": event["public"], "author": told}
    return "comment_added", {"comment": comment}


def _changed(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    name, after, before = event["field_name"], event["value"], event["previous_value"]
    if name == "tags":
        new, old = set(after or ()), set(before or ())
        return "tags_changed", {"tags_added": sorted(new - old), "tags_removed": sorted(old - new)}
    if name.isdigit():
        field = site.fields[int(name)]
        about = {"id": name, "title": field.title, "type": field.type.upper()}
        return "custom_field_changed", {
            "current": {"value": after},
            "previous": {"value": before},
            "custom_field": about,
        }
    told = _upper if name in UPPER else _text
    return (CHANGED[name], {"current": told(after), "previous": told(before)}) if name in CHANGED else None
