"""A sandbox Zendesk as a site: how it is set up, who may come in and how it is looked at."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from connector import time_source
from connector.sandbox.calls import Answer, Request
from connector.sandbox.sandbox import Now, Sandbox
from connector.sandbox.webhooks import Webhook
from connector.sandbox.zendesk.access import who_sent
from connector.sandbox.zendesk.defaults import new_site
from connector.sandbox.zendesk.model import (
    Audit,
    CustomStatus,
    FieldType,
    Named,
    Role,
    StatusName,
    Ticket,
    TicketField,
    User,
)
from connector.sandbox.zendesk.parcels import parcels, retry_zendesk
from connector.sandbox.zendesk.shapes import show_ticket

ERRORS = {404: "RecordNotFound", 409: "Conflict", 422: "RecordInvalid", 429: "APIRateLimitExceeded"}


class ZendeskSite(Sandbox):
    """A Zendesk's settings. OAuth tokens hold for `token_lifetime` (None: for ever, and no `expires_in`).

    `strict_fields` refuses custom fields that do not exist; the real one passes over them.
    """

    flavour = "zendesk"

    def __init__(
        self,
        *,
        now: Now = time_source.now,
        token_lifetime: timedelta | None = timedelta(minutes=30),
        strict_fields: bool = False,
    ) -> None:
        super().__init__(now, retry_zendesk)
        self.site = new_site()
        self.token_lifetime = token_lifetime
        self.strict_fields = strict_fields

    def serve_at(self, url: str) -> None:
        """Note the address under which the sandbox is reached."""
        super().serve_at(url)
        self.site.url = url

    def who(self, request: Request) -> str:
        """Give the handle of the account that sent this request."""
        return who_sent(self.site, request.headers, self.now()).handle

    def error(self, status: int, sentence: str = "") -> Answer:
        """Give an error in Zendesk's shape."""
        name = ERRORS.get(status, HTTPStatus(status).phrase.replace(" ", ""))
        return Answer(status, {"error": name, "description": sentence or HTTPStatus(status).phrase})

    def webhook(self, url: str, **options: Any) -> Webhook:
        """Register a webhook; options as in `Webhook`."""
        webhook = Webhook(url=url, **options)
        self.webhooks[webhook.name] = webhook
        return webhook

    def happen(self, ticket: Ticket, audit: Audit) -> None:
        """Send what a save sends."""
        author = self.site.user(audit.author_id)
        handle = author.handle if author else ""
        self.emit(handle, lambda webhook: parcels(self.site, ticket, audit, webhook, self.now))

    def at(self, at: datetime | None) -> datetime:
        """Give the instant of an act, to the second: the one given, or now."""
        return (at or self.now()).astimezone(UTC).replace(microsecond=0)

    def ticket(self, ticket: str) -> dict[str, Any]:
        """Give a ticket as its REST interface shows it."""
        with self.lock:
            return show_ticket(self.site, self.site.ticket(ticket))

    def tickets(self) -> list[str]:
        """Give the ids of all tickets that are not deleted."""
        with self.lock:
            return [str(ticket.id) for ticket in self.site.tickets.values() if not ticket.deleted]

    def add_user(self, handle: str, **about: Any) -> int:
        """Add a person; arguments as in `User`, each with a default made from the handle. Return the id."""
        known = {"id": self.site.new_id(), "name": handle.capitalize(), "email": f"{handle}@acme.example"}
        self.site.users[handle] = User(handle=handle, **{**known, **about})
        return self.site.users[handle].id

    def add_field(  # noqa: PLR0913  # a field has that many properties
        self,
        field: int,
        title: str,
        kind: FieldType,
        *,
        options: tuple[tuple[str, str], ...] = (),
        tag: str | None = None,
        pattern: str | None = None,
    ) -> None:
        """Add a custom field; options are (name, tag)."""
        pairs = tuple((name, value) for name, value in options)
        self.site.fields[field] = TicketField(id=field, title=title, type=kind, options=pairs, tag=tag, pattern=pattern)

    def add_group(self, name: str) -> int:
        """Add a group; return its id."""
        return self._add(self.site.groups, name)

    def add_brand(self, name: str) -> int:
        """Add a brand; return its id."""
        return self._add(self.site.brands, name)

    def add_form(self, name: str) -> int:
        """Add a ticket form; return its id."""
        return self._add(self.site.forms, name)

    def add_organization(self, name: str, domains: tuple[str, ...] = ()) -> int:
        """Add an organization; return its id."""
        return self._add(self.site.organizations, name, tuple(domains))

    def _add(self, things: list[Named], name: str, domains: tuple[str, ...] = ()) -> int:
        things.append(Named(id=self.site.new_id(), name=name, domains=domains))
        return things[-1].id

    def add_status(self, label: str, category: StatusName = "open") -> int:
        """Add a custom status; return its id."""
        self.site.statuses.append(CustomStatus(id=self.site.new_id(), label=label, category=category))
        return self.site.statuses[-1].id

    def off_form(self, field: int, form: str) -> None:
        """Take a field off a ticket form, by the form's name."""
        next(one for one in self.site.forms if one.name == form).without.add(field)

    def deactivate_field(self, field: int) -> None:
        """Deactivate a field: it keeps its values, and none can be set."""
        self.site.fields[field].active = False

    def set_role(self, handle: str, role: Role) -> None:
        """Make a person an end-user, agent or admin."""
        self.site.users[handle].role = role

    def expire_tokens(self) -> None:
        """Make every OAuth token worthless at once."""
        self.site.grants.clear()
