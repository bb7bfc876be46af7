"""A Zendesk ticket's audits as history: changes of status, priority and custom fields, and how many comments."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from connector.trackers.shapes import Json, instant, record, records, word
from policies.model import Change, FieldValue, Status, StatusChange

Pair = tuple[str, str]
"""A status word and a custom status id."""

Held = dict[str, object]
"""What a ticket holds, by field."""


@dataclass(frozen=True, slots=True)
class Audit:
    """One saved update of a ticket."""

    at: datetime
    raw: Json
    events: list[Json]


@dataclass(slots=True)
class History:
    """What a ticket's audits tell, from old to new."""

    status_changes: list[StatusChange] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    comments: int = 0
    made_private: dict[str, datetime] = field(default_factory=dict)
    merged: bool = False


@dataclass(frozen=True, slots=True)
class Spelling:
    """How to spell what audits hold; changes of `own` fields (ids) are left out."""

    status: Callable[[Pair], Status]
    value: Callable[[str, object], FieldValue]
    own: Collection[str]


def audits_of(raw: Iterable[Json]) -> list[Audit]:
    """Give the audits from old to new; one without a time is left out."""
    dated = [
        Audit(at, audit, records(audit.get("events"))) for audit in raw if (at := instant(audit.get("created_at")))
    ]
    return sorted(dated, key=lambda audit: audit.at)


def history(audits: list[Audit], spelling: Spelling) -> History:
    """Read the audits. What the first one sets, by people or by triggers, are first values and no changes."""
    told, held = History(), dict[str, object]()
    for number, audit in enumerate(audits):
        events = [event for event in audit.events if event.get("type") in {"Create", "Change"}]
        before = _before(events, held)
        held |= {word(event.get("field_name")): event.get("value") for event in events}
        _note_comments(told, audit)
        if number == 0 and any(event.get("type") == "Create" for event in events):
            continue
        old, new = _pair(before), _pair(held)
        if old != new:
            told.status_changes.append(StatusChange(audit.at, spelling.status(old), spelling.status(new)))
        told.changes += _changes(audit.at, before, held, spelling)
    return told


def _before(events: list[Json], held: Held) -> Held:
    """Give what was held before an update; what no earlier audit tells, its own events do."""
    first: Held = {}
    for event in events:
        if event.get("type") == "Change" and "previous_value" in event:
            first.setdefault(word(event.get("field_name")), event["previous_value"])
    return first | held


def _note_comments(told: History, audit: Audit) -> None:
    for event in audit.events:
        kind = word(event.get("type"))
        told.comments += kind.endswith("Comment")
        if kind == "CommentPrivacyChange":
            told.made_private[word(event.get("comment_id"))] = audit.at
    told.merged |= _is_merge(audit)


def _is_merge(audit: Audit) -> bool:
    """Say that this update closed the ticket because it was merged into another."""
    vias = [record(audit.raw.get("via")), *(record(event.get("via")) for event in audit.events)]
    by_merge = any(word(record(via.get("source")).get("rel")) == "merge" for via in vias)
    return by_merge and any(_sets_closed(event) for event in audit.events)


def _sets_closed(event: Json) -> bool:
    return word(event.get("field_name")) == "status" and word(event.get("value")) == "closed"


def _pair(values: Held) -> Pair:
    return word(values.get("status")), word(values.get("custom_status_id"))


def _changes(at: datetime, before: Held, held: Held, spelling: Spelling) -> list[Change]:
    moved = [name for name in held if held[name] != before.get(name) and name not in spelling.own]
    wanted = [name for name in moved if name == "priority" or name.isdecimal()]
    pairs = [(name, spelling.value(name, before.get(name)), spelling.value(name, held[name])) for name in wanted]
    return [Change(at, name, old, new) for name, old, new in pairs if old != new]
