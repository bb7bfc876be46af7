"""The part of Zendesk's search that a client needs: tickets that somebody commented on."""

import re
from typing import Any

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.zendesk.model import Ticket
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.shapes import show_ticket
from connector.sandbox.zendesk.views.asking import Table, page

_TERM = re.compile(r"(type|commenter):(\S+)")


def search(site: ZendeskSite, call: Call) -> Answer:
    """Give a page of tickets, the newest first unless told otherwise; refuse a term that the sandbox does not know."""
    query = call.request.query
    words = query.get("query", "").split()
    terms = [found for word in words if (found := _TERM.fullmatch(word))]
    if len(terms) < len(words) or not terms:
        raise RefusedError(Answer(422, {"error": "invalid", "description": "Invalid search: the query is not known"}))
    tickets = [ticket for ticket in site.site.tickets.values() if not ticket.deleted and _fits(ticket, terms)]
    tickets.sort(key=lambda ticket: ticket.updated_at, reverse=query.get("sort_order") != "asc")
    shown: list[dict[str, Any]] = [show_ticket(site.site, one) | {"result_type": "ticket"} for one in tickets]
    return Answer(body={"facets": None, **page(site, call, "results", shown)})


def _fits(ticket: Ticket, terms: list[re.Match[str]]) -> bool:
    authors = {str(comment.author_id) for comment in ticket.comments}
    return all(
        value == "ticket" if name == "type" else value in authors for name, value in (one.groups() for one in terms)
    )


TABLE: Table = (("GET", "/search", search),)
