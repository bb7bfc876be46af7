"""What the endpoints of a sandbox Zendesk share: finding tickets, refusing, pages and sideloads."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.zendesk.model import Site, Ticket
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.things import show_named, show_user

ZendeskView = Callable[[ZendeskSite, Call], Answer]
Table = tuple[tuple[str, str, ZendeskView], ...]

MOST = 100
NOT_FOUND = Answer(404, {"error": "RecordNotFound", "description": "Not found"})


def invalid(details: Mapping[str, Sequence[str]]) -> RefusedError:
    """Make a refusal of a record; `details` are sentences by attribute."""
    told = {name: [{"description": sentence} for sentence in sentences] for name, sentences in details.items()}
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": told}
    return RefusedError(Answer(422, body))


def find(site: ZendeskSite, call: Call) -> Ticket:
    """Find the ticket that a call names; a deleted one is not found."""
    try:
        return site.site.ticket(call.parts["ticket"])
    except KeyError:
        raise RefusedError(NOT_FOUND) from None


def page(site: ZendeskSite, call: Call, name: str, shown: Sequence[Any]) -> dict[str, Any]:
    """Give a page of things: by cursor where the request speaks of cursors, else by number."""
    if any(key.startswith("page[") for key in call.request.query):
        return _by_cursor(site, call, name, shown)
    number, size = call.number("page", 1), min(call.number("per_page", MOST), MOST)
    start, end = (number - 1) * size, number * size
    body: dict[str, Any] = {name: list(shown[start:end]), "count": len(shown), "previous_page": None}
    return body | {"next_page": _link(site, call, {"page": str(number + 1)}) if end < len(shown) else None}


def _by_cursor(site: ZendeskSite, call: Call, name: str, shown: Sequence[Any]) -> dict[str, Any]:
    query = call.request.query
    size = int(query.get("page[size]", MOST))
    if not 0 < size <= MOST:
        wrong = {"code": "InvalidPaginationParameter", "title": "page[size] is invalid"}
        raise RefusedError(Answer(400, {"errors": [wrong]}))
    start = _place(query.get("page[after]"))
    more = start + size < len(shown)
    after = _cursor(start + size) if more else None
    following = _link(site, call, {"page[after]": after, "page[size]": str(size)}) if after else None
    meta = {"has_more": more, "after_cursor": after, "before_cursor": _cursor(start) if start else None}
    return {name: list(shown[start : start + size]), "meta": meta, "links": {"next": following, "prev": None}}


def _link(site: ZendeskSite, call: Call, changed: Mapping[str, str]) -> str:
    query = {**call.request.query.to_dict(), **changed}
    return f"{site.url}{call.request.path}?{urlencode(query)}"


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"after:{place}".encode()).decode()


def _place(cursor: str | None) -> int:
    if cursor is None:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("after:"))
    except (binascii.Error, ValueError):
        wrong = {"code": "InvalidPaginationParameter", "title": "page[after] is invalid"}
        raise RefusedError(Answer(400, {"errors": [wrong]})) from None


def sideloads(site: Site, call: Call, tickets: Sequence[Ticket], people: Sequence[int] = ()) -> dict[str, Any]:
    """Give the records that `include` asks for beside tickets or comments."""
    wanted, body = call.names("include"), {}
    held = [ticket.held for ticket in tickets]
    if "users" in wanted:
        ids = {one[name] for one in held for name in ("requester_id", "assignee_id") if one.get(name)}
        ids |= {ticket.submitter_id for ticket in tickets} | set(people)
        body["users"] = [show_user(site, user) for user in site.users.values() if user.id in ids]
    collections = {"groups": (site.groups, "group_id"), "organizations": (site.organizations, "organization_id")}
    collections |= {"brands": (site.brands, "brand_id"), "ticket_forms": (site.forms, "ticket_form_id")}
    for name, (things, attribute) in collections.items():
        if name in wanted:
            ids = {one.get(attribute) for one in held}
            body[name] = [show_named(site, name, thing) for thing in things if thing.id in ids]
    return body
