"""The webhooks of a Jira: what each happening sends, in Cloud's and in Data Center's shapes."""

import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from connector.sandbox.jira.changes import Happening
from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.people import show_user
from connector.sandbox.jira.shapes import BRIEF, show_comment, show_comments, show_fields, show_issue, show_item
from connector.sandbox.webhooks import Parcel, Webhook

RETRIED = frozenset({0, 408, 409, 425, 429})
MOST_ATTEMPTS = 6


def retry_cloud(status: int, _: Mapping[str, str], attempts: int) -> bool:
    """Say whether Jira Cloud tries again: up to five times after no answer, 408, 409, 425, 429 and 5xx."""
    return attempts < MOST_ATTEMPTS and (status in RETRIED or status >= 500)  # noqa: PLR2004  # 5xx


def parcels(site: Site, happening: Happening, webhook: Webhook) -> Iterator[Parcel]:
    """Give what a happening sends to one webhook."""
    if webhook.mode == "standard":
        bodies = _cloud(site, happening, webhook) if site.cloud else _datacenter(site, happening)
    else:
        bodies = _automation(site, happening, webhook.mode)
    for event, body in bodies:
        yield _parcel(site, happening.issue.id, event, body, webhook)


def _parcel(site: Site, ticket: str, event: str, body: dict[str, Any], webhook: Webhook) -> Parcel:
    content, identifier = json.dumps(body).encode(), uuid.uuid4().hex
    signed = _signature(webhook, content) if webhook.mode == "standard" else {}

    def headers(attempt: int) -> dict[str, str]:
        if not site.cloud or webhook.mode != "standard":
            return {"User-Agent": "Atlassian HttpClient", **signed}
        known = {"X-Atlassian-Webhook-Identifier": identifier, "X-Atlassian-Webhook-Flow": "Primary"}
        retry = {"X-Atlassian-Webhook-Retry": str(attempt)} if attempt else {}
        return {"User-Agent": "Atlassian Webhook HTTP Client", **signed, **known, **retry}

    return Parcel(id=identifier, event=event, ticket=ticket, body=content, headers=headers)


def _signature(webhook: Webhook, content: bytes) -> dict[str, str]:
    if webhook.secret is None:
        return {}
    digest = hmac.new(webhook.secret.encode(), content, getattr(hashlib, webhook.method)).hexdigest()
    return {"X-Hub-Signature": f"{webhook.method}={digest}"}


def _envelope(happening: Happening, event: str) -> dict[str, Any]:
    return {"timestamp": int(happening.at.timestamp() * 1000), "webhookEvent": event}


def _issue_event(site: Site, happening: Happening, kind: str | None = None) -> tuple[str, dict[str, Any]]:
    event, issue = f"jira:issue_{happening.what}", happening.issue
    if happening.comment:
        event = "jira:issue_updated"
    body = _envelope(happening, event)
    if happening.what != "deleted":
        body["issue_event_type_name"] = kind or happening.type
    fields = show_fields(site, issue)
    if not site.cloud or happening.what == "deleted":
        fields["comment"] = show_comments(site, issue, "2", None)
    body |= {"user": show_user(site, happening.by), "issue": show_issue(site, issue, fields)}
    if happening.entry:
        items = [show_item(site, item) for item in happening.entry.items]
        body["changelog"] = {"id": happening.entry.id, "items": items}
    return event, body


def _cloud(site: Site, happening: Happening, webhook: Webhook) -> Iterator[tuple[str, dict[str, Any]]]:
    if not (comment := happening.comment):
        yield _issue_event(site, happening)
        return
    issue = happening.issue
    shown = show_comment(site, issue, comment)
    if webhook.comment_defect and happening.what == "comment_created":
        shown["jsdPublic"] = True  # the property is set after the comment: the event says public for an internal one
    fields = show_fields(site, issue)
    brief = show_issue(site, issue, {name: fields[name] for name in BRIEF})
    yield happening.what, {**_envelope(happening, happening.what), "comment": shown, "issue": brief}
    if webhook.comment_updates:
        yield _issue_event(site, happening, "issue_commented")


def _datacenter(site: Site, happening: Happening) -> Iterator[tuple[str, dict[str, Any]]]:
    if not (comment := happening.comment):
        yield _issue_event(site, happening)
        return
    shown = show_comment(site, happening.issue, comment)
    yield happening.what, {**_envelope(happening, happening.what), "comment": shown}
    kinds = {"comment_created": "issue_commented", "comment_updated": "issue_comment_edited"}
    kind = kinds.get(happening.what, "issue_comment_deleted")
    event, body = _issue_event(site, happening, kind)
    yield event, {**body, "comment": shown}


def _automation(site: Site, happening: Happening, mode: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if happening.what == "deleted":
        return
    issue = show_issue(site, happening.issue, show_fields(site, happening.issue))
    issue |= {
        "id": int(happening.issue.id),
        "changelog": {"startAt": 0, "maxResults": 0, "total": 0, "histories": None},
    }
    yield "automation", issue if mode == "automation" else {"issue": issue}
