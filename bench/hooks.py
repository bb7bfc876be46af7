"""Webhooks as a Jira Cloud sends them: 10 KB, signed, each with a delivery id and a ticket of its own."""

import hmac
import itertools
import json
from collections.abc import Iterator
from functools import cache

from bench.places import SECRET, SITE

SIZE = 10_240
_TICKET = "10000000"  # its length stands for that of every ticket
_numbers = itertools.count(1)


def webhooks(count: int) -> list[bytes]:
    """Write so many whole HTTP requests, all different from each other and from those before."""
    return [_request(number) for number in itertools.islice(_numbers, count)]


def _request(number: int) -> bytes:
    body = _body(str(int(_TICKET) + number))
    head = "\r\n".join(_head(f"delivery-{number}", body)).encode()
    return head + b"\r\n\r\n" + body


def _head(delivery: str, body: bytes) -> Iterator[str]:
    yield f"POST /webhooks/jira/{SITE} HTTP/1.1"
    yield "Host: 127.0.0.1"
    yield "Content-Type: application/json; charset=UTF-8"
    yield f"Content-Length: {len(body)}"
    yield "User-Agent: Atlassian Webhook HTTP Client"
    yield f"X-Atlassian-Webhook-Identifier: {delivery}"
    yield "X-Atlassian-Webhook-Flow: Primary"
    yield f"X-Hub-Signature: sha256={hmac.digest(SECRET.encode(), body, 'sha256').hex()}"


def _body(ticket: str) -> bytes:
    return _pattern().replace(_TICKET.encode(), ticket.encode())


@cache
def _pattern() -> bytes:
    """Write an update of a priority with an issue of many fields, as long as `SIZE`."""
    fields: dict[str, object] = {f"customfield_{number}": _field(number) for number in range(10_000, 10_040)}
    event = {
        "timestamp": 1_795_521_600_000,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_updated",
        "user": {"accountId": "712020:alice", "accountType": "atlassian", "displayName": "Alice"},
        "issue": {
            "id": _TICKET,
            "key": f"SUP-{_TICKET}",
            "fields": {"summary": "A question", "priority": {"id": "2", "name": "High"}, **fields, "description": ""},
        },
        "changelog": {"id": _TICKET, "items": [_change()]},
    }
    missing = SIZE - len(json.dumps(event))
    fields_shown = f'"description": "{"x" * missing}"'
    return json.dumps(event).replace('"description": ""', fields_shown).encode()


def _field(number: int) -> object:
    return {"self": f"https://acme.example/rest/api/2/customFieldOption/{number}", "value": "Some", "id": str(number)}


def _change() -> dict[str, str]:
    return {
        "field": "priority",
        "fieldtype": "jira",
        "fieldId": "priority",
        "from": "3",
        "fromString": "Medium",
        "to": "2",
        "toString": "High",
    }
