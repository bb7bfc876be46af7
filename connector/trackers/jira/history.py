"""A Jira ticket's history: every change of status, priority and fields, to the last page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from requests.auth import AuthBase

from connector.trackers.http import Http
from connector.trackers.jira.discovery import Field, KnownStatus
from connector.trackers.jira.values import changed_value, field_value
from connector.trackers.remembered import Remembered
from connector.trackers.shapes import Json, count, instant, record, records, word, words
from policies.model import Change, Status, StatusChange

PAGE = 100


@dataclass(frozen=True, slots=True)
class Item:
    """One changed field of one history entry."""

    at: datetime
    raw: Json


def items_of(issue: Json, http: Http, auth: AuthBase) -> list[Item]:
    """Give all changed fields from old to new; Cloud's answer holds the newest entries only, the rest is paged."""
    log = record(issue.get("changelog"))
    entries, total = records(log.get("histories")), count(log.get("total"))
    if http.site.deployment == "cloud" and total > len(entries):
        entries = _all_entries(entries, total, http, auth, word(issue.get("id")))
    dated = [(at, entry) for entry in entries if (at := instant(entry.get("created")))]
    dated.sort(key=lambda pair: (pair[0], _number(pair[1])))
    return [Item(at, raw) for at, entry in dated for raw in records(entry.get("items"))]


def status_changes(
    items: list[Item], known: Remembered[dict[str, KnownStatus]], present: Status
) -> tuple[StatusChange, ...]:
    """Give the changes of status; a status that has been renamed is spelled by its old and its present name.

    What the ticket's present status means is also taken for one that the site does not list.
    """
    found = [item for item in items if _is_status(item.raw)]
    if not found:
        return ()
    statuses = known.get()
    ids = {word(item.raw.get(side)) for item in found for side in ("from", "to")}
    if not ids <= statuses.keys():
        statuses = known.again()
    return tuple(
        StatusChange(
            item.at,
            _status(item.raw.get("fromString"), item.raw.get("from"), statuses, present),
            _status(item.raw.get("toString"), item.raw.get("to"), statuses, present),
        )
        for item in found
    )


def field_changes(
    items: list[Item], values: Json, known: Remembered[dict[str, Field]], own: Collection[str]
) -> tuple[Change, ...]:
    """Give the changes of all other fields by id, those of dueby's own fields left out."""
    found: list[Change] = []
    for item in items:
        if _is_status(item.raw):
            continue
        before = changed_value(item.raw.get("fromString"), item.raw.get("from"))
        after = changed_value(item.raw.get("toString"), item.raw.get("to"))
        found += [Change(item.at, field, before, after) for field in _ids(item.raw, values, known) if field not in own]
    return tuple(found)


def _ids(raw: Json, values: Json, known: Remembered[dict[str, Field]]) -> list[str]:
    """Give the id of a changed field, on Data Center by its display name.

    Names may be doubled: then the field that holds something on this ticket is meant, and where that leaves several,
    each of them. A name that no field bears any more was renamed: nobody can say what it was.
    """
    if field_id := word(raw.get("fieldId")):
        return [field_id]
    name, custom = word(raw.get("field")), word(raw.get("fieldtype")) == "custom"
    fields = known.get()
    if not custom and (name.lower() in fields or name.lower() == "priority"):
        return [name.lower()]
    named = [field.id for field in fields.values() if field.name == name and field.custom == custom]
    filled = [field for field in named if field_value(values.get(field))]
    return filled or named


def _is_status(raw: Json) -> bool:
    if field_id := word(raw.get("fieldId")):
        return field_id == "status"
    return word(raw.get("field")).lower() == "status" and word(raw.get("fieldtype")) != "custom"


def _status(shown: object, stored: object, known: Mapping[str, KnownStatus], present: Status) -> Status:
    if now := known.get(word(stored)):
        return Status(words(shown, now.name, stored), ended=now.done)
    is_present = (word(stored) or word(shown)) in present.spelled
    return Status(words(shown, stored), ended=is_present and present.ended)


def _all_entries(newest: list[Json], total: int, http: Http, auth: AuthBase, issue_id: str) -> list[Json]:
    found = {word(entry.get("id")): entry for entry in newest}
    start = 0
    while len(found) < total:
        page = http.get(f"/rest/api/2/issue/{issue_id}/changelog", {"startAt": start, "maxResults": PAGE}, auth)
        entries = records(page.get("values"))
        found |= {word(entry.get("id")): entry for entry in entries}
        start += len(entries)
        if not entries or page.get("isLast") is True:
            break
    return list(found.values())


def _number(entry: Json) -> int:
    text = word(entry.get("id"))
    return int(text) if text.isdecimal() and len(text) < PAGE else 0
