"""Tickets, people and the catalogue as Zendesk's JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.zendesk.changes import HELD, show_comment
from connector.sandbox.zendesk.model import Audit, Comment, CustomStatus, Named, Site, Ticket, TicketField, User

LONG_AGO = "2024-01-01T00:00:00Z"


def instant(at: datetime) -> str:
    """Write an instant to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def via(channel: str, rel: str | None = None) -> dict[str, Any]:
    """Give by which way something came in."""
    return {"channel": channel, "source": {"from": {}, "to": {}, "rel": rel}}


def show_ticket(site: Site, ticket: Ticket) -> dict[str, Any]:
    """Give a ticket; its custom fields stand twice in it."""
    custom = [{"id": number, "value": ticket.custom.get(number)} for number in site.fields]
    held: Mapping[str, Any] = {name: ticket.held.get(name) for name in HELD}
    subject = ticket.held.get("subject") or ""
    return {
        "url": f"{site.url}/api/v2/tickets/{ticket.id}.json",
        "id": ticket.id,
        "via": via(ticket.channel),
        "created_at": instant(ticket.created_at),
        "updated_at": instant(ticket.updated_at),
        "generated_timestamp": int(ticket.generated_at.timestamp()),
        **held,
        "subject": subject,
        "raw_subject": subject,
        "description": ticket.comments[0].body if ticket.comments else "",
        "recipient": None,
        "submitter_id": ticket.submitter_id,
        "collaborator_ids": [],
        "follower_ids": [],
        "email_cc_ids": [],
        "forum_topic_id": None,
        "has_incidents": False,
        "is_public": any(comment.public for comment in ticket.comments),
        "tags": list(ticket.held.get("tags") or ()),
        "custom_fields": custom,
        "satisfaction_rating": {"score": "unoffered"},
        "sharing_agreement_ids": [],
        "fields": custom,
        "followup_ids": [],
        "allow_channelback": False,
        "allow_attachments": True,
        "from_messaging_channel": False,
    } | ({"status": "deleted"} if ticket.deleted else {})


def show_listed_comment(comment: Comment) -> dict[str, Any]:
    """Give a comment as the list of comments does."""
    more = {"via": via("web"), "created_at": instant(comment.created_at), "metadata": {"system": {}, "custom": {}}}
    return show_comment(comment) | more


def show_audit(ticket: Ticket, audit: Audit) -> dict[str, Any]:
    """Give one audit."""
    return {
        "id": audit.id,
        "ticket_id": ticket.id,
        "created_at": instant(audit.created_at),
        "author_id": audit.author_id,
        "metadata": {"system": {"client": "sandbox"}, "custom": dict(audit.custom)},
        "events": audit.events,
        "via": via(audit.channel, audit.rel),
    }


def show_user(site: Site, user: User) -> dict[str, Any]:
    """Give a person."""
    return {
        "id": user.id,
        "url": f"{site.url}/api/v2/users/{user.id}.json",
        "name": user.name,
        "email": user.email,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
        "time_zone": user.timezone,
        "iana_time_zone": user.timezone,
        "locale": "en-US",
        "organization_id": user.organization_id,
        "role": user.role,
        "verified": True,
        "active": True,
        "suspended": False,
        "tags": [],
        "user_fields": {},
    }


def show_named(site: Site, kind: str, thing: Named) -> dict[str, Any]:
    """Give a group, organization, brand or ticket form; `kind` is its collection's name."""
    shown: dict[str, Any] = {
        "url": f"{site.url}/api/v2/{kind}/{thing.id}.json",
        "id": thing.id,
        "name": thing.name,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    extra: dict[str, dict[str, Any]] = {
        "brands": {"subdomain": thing.name.lower().replace(" ", "-"), "active": True, "default": False},
        "groups": {"deleted": False, "default": False, "description": "", "is_public": True},
        "ticket_forms": {"active": True, "default": False, "ticket_field_ids": list(site.fields)},
        "organizations": {"domain_names": list(thing.domains), "tags": [], "organization_fields": {}},
    }
    return shown | extra[kind]


def show_status(site: Site, status: CustomStatus) -> dict[str, Any]:
    """Give a custom status."""
    return {
        "url": f"{site.url}/api/v2/custom_statuses/{status.id}.json",
        "id": status.id,
        "status_category": status.category,
        "agent_label": status.label,
        "end_user_label": status.label,
        "description": "",
        "active": True,
        "default": status.default,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }


def show_field(site: Site, field: TicketField) -> dict[str, Any]:
    """Give a ticket field."""
    shown: dict[str, Any] = {
        "url": f"{site.url}/api/v2/ticket_fields/{field.id}.json",
        "id": field.id,
        "type": field.type,
        "title": field.title,
        "raw_title": field.title,
        "description": "",
        "active": field.active,
        "required": False,
        "regexp_for_validation": field.pattern,
        "tag": field.tag,
        "removable": True,
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }
    if field.options:
        options = enumerate(field.options, start=field.id * 100)
        shown["custom_field_options"] = [
            {"id": number, "name": name, "raw_name": name, "value": tag} for number, (name, tag) in options
        ]
    return shown
