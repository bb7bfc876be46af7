"""The webhooks of a Zendesk: one save becomes several signed events; or one request of a trigger's own template."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from connector.sandbox.webhooks import Parcel, Webhook
from connector.sandbox.zendesk.events import envelope, events
from connector.sandbox.zendesk.model import Audit, Site, Ticket
from connector.sandbox.zendesk.shapes import instant

Now = Callable[[], datetime]
Signer = Callable[[bytes], dict[str, str]]
TEMPLATE = json.dumps(
    {
        "source": "trigger",
        "ticket_id": "{{ticket.id}}",
        "updated_at": "{{ticket.updated_at_with_timestamp}}",
        "current_user_id": "{{current_user.id}}",
        "priority": "{{ticket.priority}}",
        "status": "{{ticket.status}}",
    }
)
LONGEST_WAIT = 60


def retry_zendesk(status: int, headers: Mapping[str, str], attempts: int) -> bool:
    """Say whether Zendesk tries again: 409 three times, 429 and 503 with a short Retry-After, a timeout five times."""
    if status == 409:  # noqa: PLR2004  # Conflict
        return attempts <= 3  # noqa: PLR2004  # three retries
    if status in (429, 503):
        wait = headers.get("Retry-After", "")
        return wait.isdigit() and int(wait) < LONGEST_WAIT and attempts <= 5  # noqa: PLR2004  # five retries
    return status == 0 and attempts <= 5  # noqa: PLR2004  # five retries


def parcels(site: Site, ticket: Ticket, audit: Audit, webhook: Webhook, now: Now) -> Iterator[Parcel]:
    """Give what one save sends to one webhook."""
    if webhook.mode == "trigger":
        body = _from_template(webhook.template or TEMPLATE, ticket, audit).encode()
        yield _parcel(ticket, "trigger", body, site, _signer(webhook, now))
        return
    sequence = uuid.uuid4().hex.upper()
    for position, (name, event) in enumerate(events(site, ticket, audit), start=1):
        meta = {"meta": {"sequence": {"id": sequence, "position": position}}}
        told = envelope(site, ticket, audit, name, {**event, **meta})
        yield _parcel(ticket, name, json.dumps(told).encode(), site, _signer(webhook, now))


def _parcel(ticket: Ticket, event: str, body: bytes, site: Site, sign_with: Signer) -> Parcel:
    invocation = str(uuid.uuid4().int % 10**16)
    known = {
        "x-zendesk-account-id": str(site.account_id),
        "x-zendesk-webhook-id": "01F1KRFQ6BG29CNWFR60NK5FNY",
        "x-zendesk-webhook-invocation-id": invocation,
    }
    ticket_id = str(ticket.id)
    return Parcel(id=invocation, event=event, ticket=ticket_id, body=body, headers=lambda _: known | sign_with(body))


def _signer(webhook: Webhook, now: Now) -> Signer:
    """Sign each attempt afresh, with the time of that attempt."""
    secret = webhook.secret
    return lambda body: {} if secret is None else sign(secret, instant(now()), body)


def sign(secret: str, timestamp: str, body: bytes) -> dict[str, str]:
    """Sign a body as Zendesk does: base64 of HMAC-SHA256 over timestamp and body."""
    digest = hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).digest()
    return {
        "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
        "x-zendesk-webhook-signature-timestamp": timestamp,
    }


def _from_template(template: str, ticket: Ticket, audit: Audit) -> str:
    values = {
        "{{ticket.id}}": str(ticket.id),
        "{{ticket.updated_at_with_timestamp}}": instant(ticket.updated_at),
        "{{current_user.id}}": str(audit.author_id),
        "{{ticket.priority}}": str(ticket.held.get("priority") or "").capitalize(),
        "{{ticket.status}}": str(ticket.held.get("status") or "").capitalize(),
    }
    for placeholder, value in values.items():
        template = template.replace(placeholder, value)
    return template
