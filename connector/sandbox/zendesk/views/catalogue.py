"""The catalogue of a Zendesk: people, fields, groups, brands, forms, organizations and statuses."""

from functools import partial
from typing import Any

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.zendesk.model import Named, TicketField
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.things import show_field, show_named, show_status, show_user
from connector.sandbox.zendesk.views.asking import NOT_FOUND, Table, invalid, page

TYPES = ("text", "textarea", "checkbox", "date", "integer", "decimal", "regexp", "multiselect", "tagger")
SYSTEM = ("subject", "description", "status", "tickettype", "priority", "group", "assignee", "custom_status")


def me(site: ZendeskSite, call: Call) -> Answer:
    """Give the sender."""
    return Answer(body={"user": show_user(site.site, site.site.users[call.by])})


def user(site: ZendeskSite, call: Call) -> Answer:
    """Give one person."""
    found = site.site.user(call.parts["user"])
    return Answer(body={"user": show_user(site.site, found)}) if found else NOT_FOUND


def users(site: ZendeskSite, call: Call) -> Answer:
    """Give people: those with the ids asked for, or all."""
    wanted = {int(one) for one in call.names("ids")}
    found = [one for one in site.site.users.values() if not wanted or one.id in wanted]
    return Answer(body=page(site, call, "users", [show_user(site.site, one) for one in found]))


def fields(site: ZendeskSite, call: Call) -> Answer:
    """Give the ticket fields, Zendesk's own ones first."""
    own = [TicketField(id=360000 - place, title=kind.capitalize(), type="text") for place, kind in enumerate(SYSTEM, 1)]
    shown = [
        show_field(site.site, one) | {"type": kind, "removable": False} for one, kind in zip(own, SYSTEM, strict=True)
    ]
    shown += [show_field(site.site, one) for one in site.site.fields.values()]
    return Answer(body=page(site, call, "ticket_fields", shown))


def field(site: ZendeskSite, call: Call) -> Answer:
    """Give one custom ticket field."""
    found = site.site.fields.get(call.parts["field"])
    return Answer(body={"ticket_field": show_field(site.site, found)}) if found else NOT_FOUND


def add_field(site: ZendeskSite, call: Call) -> Answer:
    """Create a custom field; administrators only."""
    if site.site.users[call.by].role != "admin":
        raise RefusedError(Answer(403, {"error": "Forbidden", "description": "You do not have access to this page."}))
    wanted: dict[str, Any] = call.json.get("ticket_field") or {}
    kind, title = wanted.get("type"), wanted.get("title")
    if kind not in TYPES or not title:
        raise invalid({"type": ["Type: is invalid"]} if title else {"title": ["Title: cannot be blank"]})
    options = tuple((str(one["name"]), str(one["value"])) for one in wanted.get("custom_field_options", ()))
    number = max(site.site.fields) + 1
    tag, pattern = wanted.get("tag"), wanted.get("regexp_for_validation")
    site.add_field(number, str(title), kind, options=options, tag=tag, pattern=pattern)
    return Answer(201, {"ticket_field": show_field(site.site, site.site.fields[number])})


def statuses(site: ZendeskSite, _: Call) -> Answer:
    """Give the custom statuses."""
    return Answer(body={"custom_statuses": [show_status(site.site, one) for one in site.site.statuses]})


def _things(site: ZendeskSite, name: str) -> list[Named]:
    box = site.site
    kinds = {"groups": box.groups, "brands": box.brands, "ticket_forms": box.forms, "organizations": box.organizations}
    return kinds[name]


def _listed(name: str, site: ZendeskSite, call: Call) -> Answer:
    return Answer(body=page(site, call, name, [show_named(site.site, name, one) for one in _things(site, name)]))


def _one(name: str, site: ZendeskSite, call: Call) -> Answer:
    for thing in _things(site, name):
        if thing.id == call.parts["thing"]:
            return Answer(body={name.removesuffix("s"): show_named(site.site, name, thing)})
    return NOT_FOUND


NAMES = ("groups", "brands", "ticket_forms", "organizations")
TABLE: Table = (
    ("GET", "/users/me", me),
    ("GET", "/users/show_many", users),
    ("GET", "/users", users),
    ("GET", "/users/<int:user>", user),
    ("GET", "/ticket_fields", fields),
    ("POST", "/ticket_fields", add_field),
    ("GET", "/ticket_fields/<int:field>", field),
    ("GET", "/custom_statuses", statuses),
    *(("GET", f"/{name}", partial(_listed, name)) for name in NAMES),
    *(("GET", f"/{name}/<int:thing>", partial(_one, name)) for name in NAMES),
)
