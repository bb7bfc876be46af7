"""Files a ticket, and makes a comment private."""

from datetime import datetime
from typing import Any

from connector.sandbox.zendesk.changes import Save, keep, save
from connector.sandbox.zendesk.model import Audit, Comment, Site, Ticket, User
from connector.sandbox.zendesk.values import from_tags


def create(site: Site, wanted: Save, requester: User) -> tuple[Ticket, Audit]:
    """File a ticket; its first comment is its description."""
    site.last_ticket += 1
    ticket = Ticket(
        id=site.last_ticket,
        created_at=wanted.at,
        updated_at=wanted.at,
        generated_at=wanted.at,
        submitter_id=wanted.by.id,
        held={"tags": []},
        channel=wanted.channel,
    )
    for number, known in site.fields.items():
        ticket.custom[number] = from_tags(known, set(), None)
    site.tickets[ticket.id] = ticket
    defaults = {
        "status": "new",
        "requester_id": requester.id,
        "organization_id": requester.organization_id,
        "brand_id": site.brands[0].id,
        "ticket_form_id": site.forms[0].id,
        "group_id": site.groups[0].id,
    }
    full = Save(**{**vars(wanted), "held": {**defaults, **wanted.held}})
    audit = save(site, ticket, full, "Create")
    audit.events.append(_notification(site, requester))
    return ticket, audit


def _notification(site: Site, requester: User) -> dict[str, Any]:
    """Make the event of the mail that a trigger sent: readers must pass over types they do not know."""
    rule = {"channel": "rule", "source": {"from": {"id": 22, "title": "Notify requester"}, "rel": "trigger"}}
    mail = {"subject": "Request received", "body": "...", "recipients": [requester.id]}
    return {"id": site.new_id(), "type": "Notification", "via": rule, **mail}


def make_private(site: Site, ticket: Ticket, comment: Comment, by: User, at: datetime) -> Audit:
    """Make a comment private; there is no way back."""
    comment.public = False
    event = {"id": site.new_id(), "type": "CommentPrivacyChange", "comment_id": comment.id, "public": False}
    audit = Audit(id=site.new_id(), author_id=by.id, created_at=at, events=[event])
    for other in ticket.audits:
        for held in other.events:
            if held["id"] == comment.id:
                held["public"] = False
    keep(ticket, audit)
    return audit
