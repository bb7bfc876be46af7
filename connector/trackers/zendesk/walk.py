"""Walk a Zendesk's changed tickets by its incremental export, and its open ones by the export of its search."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from connector.errors import Scope as FaultScope
from connector.errors import TrackerError
from connector.trackers.faults import bad_answer
from connector.trackers.port import Changed, Changes
from connector.trackers.shapes import Json, instant, record, records, word
from connector.trackers.zendesk.catalogue import Catalogue
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.values import named
from policies.model import FieldValue, Spelled

PAGES_A_MINUTE = 10
"""Zendesk's limit for the incremental export, of the whole account."""

OVERLAP = timedelta(minutes=5)
_OLD_ENOUGH = timedelta(seconds=61)
_CHANGED, _OPEN = "/api/v2/incremental/tickets/cursor", "/api/v2/search/export"
_ALONG = {"groups": "group", "organizations": "organization", "ticket_forms": "form"}


def changed_since(
    since: datetime, cursor: str | None, client: Client, catalogue: Catalogue, now: datetime
) -> Iterator[Changes]:
    """Give the pages of the incremental export; its last cursor is where the next walk goes on."""
    start = int(min(since - OVERLAP, now - _OLD_ENOUGH).timestamp())
    place: dict[str, str | int] = {"cursor": cursor} if cursor else {"start_time": max(start, 0)}
    while True:
        answer = _asked(client, {**place, "include": ",".join(_ALONG)})
        after = word(answer.get("after_cursor"))
        yield Changes(_changed(records(answer.get("tickets")), answer, catalogue, now), after or None)
        if answer.get("end_of_stream") is not False:
            return
        if not after or after == place.get("cursor"):
            raise bad_answer(client.http.site.name, "an export whose cursor does not move on")
        place = {"cursor": after}


def open_tickets(cursor: str | None, client: Client, catalogue: Catalogue, now: datetime) -> Iterator[Changes]:
    """Give the pages of a search for open tickets; its cursor lasts an hour."""
    params = {"query": "status<solved", "filter[type]": "ticket"} | ({"page[after]": cursor} if cursor else {})
    for answer in client.pages(_OPEN, params):
        after = word(record(answer.get("meta")).get("after_cursor"))
        yield Changes(_changed(records(answer.get("results")), answer, catalogue, now), after or None)


def _asked(client: Client, params: dict[str, str | int]) -> Json:
    try:
        return client.get(_CHANGED, params)
    except TrackerError as error:
        name = client.http.site.name
        if error.status == HTTPStatus.FORBIDDEN:
            raise _changed_error(
                error,
                sentence=f"{name}: only administrators may walk changed tickets (403). Make dueby's account an "
                "administrator; until then nothing but webhooks tells of changes.",
            ) from None
        if error.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise _changed_error(error, scope=FaultScope.TICKET) from None  # the export's own limit, not the site's
        raise


def _changed_error(error: TrackerError, **other: Any) -> TrackerError:
    return TrackerError(**{part.name: getattr(error, part.name) for part in fields(TrackerError)} | other)


def _changed(raws: list[Json], answer: Json, catalogue: Catalogue, now: datetime) -> tuple[Changed, ...]:
    return tuple(
        Changed(
            ticket=word(raw.get("id")),
            updated_at=instant(raw.get("updated_at")) or now,
            traits=_traits(raw, answer, catalogue.brand),
            deleted=word(raw.get("status")).lower() == "deleted",
        )
        for raw in raws
        if word(raw.get("id"))
    )


def _traits(raw: Json, answer: Json, brand: Callable[[str], Spelled]) -> dict[str, FieldValue]:
    """Give what the page tells of a ticket; what it names by an id alone is left open, for mappings may use names."""
    found = {
        trait: named(records(answer.get(key)), word(raw.get(f"{key.removesuffix('s')}_id")))
        for key, trait in _ALONG.items()
    }
    found["brand"] = brand(word(raw.get("brand_id")))
    told: dict[str, FieldValue] = {
        name: (spelled,) if spelled else () for name, spelled in found.items() if len(spelled) != 1
    }
    if isinstance(tags := raw.get("tags"), list):
        told["tags"] = tuple((text,) for tag in tags if (text := word(tag)))
    return told
