"""The webhooks of a Zendesk: one save becomes several events; or one request of a trigger's own template."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connector.sandbox.webhooks import Parcel, Webhook
from connector.sandbox.zendesk.model import Audit, Site, Ticket, User
from connector.sandbox.zendesk.shapes import instant

CHANGED = {
    "priority": "priority_changed",
    "status": "status_changed",
    "custom_status_id": "custom_status_changed",
    "type": "type_changed",
    "group_id": "group_assignment_changed",
    "assignee_id": "agent_assignment_changed",
    "brand_id": "brand_changed",
    "ticket_form_id": "form_changed",
    "organization_id": "organization_changed",
    "requester_id": "requester_changed",
    "subject": "subject_changed",
    "external_id": "external_id_changed",
    "due_at": "task_due_at_changed",
    "problem_id": "problem_link_changed",
}
Now = Callable[[], datetime]
Signer = Callable[[bytes], dict[str, str]]
UPPER = frozenset({"priority", "status", "type"})
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
    for position, (name, event) in enumerate(_events(site, ticket, audit), start=1):
        meta = {"meta": {"sequence": {"id": sequence, "position": position}}}
        envelope = _envelope(site, ticket, audit, name, {**event, **meta})
        yield _parcel(ticket, name, json.dumps(envelope).encode(), site, _signer(webhook, now))


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


def _envelope(site: Site, ticket: Ticket, audit: Audit, name: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        "account_id": site.account_id,
        "detail": _detail(ticket, audit),
        "event": event,
        "id": str(uuid.uuid4()),
        "subject": f"zen:ticket:{ticket.id}",
        "time": f"{audit.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z",
        "type": f"zen:event-type:ticket.{name}",
        "zendesk_event_version": "2022-11-06",
    }


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _upper(value: Any) -> str | None:
    return None if value is None else str(value).upper()


def _detail(ticket: Ticket, audit: Audit) -> dict[str, Any]:
    held = ticket.held
    return {
        "actor_id": str(audit.author_id),
        "assignee_id": _text(held.get("assignee_id")),
        "brand_id": _text(held.get("brand_id")),
        "created_at": instant(ticket.created_at),
        "custom_status": _text(held.get("custom_status_id")),
        "description": ticket.comments[0].body if ticket.comments else "",
        "external_id": held.get("external_id"),
        "form_id": _text(held.get("ticket_form_id")),
        "group_id": _text(held.get("group_id")),
        "id": str(ticket.id),
        "is_public": any(comment.public for comment in ticket.comments),
        "organization_id": _text(held.get("organization_id")),
        "priority": _upper(held.get("priority")),
        "requester_id": _text(held.get("requester_id")),
        "status": "DELETED" if ticket.deleted else _upper(held.get("status")),
        "subject": held.get("subject"),
        "submitter_id": str(ticket.submitter_id),
        "tags": list(held.get("tags") or ()),
        "type": _upper(held.get("type")),
        "updated_at": instant(ticket.updated_at),
        "via": {"channel": "web_service" if audit.channel == "api" else audit.channel},
    }


def _events(site: Site, ticket: Ticket, audit: Audit) -> Iterator[tuple[str, dict[str, Any]]]:
    if any(event["type"] == "Create" for event in audit.events):
        yield "created", {}
    for event in audit.events:
        if told := _event(site, event):
            yield told
    if audit.merged_into:
        yield "merged", {"target_ticket": {"id": str(audit.merged_into)}}
    if ticket.deleted:
        yield "soft_deleted", {}


def _event(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    makers: dict[str, Callable[[Site, dict[str, Any]], tuple[str, dict[str, Any]] | None]] = {
        "Comment": _commented,
        "Change": _changed,
        "CommentPrivacyChange": lambda _, one: ("comment_made_private", {"comment": {"id": str(one["comment_id"])}}),
    }
    maker = makers.get(event["type"])
    return maker(site, event) if maker else None


def _commented(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    author: User | None = site.user(event["author_id"])
    staff = author is not None and author.role != "end-user"
    told = {"id": str(event["author_id"]), "is_staff": staff, "name": author.name if author else ""}
    comment = {"id": str(event["id"]), "body": event["body"], "is_public": event["public"], "author": told}
    return "comment_added", {"comment": comment}


def _changed(site: Site, event: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    name, after, before = event["field_name"], event["value"], event["previous_value"]
    if name == "tags":
        new, old = set(after or ()), set(before or ())
        return "tags_changed", {"tags_added": sorted(new - old), "tags_removed": sorted(old - new)}
    if name.isdigit():
        field = site.fields[int(name)]
        about = {"id": name, "title": field.title, "type": field.type.upper()}
        return "custom_field_changed", {
            "current": {"value": after},
            "previous": {"value": before},
            "custom_field": about,
        }
    told = _upper if name in UPPER else _text
    return (CHANGED[name], {"current": told(after), "previous": told(before)}) if name in CHANGED else None


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
