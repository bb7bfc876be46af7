"""Write dueby's fields to a Jira ticket: only what differs, in one request, in the shape of each field's real type."""

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from requests.auth import AuthBase

from connector.errors import TrackerError
from connector.sites import Site
from connector.trackers.guard import AnsweredError
from connector.trackers.http import Http
from connector.trackers.jira.discovery import Discovery
from connector.trackers.port import Wanted
from connector.trackers.shapes import instant, record, word
from connector.trackers.wanted import due_on, refused_fields, unknown_field, wrong_type
from policies.model import Ticket

KINDS = {"due_at": {"datetime"}, "due_on": {"date"}, "state": {"text", "select"}, "summary": {"text"}}
_OFF_SCREEN = ("screen", "écran", "bildschirm", "pantalla", "schermata", "画面")
"""What Jira's sentence holds, in its users' languages, when a field is not on the edit screen."""


class Writer:
    """Writes to one site, and remembers whether it may silence the tracker's mails."""

    def __init__(self, http: Http, auth: AuthBase, discovery: Discovery) -> None:
        self._http, self._auth, self._discovery = http, auth, discovery
        self._silent = True

    def write(self, ticket: Ticket, wanted: Wanted) -> tuple[str, ...]:
        """Write what differs from what the ticket holds; return the contract names written."""
        site = self._http.site
        values = _texts(wanted, site)
        differing = [name for name in site.fields if name in values and not _holds(ticket, name, values[name])]
        if differing:
            self._put(ticket, {site.fields[name]: self._shaped(name, values[name]) for name in differing})
        return tuple(differing)

    def _shaped(self, name: str, text: str | None) -> Any:
        kind = self._kind(name)
        return {"value": text} if kind == "select" and text is not None else text

    def _kind(self, name: str) -> str:
        site, known = self._http.site, self._discovery.fields
        field = known.get().get(site.fields[name])
        if field is None or field.kind not in KINDS[name]:
            field = known.again().get(site.fields[name])
        if field is None or not field.custom:
            raise unknown_field(site, name)
        if field.kind not in KINDS[name]:
            raise wrong_type(site, name, field.kind, KINDS[name])
        return field.kind

    def _put(self, ticket: Ticket, fields: Mapping[str, Any]) -> None:
        path, body = f"/rest/api/2/issue/{quote(ticket.ref.id, safe='')}", {"fields": fields}
        try:
            self._put_silently(path, body)
        except AnsweredError as error:
            raise _sorted(self._http.site, error) from None

    def _put_silently(self, path: str, body: Mapping[str, Any]) -> None:
        if not self._silent:
            return self._http.put(path, body, None, self._auth)
        try:
            return self._http.put(path, body, {"notifyUsers": "false"}, self._auth)
        except TrackerError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
        self._http.put(path, body, None, self._auth)
        self._silent = False  # only now is it known that silence was what was forbidden
        return None


def _texts(wanted: Wanted, site: Site) -> dict[str, str | None]:
    return {
        "due_at": _spelled(wanted.due_at) if wanted.due_at else None,
        "due_on": due_on(wanted, site),
        "state": wanted.state,
        "summary": wanted.summary or None,
    }


def _spelled(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _holds(ticket: Ticket, name: str, text: str | None) -> bool:
    held = ticket.held.get(name)
    if name != "due_at" or held is None or text is None:
        return held == text
    at = instant(held)
    return at is not None and at.replace(microsecond=0) == instant(text)


def _sorted(site: Site, error: AnsweredError) -> TrackerError:
    said = {field: word(text) for field, text in record(error.body.get("errors")).items()}
    errors = {name: said[field] for name, field in site.fields.items() if field in said}
    if error.status != HTTPStatus.BAD_REQUEST or not errors:
        return error
    off_screen = [name for name, text in errors.items() if any(hint in text.lower() for hint in _OFF_SCREEN)]
    return refused_fields(site, errors, error, off_screen)
