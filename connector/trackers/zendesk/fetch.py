"""One Zendesk ticket with its whole history: the ticket, its audits, and its comments where it has any."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from connector.errors import TrackerError
from connector.trackers.faults import bad_answer, gone
from connector.trackers.optional import unless_refused
from connector.trackers.shapes import Json, instant, record, records, word
from connector.trackers.zendesk.audits import History, Pair, Spelling, audits_of, history
from connector.trackers.zendesk.catalogue import Catalogue
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.comments import comments_of
from connector.trackers.zendesk.people import People
from connector.trackers.zendesk.values import field_value, named, priority, status
from policies.model import FieldValue, Spelled, State, Status, Ticket, TicketRef

_ALONG = "users,groups,organizations,ticket_forms"
_MERGED_TAG = "closed_by_merge"
_OWN_TAGS = frozenset(f"dueby_{state}" for state in State)
"""Tags that a ticket has because of its drop-down of states."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a ticket's own answer does not hold."""

    client: Client
    catalogue: Catalogue
    people: People


def fetch(ticket: str, client: Client, catalogue: Catalogue) -> Ticket:
    """Fetch a ticket by id; raise `TrackerError`, with `gone` where it isn't there any more."""
    site = client.http.site
    around = Around(client, catalogue, People(catalogue.own_account.get(), client))
    path = f"/api/v2/tickets/{quote(ticket.removeprefix('#'), safe='')}"
    try:
        answer = client.get(path, {"include": _ALONG})
    except TrackerError as error:
        raise gone(error, site.name, ticket) from None
    around.people.add(records(answer.get("users")))
    raw = record(answer.get("ticket"))
    created_at = instant(raw.get("created_at"))
    if created_at is None or not word(raw.get("id")) or not word(raw.get("status")):
        raise bad_answer(site.name, "a ticket without id, status or a time of creation")
    return _ticket(raw, answer, created_at, around)


def _history(ticket_id: str, around: Around) -> History:
    pages, fields = around.client.pages(f"/api/v2/tickets/{ticket_id}/audits"), around.catalogue.fields

    def value(name: str, held: object) -> FieldValue:
        if name != "priority":
            return field_value(held, fields.get().get(name))
        spelled = priority(held)
        return (spelled,) if spelled else ()

    own = frozenset(around.client.http.site.fields.values())
    none: list[Json] = []  # then what the ticket holds now is all that is known
    found = unless_refused(lambda: [audit for page in pages for audit in records(page.get("audits"))], none)
    return history(audits_of(found), Spelling(lambda pair: _status(pair, around.catalogue), value, own))


def _ticket(raw: Json, answer: Json, created_at: datetime, around: Around) -> Ticket:
    site, people, ticket_id = around.client.http.site, around.people, word(raw.get("id"))
    text = word(raw.get("status")).lower()
    told = _history(ticket_id, around)
    held = {word(field.get("id")): word(field.get("value")) or None for field in records(raw.get("custom_fields"))}
    return Ticket(
        ref=TicketRef(site.name, ticket_id),
        key=ticket_id,
        title=word(raw.get("subject")),
        url=f"{site.url.rstrip('/')}/agent/tickets/{ticket_id}",
        created_at=created_at,
        updated_at=instant(raw.get("updated_at")) or created_at,
        status=_status((text, word(raw.get("custom_status_id"))), around.catalogue),
        status_changes=tuple(told.status_changes),
        priority=priority(raw.get("priority")),
        reporter=people.person(word(raw.get("requester_id"))),
        assignee=people.person(word(raw.get("assignee_id"))),
        traits=_traits(raw, answer, around.catalogue),
        fields=_fields(raw, around.catalogue, frozenset(site.fields.values())),
        changes=tuple(told.changes),
        comments=comments_of(ticket_id, around.client, people, told.made_private) if told.comments != 1 else (),
        held={name: held.get(field) for name, field in site.fields.items()},
        merged=text == "closed" and (told.merged or _MERGED_TAG in _tags(raw)),
        writable=text != "closed",
    )


def _status(pair: Pair, catalogue: Catalogue) -> Status:
    text, custom_id = pair
    custom = catalogue.custom_status(custom_id)
    return status(text or (custom.category if custom else ""), custom_id, custom)


def _fields(raw: Json, catalogue: Catalogue, own: frozenset[str]) -> Mapping[str, FieldValue]:
    """Give what the custom fields hold that are not dueby's own: whatever it writes, the ticket stays the same one."""
    known = catalogue.fields.get()
    held = {word(field.get("id")): field.get("value") for field in records(raw.get("custom_fields"))}
    if not held.keys() <= known.keys():
        known = catalogue.fields.again()
    values = {name: field_value(value, known.get(name)) for name, value in held.items()}
    return {name: value for name, value in values.items() if value and name not in own}


def _traits(raw: Json, answer: Json, catalogue: Catalogue) -> Mapping[str, FieldValue]:
    def along(key: str, id_name: str) -> Spelled:
        return named(records(answer.get(key)), word(raw.get(id_name)))

    traits = {
        "brand": (catalogue.brand(word(raw.get("brand_id"))),),
        "group": (along("groups", "group_id"),),
        "form": (along("ticket_forms", "ticket_form_id"),),
        "organization": (along("organizations", "organization_id"),),
        "tags": tuple((tag,) for tag in _tags(raw) if tag not in _OWN_TAGS),
    }
    return {name: value for name, value in traits.items() if any(value)}


def _tags(raw: Json) -> list[str]:
    tags = raw.get("tags")
    return [text for tag in (tags if isinstance(tags, list) else []) if (text := word(tag))]
