"""One Zendesk site, put together: what `connector.trackers.port.Tracker` asks of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from requests import Response

from connector.sites import Site
from connector.trackers.faults import body_of, retry_after
from connector.trackers.guard import BeforeRequest
from connector.trackers.http import Http
from connector.trackers.port import Catalogue as Names
from connector.trackers.port import Changes, Finding, OwnField, Scope, Wanted
from connector.trackers.shapes import word
from connector.trackers.zendesk.catalogue import Catalogue
from connector.trackers.zendesk.check import check
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.creating import create_fields
from connector.trackers.zendesk.fetch import fetch
from connector.trackers.zendesk.names import catalogue
from connector.trackers.zendesk.walk import changed_since, open_tickets
from connector.trackers.zendesk.write import add_note, write
from policies.model import Ticket

_ACCOUNT_WINDOW = timedelta(minutes=1)
_TICKETS_LIMIT = ("10 minutes", "per ticket", "this ticket")


class ZendeskSite:
    """A Zendesk over REST."""

    def __init__(self, site: Site, now: Callable[[], datetime], before_request: BeforeRequest | None = None) -> None:
        http = Http(site, now, before_request, lambda response: _limit_is_tickets(response, now()))
        self._client = Client(http, now)
        self._catalogue = Catalogue(self._client, now)
        self._now = now

    def fetch(self, ticket: str) -> Ticket:
        """Fetch one ticket by id, with its whole history."""
        return fetch(ticket, self._client, self._catalogue)

    def write(self, ticket: Ticket, wanted: Wanted) -> tuple[str, ...]:
        """Write what differs from what the ticket holds, in one request; return the contract names written."""
        return write(ticket, wanted, self._client, self._catalogue)

    def comment(self, ticket: str, text: str) -> None:
        """Add an internal comment to a ticket, by id; a closed one is left."""
        add_note(ticket, text, self._client)

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:  # noqa: ARG002  # all of a Zendesk
        """Walk the tickets changed since an instant, or from a page's cursor on."""
        return changed_since(since, cursor, self._client, self._catalogue, self._now())

    def open_tickets(self, scope: Scope, cursor: str | None = None) -> Iterator[Changes]:  # noqa: ARG002  # the same
        """Walk the tickets that have not ended, from a page's cursor on where there is one."""
        return open_tickets(cursor, self._client, self._catalogue, self._now())

    def check(self, scope: Scope) -> tuple[Finding, ...]:
        """Look at everything that dueby needs on the site."""
        return check(scope, self._client, self._catalogue)

    def create_fields(self, *, due_on: bool = False, dry_run: bool = False) -> tuple[OwnField, ...]:
        """Create those of dueby's fields that the site lacks, never one twice, and give all."""
        return create_fields(self._client, self._catalogue, due_on=due_on, dry_run=dry_run)

    def catalogue(self) -> Names:
        """Ask for all the names that mappings may name."""
        return catalogue(self._client, self._catalogue)


def _limit_is_tickets(response: Response, now: datetime) -> bool:
    """Say that the 30 updates in 10 minutes of one ticket are used up, not the account's requests a minute.

    Zendesk has no header for it: the answer to an update names the ticket's limit, or asks to wait for longer than the
    account's limits ever do.
    """
    if response.request.method != "PUT":
        return False
    body = body_of(response)
    told = " ".join(word(body.get(name)) for name in ("error", "description", "message")).lower()
    wait = retry_after(response.headers.get("Retry-After"), now) or timedelta()
    return wait > _ACCOUNT_WINDOW or ("ticket" in told and any(words in told for words in _TICKETS_LIMIT))
