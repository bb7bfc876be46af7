"""Turn every shape of Jira's webhooks into the ticket to look at; a body is a hint and never a fact."""

import re
from collections.abc import Collection
from typing import Any

from connector.trackers.port import Hint, Ignored, Rank, Unreadable
from connector.trackers.shapes import Json, record, records, word

_ID = re.compile(r"[1-9]\d{0,17}", re.ASCII)
_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,99}-[1-9]\d{0,11}", re.ASCII)
_COMMENT_PATH = re.compile(r"/issue/([^/?#]{1,120})/comment/")

_ID_NAMES = ("id", "issueId", "issue_id", "issueid")
_KEY_NAMES = ("key", "issueKey", "issue_key", "issuekey", "ticket", "issue")
_HARMLESS = frozenset({"summary", "description", "assignee", "attachment", "comment", "rank", "link", "timespent"})
"""Changes that move no due time."""
_RANKS = {
    "jira:issue_deleted": Rank.EVENT,
    "comment_created": Rank.EVENT,
    "worklog_created": Rank.EVENT,
    "worklog_updated": Rank.EVENT,
    "worklog_deleted": Rank.EVENT,
}
"""Events that cannot shorten a due time; a comment edited or deleted may bring one back."""
_CALM_UPDATES = frozenset({"issue_commented", "issue_comment_edited", "issue_assigned", "issue_worklogged"})


def parse(payload: Json, own_fields: Collection[str] = ()) -> Hint | Ignored | Unreadable:
    """Give a body's fate. An event that changed nothing but `own_fields` (ids) is not urgent. Never raises."""
    ticket = _ticket(payload)
    if ticket:
        return Hint(ticket, _rank(payload, frozenset(own_fields)))
    event = word(payload.get("webhookEvent"))
    if event and not _named_wrongly(payload):
        return Ignored("no_ticket")
    return Unreadable(
        "No issue id or key can be found in the body: send an issue's webhook, Automation's issue data, or custom "
        'data with "id" or "key".'
    )


def _ticket(payload: Json) -> str | None:
    issue = record(payload.get("issue"))
    comment_path = _COMMENT_PATH.search(word(record(payload.get("comment")).get("self"))[:2000])
    named = comment_path.group(1) if comment_path else None
    found = _named_in(issue) or _as_id(named) or _as_key(named) or _as_id(payload.get("issue"))
    if "webhookEvent" in payload:
        return found or _as_id(record(payload.get("worklog")).get("issueId")) or _as_key(payload.get("issue"))
    return found or _named_in(payload)


def _named_in(body: Json) -> str | None:
    ids = (_as_id(body.get(name)) for name in _ID_NAMES)
    keys = (_as_key(body.get(name)) for name in _KEY_NAMES)
    return next(filter(None, ids), None) or next(filter(None, keys), None)


def _as_id(value: object) -> str | None:
    text = "" if isinstance(value, bool | float) else word(value)
    return text if _ID.fullmatch(text) else None


def _as_key(value: object) -> str | None:
    text = word(value).upper() if isinstance(value, str) else ""
    return text if _KEY.fullmatch(text) else None


def _named_wrongly(payload: Json) -> bool:
    """Say that the body claims to be about an issue or comment, and its id makes no sense."""
    issue: Any = payload.get("issue")
    comment = record(payload.get("comment"))
    return bool(issue) or "self" in comment


def _rank(payload: Json, own_fields: frozenset[str]) -> Rank:
    event = word(payload.get("webhookEvent"))
    if event != "jira:issue_updated":
        return _RANKS.get(event, Rank.URGENT)
    if "changelog" not in payload:
        return Rank.EVENT if word(payload.get("issue_event_type_name")) in _CALM_UPDATES else Rank.URGENT
    items = records(record(payload.get("changelog")).get("items"))
    return Rank.URGENT if any(_may_shorten(item, own_fields) for item in items) else Rank.EVENT


def _may_shorten(item: Json, own_fields: frozenset[str]) -> bool:
    field = word(item.get("fieldId"))
    return field not in own_fields and (field or word(item.get("field"))).lower() not in _HARMLESS
