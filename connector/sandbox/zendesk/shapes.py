"""Tickets, their audits and comments as Zendesk's JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.zendesk.changes import HELD, show_comment
from connector.sandbox.zendesk.model import Audit, Comment, Site, Ticket


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
