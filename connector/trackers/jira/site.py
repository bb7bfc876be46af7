"""One Jira site, put together: what `connector.trackers.port.Tracker` asks of it."""

from collections.abc import Callable, Iterator
from datetime import datetime

from requests import Response
from requests.auth import AuthBase

from connector.sites import Auth, Site
from connector.trackers.guard import BeforeRequest
from connector.trackers.http import Bearer, Http, NoAuth, basic
from connector.trackers.jira.check import check
from connector.trackers.jira.creating import create_fields
from connector.trackers.jira.discovery import Discovery
from connector.trackers.jira.fetch import fetch
from connector.trackers.jira.names import catalogue
from connector.trackers.jira.note import add_note
from connector.trackers.jira.walk import Walker
from connector.trackers.jira.write import Writer
from connector.trackers.port import Catalogue, Changes, Finding, OwnField, Scope, Wanted
from policies.model import Ticket


class JiraSite:
    """A Jira over REST, Cloud (at its site or through the gateway for scoped tokens) or Data Center."""

    def __init__(self, site: Site, now: Callable[[], datetime], before_request: BeforeRequest | None = None) -> None:
        self._http = Http(site, now, before_request, _limit_is_tickets)
        self._auth = _auth(site.auth)
        self._now = now
        self._discovery = Discovery(site, self._http.guard, self._auth, now)
        self._writer = Writer(self._http, self._auth, self._discovery)

    def fetch(self, ticket: str) -> Ticket:
        """Fetch one ticket by id or key, with its whole history."""
        return fetch(ticket, self._http, self._auth, self._discovery)

    def write(self, ticket: Ticket, wanted: Wanted) -> tuple[str, ...]:
        """Write what differs from what the ticket holds, in one request; return the contract names written."""
        return self._writer.write(ticket, wanted)

    def comment(self, ticket: str, text: str) -> None:
        """Add an internal comment to a ticket, by id; refused where everybody would see it."""
        add_note(ticket, text, self._http, self._auth)

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:
        """Walk the tickets changed since an instant, or from a page's cursor on."""
        return Walker(self._http, self._auth, self._now).changed_since(since, cursor, scope)

    def open_tickets(self, scope: Scope, cursor: str | None = None) -> Iterator[Changes]:
        """Walk the tickets that have not ended, from a page's cursor on where there is one."""
        return Walker(self._http, self._auth, self._now).open_tickets(scope, cursor)

    def check(self, scope: Scope) -> tuple[Finding, ...]:
        """Look at everything that dueby needs on the site."""
        return check(scope, self._http, self._auth, self._discovery)

    def create_fields(self, *, due_on: bool = False, dry_run: bool = False) -> tuple[OwnField, ...]:
        """Create those of dueby's fields that the site lacks, never one twice, and give all."""
        return create_fields(self._http, self._auth, self._discovery, due_on=due_on, dry_run=dry_run)

    def catalogue(self) -> Catalogue:
        """Ask for all the names that mappings may name."""
        return catalogue(self._http, self._auth, self._discovery)


def _auth(auth: Auth) -> AuthBase:
    if auth.bearer:
        return Bearer(auth.bearer)
    return basic(auth.user, auth.token) if auth.user and auth.token else NoAuth()


def _limit_is_tickets(response: Response) -> bool:
    return "per-issue" in response.headers.get("RateLimit-Reason", "")
