"""Tickets: look, create, update, delete, merge, their audits and comments."""

from typing import Any

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.zendesk import changes, filing
from connector.sandbox.zendesk.model import Audit, Ticket, User
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.shapes import instant, show_audit, show_listed_comment, show_ticket
from connector.sandbox.zendesk.views.asking import NOT_FOUND, Table, find, invalid, page, sideloads
from connector.sandbox.zendesk.views.reading import read_save

MOVED = (
    "Safe Update prevented the update due to outdated ticket data. Please fetch the latest ticket data and try again."
)


def _sender(site: ZendeskSite, call: Call) -> User:
    return site.site.users[call.by]


def look(site: ZendeskSite, call: Call) -> Answer:
    """Give a ticket with the sideloads asked for; comments are not included."""
    ticket = find(site, call)
    return Answer(body={"ticket": show_ticket(site.site, ticket), **sideloads(site.site, call, [ticket])})


def look_many(site: ZendeskSite, call: Call) -> Answer:
    """Give several tickets by id; those that are not there are left out."""
    wanted = {int(one) for one in call.names("ids")}
    found = [ticket for ticket in site.site.tickets.values() if ticket.id in wanted and not ticket.deleted]
    shown = [show_ticket(site.site, ticket) for ticket in found]
    return Answer(body=page(site, call, "tickets", shown) | sideloads(site.site, call, found))


def listed(site: ZendeskSite, call: Call) -> Answer:
    """Give a page of all tickets."""
    every = [ticket for ticket in site.site.tickets.values() if not ticket.deleted]
    shown = [show_ticket(site.site, ticket) for ticket in every]
    return Answer(body=page(site, call, "tickets", shown) | sideloads(site.site, call, every))


def create(site: ZendeskSite, call: Call) -> Answer:
    """Create a ticket; its comment becomes its description."""
    by, wanted = _sender(site, call), dict(call.json.get("ticket") or {})
    if not wanted.get("comment") and wanted.get("description"):
        wanted["comment"] = {"body": wanted["description"]}
    if not wanted.get("comment"):
        raise invalid({"base": ["Description: cannot be blank"]})
    save = read_save(site, wanted, by)
    requester = site.site.user(wanted.get("requester_id", by.id)) or by
    ticket, audit = filing.create(site.site, save, requester)
    site.happen(ticket, audit)
    shown = {"ticket": show_ticket(site.site, ticket), "audit": show_audit(ticket, audit)}
    return Answer(201, shown, {"Location": f"{site.url}/api/v2/tickets/{ticket.id}.json"})


def update(site: ZendeskSite, call: Call) -> Answer:
    """Update a ticket; answer with it and the audit of this save."""
    ticket, wanted = find(site, call), call.json.get("ticket")
    if not isinstance(wanted, dict):
        raise RefusedError(site.error(400, "ticket is missing"))
    if ticket.held.get("status") == "closed":
        raise invalid({"status": ["Status: closed prevents ticket update"]})
    if wanted.get("safe_update") and wanted.get("updated_stamp") != instant(ticket.updated_at):
        raise RefusedError(Answer(409, {"error": "UpdateConflict", "description": MOVED}))
    save = read_save(site, wanted, _sender(site, call))
    before = _written(ticket, save)
    audit = changes.save(site.site, ticket, save)
    site.log.note_write(
        save.at,
        str(ticket.id),
        call.by,
        {name: (old, new) for (name, old), new in zip(before.items(), _written(ticket, save).values(), strict=True)},
    )
    site.happen(ticket, audit)
    return Answer(body={"ticket": show_ticket(site.site, ticket), "audit": show_audit(ticket, audit)})


def _written(ticket: Ticket, save: changes.Save) -> dict[str, Any]:
    held = {name: ticket.held.get(name) for name in save.held}
    return held | {str(number): ticket.custom.get(number) for number in save.custom}


def delete(site: ZendeskSite, call: Call) -> Answer:
    """Delete a ticket softly."""
    ticket = find(site, call)
    ticket.deleted = True
    audit = Audit(id=site.site.new_id(), author_id=_sender(site, call).id, created_at=site.at(None), events=[])
    changes.keep(ticket, audit)
    site.happen(ticket, audit)
    return Answer(204)


def audits(site: ZendeskSite, call: Call) -> Answer:
    """Give a page of a ticket's audits, the oldest first."""
    ticket = find(site, call)
    shown = page(site, call, "audits", [show_audit(ticket, audit) for audit in _ordered(call, ticket.audits)])
    return Answer(body=shown | sideloads(site.site, call, [], [one["author_id"] for one in shown["audits"]]))


def comments(site: ZendeskSite, call: Call) -> Answer:
    """Give a page of a ticket's comments, the oldest first unless the request says otherwise."""
    ticket = find(site, call)
    shown = page(site, call, "comments", [show_listed_comment(one) for one in _ordered(call, ticket.comments)])
    return Answer(body=shown | sideloads(site.site, call, [], [one["author_id"] for one in shown["comments"]]))


def _ordered(call: Call, things: list[Any]) -> list[Any]:
    query = call.request.query
    falling = query.get("sort_order") == "desc" or query.get("sort", "").startswith("-")
    return things[::-1] if falling else things


def make_private(site: ZendeskSite, call: Call) -> Answer:
    """Make a comment private."""
    ticket = find(site, call)
    comment = next((one for one in ticket.comments if one.id == call.parts["comment"]), None)
    if comment is None:
        return NOT_FOUND
    audit = filing.make_private(site.site, ticket, comment, _sender(site, call), site.at(None))
    site.happen(ticket, audit)
    return Answer(200)


TABLE: Table = (
    ("GET", "/tickets", listed),
    ("POST", "/tickets", create),
    ("GET", "/tickets/show_many", look_many),
    ("GET", "/tickets/<int:ticket>", look),
    ("PUT", "/tickets/<int:ticket>", update),
    ("DELETE", "/tickets/<int:ticket>", delete),
    ("GET", "/tickets/<int:ticket>/audits", audits),
    ("GET", "/tickets/<int:ticket>/comments", comments),
    ("PUT", "/tickets/<int:ticket>/comments/<int:comment>/make_private", make_private),
)
