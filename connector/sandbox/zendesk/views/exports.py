"""The exports by cursor: what changed since an instant, except the last minute, and what a search finds."""

import base64
import binascii
from datetime import timedelta
from typing import Any

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.zendesk.model import Ticket
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.shapes import show_ticket
from connector.sandbox.zendesk.views.asking import Table, page, sideloads

MOST = 1000
LAST_MINUTE = timedelta(minutes=1)
OPEN = ("status<solved", "type:ticket status<solved")


def tickets(site: ZendeskSite, call: Call) -> Answer:
    """Give the tickets generated since `start_time` or the cursor, deleted ones too; administrators only."""
    if site.site.users[call.by].role != "admin":
        raise RefusedError(Answer(403, {"error": "Forbidden", "description": "You do not have access to this page."}))
    size, place = min(call.number("per_page", MOST), MOST), _place(site, call)
    newest = int((site.now() - LAST_MINUTE).timestamp())
    ready = [ticket for ticket in site.site.tickets.values() if place < _key(ticket) and _key(ticket)[0] <= newest]
    ready.sort(key=_key)
    found = ready[:size]
    after = _cursor(_key(found[-1]) if found else place)
    body: dict[str, Any] = {"tickets": [show_ticket(site.site, ticket) for ticket in found]}
    body |= {"after_cursor": after, "after_url": f"{site.url}/api/v2/incremental/tickets/cursor.json?cursor={after}"}
    body |= {"before_cursor": None, "before_url": None, "end_of_stream": len(ready) <= size}
    return Answer(body=body | sideloads(site.site, call, found))


def _key(ticket: Ticket) -> tuple[int, int]:
    return int(ticket.generated_at.timestamp()), ticket.id


def _cursor(place: tuple[int, int]) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}.{place[1]}".encode()).decode()


def _place(site: ZendeskSite, call: Call) -> tuple[int, int]:
    query = call.request.query
    if cursor := query.get("cursor"):
        try:
            seconds, _, ticket = base64.urlsafe_b64decode(cursor).decode().partition(".")
            return int(seconds), int(ticket)
        except (binascii.Error, ValueError):
            raise RefusedError(Answer(400, {"error": "InvalidCursor", "description": "Invalid cursor"})) from None
    start = query.get("start_time", "")
    if not start.isdigit():
        raise RefusedError(Answer(400, {"error": "InvalidValue", "description": "start_time is missing or invalid"}))
    if int(start) > (site.now() - LAST_MINUTE).timestamp():
        late = {"error": "StartTimeTooRecent", "description": "Too recent start_time. Use one older than 60 seconds"}
        raise RefusedError(Answer(400, late))
    return int(start), 0


def found(site: ZendeskSite, call: Call) -> Answer:
    """Give a page of the tickets that a search for open ones finds; the sandbox knows no other search."""
    query = call.request.query
    if query.get("filter[type]") != "ticket" or query.get("query") not in OPEN:
        raise RefusedError(Answer(422, {"error": "invalid", "description": "Invalid search: the query is not known"}))
    open_ones = [ticket for ticket in site.site.tickets.values() if _is_open(ticket)]
    shown = [show_ticket(site.site, ticket) | {"result_type": "ticket"} for ticket in open_ones]
    return Answer(body={"facets": None, **page(site, call, "results", shown)})


def _is_open(ticket: Ticket) -> bool:
    return not ticket.deleted and ticket.held.get("status") not in ("solved", "closed")


TABLE: Table = (("GET", "/incremental/tickets/cursor", tickets), ("GET", "/search/export", found))
