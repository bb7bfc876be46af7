"""Turn Zendesk's event envelopes and trigger bodies into the ticket to look at; a body is a hint and never a fact."""

import re
from collections.abc import Collection

from connector.trackers.port import Hint, Ignored, Rank, Unreadable
from connector.trackers.shapes import Json, record, word

_ID = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_SUBJECT = re.compile(r"zen:ticket:([1-9]\d{0,17})", re.ASCII)
_EVENT = "zen:event-type:"

_CALM = frozenset(
    {
        "comment_added",
        "comment_redacted",
        "subject_changed",
        "description_changed",
        "followers_changed",
        "email_ccs_changed",
        "external_id_changed",
        "agent_assignment_changed",
        "submitter_changed",
        "problem_link_changed",
        "task_due_at_changed",
        "sla_policy_changed",
        "schedule_changed",
        "ola_policy_changed",
        "merged",
        "marked_as_spam",
        "soft_deleted",
        "permanently_deleted",
        "attachment_linked_to_comment",
        "attachment_redacted_from_comment",
    }
)
"""Events that cannot shorten a due time."""


def parse(payload: Json, own_fields: Collection[str] = ()) -> Hint | Ignored | Unreadable:
    """Give a body's fate. An event that changed nothing but `own_fields` (ids) is not urgent. Never raises."""
    event = word(payload.get("type"))
    if not event.startswith(_EVENT):
        return _from_trigger(payload)
    subject = _SUBJECT.fullmatch(word(payload.get("subject")))
    about_ticket = "ticket." in event
    ticket = subject.group(1) if subject else _as_id(record(payload.get("detail")).get("id")) if about_ticket else None
    if ticket:
        return Hint(ticket, _rank(event, payload, own_fields))
    return Unreadable("The ticket event names no ticket.") if about_ticket else Ignored("no_ticket")


def _from_trigger(payload: Json) -> Hint | Unreadable:
    ticket = payload.get("ticket")
    candidates = (
        payload.get("ticket_id"),
        payload.get("ticketId"),
        record(ticket).get("id"),
        ticket,
        payload.get("id"),
    )
    found = next(filter(None, map(_as_id, candidates)), None)
    if found:
        return Hint(found, Rank.URGENT)
    return Unreadable('No ticket id can be found in the body: let the trigger send "ticket_id": "{{ticket.id}}".')


def _as_id(value: object) -> str | None:
    text = "" if isinstance(value, bool | float) else word(value)
    return text if _ID.fullmatch(text) else None


def _rank(event: str, payload: Json, own_fields: Collection[str]) -> Rank:
    name = event.rpartition(".")[2]
    changed = word(record(record(payload.get("event")).get("custom_field")).get("id"))
    ours = name == "custom_field_changed" and changed in own_fields
    return Rank.EVENT if ours or name in _CALM else Rank.URGENT
