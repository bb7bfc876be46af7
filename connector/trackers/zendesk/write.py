"""Write dueby's fields to a Zendesk ticket: only what differs, in one request, each field in its real type's shape."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from connector.errors import TrackerError
from connector.sites import Site
from connector.trackers.faults import gone
from connector.trackers.guard import AnsweredError
from connector.trackers.port import Wanted
from connector.trackers.shapes import Json, record, records, word, words
from connector.trackers.wanted import due_on, refused_fields, unknown_field, wrong_type
from connector.trackers.zendesk.catalogue import Catalogue
from connector.trackers.zendesk.client import Client
from policies.model import Ticket

KINDS = {"due_at": {"text", "regexp"}, "due_on": {"date"}, "state": {"text", "tagger"}, "summary": {"text"}}


def write(ticket: Ticket, wanted: Wanted, client: Client, catalogue: Catalogue) -> tuple[str, ...]:
    """Write what differs from what the ticket holds; return the contract names written. A closed ticket is left."""
    site = client.http.site
    if not ticket.writable:
        return ()
    texts = _texts(wanted, site)
    shaped = {name: _shaped(name, texts[name], site, catalogue) for name in site.fields if name in texts}
    differing = [name for name, text in shaped.items() if ticket.held.get(name) != text]
    if not differing:
        return ()
    fields = [{"id": int(site.fields[name]), "value": shaped[name]} for name in differing]
    return tuple(differing) if _put(ticket, fields, client) else ()


def add_note(ticket: str, text: str, client: Client) -> None:
    """Add an internal comment. A closed ticket takes none, which is no failure: nobody works on it any more.

    Raise `TrackerError`: `gone` where the ticket isn't there.
    """
    try:
        client.put(f"/api/v2/tickets/{ticket}", {"ticket": {"comment": {"body": text, "public": False}}})
    except AnsweredError as error:
        if not _was_closed(error):
            raise gone(error, client.http.site.name, ticket) from None


def _put(ticket: Ticket, fields: Sequence[Mapping[str, object]], client: Client) -> bool:
    stamp = ticket.updated_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = {"ticket": {"custom_fields": fields, "safe_update": True, "updated_stamp": stamp}}
    try:
        client.put(f"/api/v2/tickets/{ticket.ref.id}", body)
    except AnsweredError as error:
        if _was_closed(error):  # closed since it was fetched: no failure
            return False
        raise _sorted(client.http.site, error) from None
    return True


def _texts(wanted: Wanted, site: Site) -> dict[str, str | None]:
    return {
        "due_at": _spelled(wanted.due_at, site) if wanted.due_at else None,
        "due_on": due_on(wanted, site),
        "state": wanted.state,
        "summary": wanted.summary or None,
    }


def _spelled(at: datetime, site: Site) -> str:
    text = at.astimezone(ZoneInfo(site.timezone)).isoformat(timespec="seconds")
    return f"{text.removesuffix('+00:00')}Z" if text.endswith("+00:00") else text


def _shaped(name: str, text: str | None, site: Site, catalogue: Catalogue) -> str | None:
    kind = _kind(name, site, catalogue)
    return f"dueby_{text}" if kind == "tagger" and text is not None else text


def _kind(name: str, site: Site, catalogue: Catalogue) -> str:
    field_id = site.fields[name]
    field = catalogue.fields.get().get(field_id)
    if field is None or field.kind not in KINDS[name]:
        field = catalogue.fields.again().get(field_id)
    if field is None or not field_id.isdecimal():
        raise unknown_field(site, name)
    if field.kind not in KINDS[name]:
        raise wrong_type(site, name, field.kind, KINDS[name])
    return field.kind


def _details(error: AnsweredError) -> Mapping[str, list[Json]]:
    return {word(name): records(found) for name, found in record(error.body.get("details")).items()}


def _was_closed(error: AnsweredError) -> bool:
    told = [word(detail.get("description")).lower() for detail in _details(error).get("status", [])]
    return error.status == HTTPStatus.UNPROCESSABLE_ENTITY and any("closed" in text for text in told)


def _sorted(site: Site, error: AnsweredError) -> TrackerError:
    """Name the fields of ours that a refusal is about: Zendesk gives their ids as a key or inside the detail."""
    errors: dict[str, str] = {}
    for key, found in _details(error).items():
        for detail in found:
            ids = {key, *words(*detail.values())}
            named = [name for name, field in site.fields.items() if field in ids]
            errors |= dict.fromkeys(named, word(detail.get("description")))
    final = not error.retryable and error.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY}
    return refused_fields(site, errors, error, ()) if final and errors else error
