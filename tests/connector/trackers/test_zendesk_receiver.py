"""Zendesk's webhooks: who may send them, and what each shape comes to."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.trackers.port import Delivery, Hint, Ignored, Rank, Unreadable
from connector.trackers.registry import receiver_for
from tests.connector.trackers.answers import NOW

ZENDESK = receiver_for("zendesk")
BODY = b'{"ticket_id": "5158"}'
FRESH = "2026-11-23T11:59:30Z"
SIGNATURE = "X-Zendesk-Webhook-Signature"
STAMP = "X-Zendesk-Webhook-Signature-Timestamp"


def signed(secret: str, stamp: str = FRESH, body: bytes = BODY) -> dict[str, str]:
    digest = hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()
    return {SIGNATURE: base64.b64encode(digest).decode(), STAMP: stamp}


def at(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def test_signature_is_the_one_that_openssl_makes() -> None:
    headers = {SIGNATURE: "D4aVi50ZHNEno/cyI7hYuBP99SBAxuLbk0QxTWRO9/M=", STAMP: FRESH}
    assert ZENDESK.verify(Delivery(BODY, headers, {}), ("new",), NOW)
    assert not ZENDESK.verify(Delivery(BODY + b" ", headers, {}), ("new",), NOW)


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        pytest.param(signed("new"), True, id="signed by the new secret"),
        pytest.param(signed("old"), True, id="signed by the old secret while it is replaced"),
        pytest.param({key.lower(): value for key, value in signed("new").items()}, True, id="headers in lower case"),
        pytest.param(signed("new", at(-3600)), True, id="an hour old"),
        pytest.param(signed("new", at(-3601)), False, id="older than an hour"),
        pytest.param(signed("new", at(300)), True, id="5 minutes ahead"),
        pytest.param(signed("new", at(301)), False, id="more than 5 minutes ahead"),
        pytest.param(signed("new", "2026-11-23T12:59:30+01:00"), True, id="a timestamp with an offset"),
        pytest.param(signed("new", "2026-11-23T11:59:30"), False, id="a naive timestamp"),
        pytest.param(signed("new", "yesterday"), False, id="a timestamp that is none"),
        pytest.param(signed("new", "0001-01-01T00:00:00+23:59"), False, id="a timestamp before all time"),
        pytest.param(signed("new", ""), False, id="an empty timestamp"),
        pytest.param({SIGNATURE: signed("new")[SIGNATURE]}, False, id="no timestamp"),
        pytest.param(signed("new") | {STAMP: at(-31)}, False, id="another timestamp was signed"),
        pytest.param(signed("new", body=b"{}"), False, id="another body was signed"),
        pytest.param(signed("other"), False, id="signed by another secret"),
        pytest.param({STAMP: FRESH}, False, id="no signature"),
        pytest.param({SIGNATURE: "\udcff", STAMP: FRESH}, False, id="a signature that is no text"),
        pytest.param({"X-Dueby-Secret": "new"}, False, id="the bare secret is not for Zendesk"),
        pytest.param({}, False, id="nothing at all"),
    ],
)
def test_who_may_send(headers: dict[str, str], right: bool) -> None:
    assert ZENDESK.verify(Delivery(BODY, headers, {}), ("new", "old"), NOW) is right


@pytest.mark.parametrize("secrets", [(), ("",)], ids=["no secret", "an empty secret"])
def test_without_a_secret_everything_is_refused(secrets: tuple[str, ...]) -> None:
    assert not ZENDESK.verify(Delivery(BODY, signed(""), {}), secrets, NOW)


def test_secret_that_everybody_knows_is_refused() -> None:
    known = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
    assert not ZENDESK.verify(Delivery(BODY, signed(known), {}), (known,), NOW)


def test_delivery_is_known_by_its_invocation() -> None:
    assert ZENDESK.delivery_id(Delivery(b"", {"x-zendesk-webhook-invocation-id": "835"}, {})) == "835"
    assert ZENDESK.delivery_id(Delivery(b"", {}, {})) is None


def event(name: str, **more: Any) -> dict[str, Any]:
    return {"type": f"zen:event-type:{name}", "subject": "zen:ticket:5158", "detail": {"id": "5158"}, **more}


URGENT, CALM = Hint("5158", Rank.URGENT), Hint("5158", Rank.EVENT)

SHAPES: dict[str, tuple[dict[str, Any], Hint | Ignored | type[Unreadable]]] = {
    "a ticket created": (event("ticket.created"), URGENT),
    "the priority changed": (event("ticket.priority_changed"), URGENT),
    "a comment": (event("ticket.comment_added"), CALM),
    "a comment made private": (event("ticket.comment_made_private"), URGENT),
    "the subject changed": (event("ticket.subject_changed"), CALM),
    "an event nobody has heard of": (event("ticket.teleported"), URGENT),
    "a messaging ticket's event": (event("messaging_ticket.message_added"), URGENT),
    "a custom field changed": (
        event("ticket.custom_field_changed", event={"custom_field": {"id": "360099"}}),
        URGENT,
    ),
    "our own field changed": (event("ticket.custom_field_changed", event={"custom_field": {"id": 360001}}), CALM),
    "the id in the subject alone": (event("ticket.created", detail={"id": ""}), URGENT),
    "the id in the detail alone, as a number": (event("ticket.created", subject=None, detail={"id": 5158}), URGENT),
    "a ticket event with the id 0": (event("ticket.created", subject="", detail={"id": "0"}), Unreadable),
    "a ticket event without an id": (event("ticket.created", subject=None, detail=None), Unreadable),
    "a user's event": (
        {"type": "zen:event-type:user.created", "subject": "zen:user:7", "detail": {"id": "7"}},
        Ignored("no_ticket"),
    ),
    "an organization's event": (
        {"type": "zen:event-type:organization.deleted", "subject": "zen:organization:7", "detail": {"id": "7"}},
        Ignored("no_ticket"),
    ),
    "a trigger's body": ({"source": "trigger", "ticket_id": "5158"}, URGENT),
    "a trigger's body with a number": ({"ticket_id": 5158}, URGENT),
    "a trigger's body with the ticket inside": ({"ticket": {"id": "5158"}}, URGENT),
    "a trigger's body with the bare id": ({"ticket": "5158"}, URGENT),
    "a trigger's body with its own type": ({"type": "incident", "id": 5158}, URGENT),
    "a placeholder that was not filled": ({"ticket_id": "{{ticket.id}}"}, Unreadable),
    "nothing": ({}, Unreadable),
    "a boolean": ({"ticket_id": True}, Unreadable),
    "a huge number": ({"ticket_id": 10**40}, Unreadable),
    "a negative number": ({"ticket_id": -5}, Unreadable),
    "a list": ({"ticket_id": [5158]}, Unreadable),
    "a lone surrogate": ({"ticket_id": "\ud800"}, Unreadable),
}


@pytest.mark.parametrize(("payload", "fate"), SHAPES.values(), ids=SHAPES)
def test_shape_has_its_fate(payload: dict[str, Any], fate: Hint | Ignored | type[Unreadable]) -> None:
    found = ZENDESK.parse(payload, ("360001",))
    assert isinstance(found, Unreadable) if fate is Unreadable else found == fate


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(["zen:event-type:ticket.created", "zen:event-type:x", ""]) | JSON, JSON, JSON, JSON)
def test_no_body_raises(kind: Any, subject: Any, detail: Any, inner: Any) -> None:
    body = {"type": kind, "subject": subject, "detail": detail, "event": inner, "ticket_id": inner, "ticket": detail}
    assert isinstance(ZENDESK.parse(body), Hint | Ignored | Unreadable)


RECORDED = {
    "zendesk-event-comment_added.json": CALM,
    "zendesk-event-created-with-sequence.json": URGENT,
    "zendesk-event-custom_field_changed.UNVERIFIED.json": URGENT,
    "zendesk-event-priority_changed.json": URGENT,
    "zendesk-trigger-own-template.json": Unreadable,
}
NO_WEBHOOKS = {"zendesk-headers.json", "zendesk-ticket-rest-sanitised.json"}


@pytest.mark.parametrize(("name", "fate"), RECORDED.items(), ids=RECORDED)
def test_recorded_payload_has_its_fate(
    name: str, fate: Hint | type[Unreadable], shared_file: Callable[[str], Path]
) -> None:
    found = ZENDESK.parse(json.loads(shared_file(f"payloads/{name}").read_bytes()))
    assert isinstance(found, Unreadable) if fate is Unreadable else found == fate


def test_template_with_its_placeholders_filled_names_the_ticket(shared_file: Callable[[str], Path]) -> None:
    text = shared_file("payloads/zendesk-trigger-own-template.json").read_text()
    assert ZENDESK.parse(json.loads(text.replace("{{ticket.id}}", "5158"))) == URGENT


def test_every_recorded_payload_is_in_the_table(shared_files: Callable[[str], tuple[Path, ...]]) -> None:
    assert {path.name for path in shared_files("payloads/z*.json")} == RECORDED.keys() | NO_WEBHOOKS
