"""Reads what a request wants a ticket to hold; refuses it with 422, one sentence for each fault."""

from collections import defaultdict
from typing import Any

from connector.sandbox.calls import Answer, RefusedError
from connector.sandbox.zendesk.changes import HELD, Save
from connector.sandbox.zendesk.model import TicketField, User
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.values import read
from connector.sandbox.zendesk.views.asking import invalid

ALLOWED = {
    "priority": ("urgent", "high", "normal", "low", None),
    "status": ("new", "open", "pending", "hold", "solved", "closed"),
    "type": ("problem", "incident", "question", "task", None),
}


def read_save(site: ZendeskSite, wanted: dict[str, Any], by: User) -> Save:
    """Read the `ticket` object of a create or update."""
    held = {name: wanted[name] for name in HELD if name in wanted}
    wrong: dict[str, list[str]] = defaultdict(list)
    for name, allowed in ALLOWED.items():
        if name in held and held[name] not in allowed:
            wrong[name].append(f"{name.capitalize()}: {held[name]} is not valid")
    _check_ids(site, held, wrong)
    custom = _custom(site, wanted.get("custom_fields", wanted.get("fields")))
    if wrong:
        raise invalid(wrong)
    tags = wanted.get("tags")
    tags = tags.split() if isinstance(tags, str) else tags
    if tags is not None and not isinstance(tags, list):
        raise ValueError("tags must be a list")
    author, comment = _comment(site, wanted.get("comment"), by)
    metadata = wanted.get("metadata") or {}
    return Save(by=author, at=site.at(None), held=held, custom=custom, tags=tags, comment=comment, metadata=metadata)


def _check_ids(site: ZendeskSite, held: dict[str, Any], wrong: dict[str, list[str]]) -> None:
    box = site.site
    known = {
        "custom_status_id": [one.id for one in box.statuses],
        "group_id": [one.id for one in box.groups],
        "brand_id": [one.id for one in box.brands],
        "ticket_form_id": [one.id for one in box.forms],
        "organization_id": [one.id for one in box.organizations],
        "requester_id": [one.id for one in box.users.values()],
        "assignee_id": [one.id for one in box.users.values() if one.role != "end-user"],
    }
    for name, ids in known.items():
        if held.get(name) is not None and held[name] not in ids:
            wrong[name.removesuffix("_id")].append(f"{name.removesuffix('_id').capitalize()}: {held[name]} is invalid")


def _custom(site: ZendeskSite, wanted: Any) -> dict[int, Any]:
    given = wanted.items() if isinstance(wanted, dict) else _pairs(wanted or [])
    values, faults = {}, []
    for name, raw in given:
        field = site.site.fields.get(int(name))
        if field is None or not field.active:
            if site.strict_fields:
                faults.append({"description": f"Custom field {name} does not exist"})
            continue
        try:
            values[field.id] = read(field, raw)
        except ValueError as wrong:
            faults.append(_fault(field, str(wrong)))
    if faults:
        body = {"error": "RecordInvalid", "description": "Record validation errors", "details": {"base": faults}}
        raise RefusedError(Answer(422, body))
    return values


def _pairs(wanted: Any) -> list[tuple[str, Any]]:
    if not isinstance(wanted, list) or any(not isinstance(one, dict) or "id" not in one for one in wanted):
        raise ValueError("custom_fields must be a list of objects with an id and a value")
    return [(str(one["id"]), one.get("value")) for one in wanted]


def _fault(field: TicketField, sentence: str) -> dict[str, Any]:
    about = {"ticket_field_id": field.id, "ticket_field_type": f"Field{field.type.capitalize()}"}
    return {"description": f"{field.title}: {sentence}", **about}


def _comment(site: ZendeskSite, wanted: Any, by: User) -> tuple[User, tuple[str, bool] | None]:
    if not wanted:
        return by, None
    if not isinstance(wanted, dict):
        raise ValueError("comment must be an object")  # noqa: TRY004  # one error for every unreadable body
    author = site.site.user(wanted.get("author_id", by.id)) or by
    text = str(wanted.get("body") or wanted.get("html_body") or "")
    if not text:
        raise invalid({"base": ["Description: cannot be blank"]})
    return author, (text, bool(wanted.get("public", True)))
