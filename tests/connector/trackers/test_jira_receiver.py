"""Jira's webhooks: who may send them, and what each shape comes to."""

import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.trackers.port import Delivery, Hint, Ignored, Rank, Unreadable
from connector.trackers.registry import receiver_for
from tests.connector.trackers.answers import NOW

JIRA = receiver_for("jira")
BODY = b'{"key": "OKTA-1"}'
VECTOR = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def signed(secret: str, method: str = "sha256", body: bytes = BODY) -> str:
    return f"{method}={hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def test_vendors_own_signature_is_accepted() -> None:
    delivery = Delivery(b"Hello World!", {"X-Hub-Signature": VECTOR}, {})
    assert JIRA.verify(delivery, ("It's a Secret to Everybody",), NOW)


@pytest.mark.parametrize(
    ("headers", "query", "right"),
    [
        pytest.param({"X-Hub-Signature": signed("new")}, {}, True, id="signed by the new secret"),
        pytest.param({"x-hub-signature": signed("old")}, {}, True, id="signed by the old secret while it is replaced"),
        pytest.param({"X-HUB-SIGNATURE": signed("new", "sha384")}, {}, True, id="signed by sha384"),
        pytest.param({"X-Hub-Signature": signed("new", "sha512")}, {}, True, id="signed by sha512"),
        pytest.param({"X-Hub-Signature": signed("new").upper()}, {}, True, id="hex in upper case"),
        pytest.param({"X-Hub-Signature": signed("new", "sha1")}, {}, False, id="sha1 is not allowed"),
        pytest.param({"X-Hub-Signature": signed("new", "md5")}, {}, False, id="md5 is not allowed"),
        pytest.param({"X-Hub-Signature": signed("other")}, {}, False, id="signed by another secret"),
        pytest.param({"X-Hub-Signature": signed("new", body=b"{}")}, {}, False, id="another body was signed"),
        pytest.param({"X-Hub-Signature": "sha256="}, {}, False, id="an empty signature"),
        pytest.param({"X-Hub-Signature": "nonsense"}, {}, False, id="a signature without a method"),
        pytest.param({"X-Hub-Signature": "sha256=\udcff\u20ac"}, {}, False, id="a signature that is no text"),
        pytest.param({"X-Hub-Signature": "sha256=0", "X-Dueby-Secret": "new"}, {}, False, id="the signature decides"),
        pytest.param({"X-Dueby-Secret": "new"}, {}, True, id="the secret in a header"),
        pytest.param({}, {"secret": "old"}, True, id="the secret in the address"),
        pytest.param({"X-Dueby-Secret": "wrong"}, {"secret": "new"}, False, id="a wrong header is not overruled"),
        pytest.param({}, {"secret": "ne"}, False, id="half of the secret"),
        pytest.param({}, {}, False, id="nothing at all"),
    ],
)
def test_who_may_send(headers: dict[str, str], query: dict[str, str], right: bool) -> None:
    assert JIRA.verify(Delivery(BODY, headers, query), ("new", "old"), NOW) is right


@pytest.mark.parametrize("secrets", [(), ("",)], ids=["no secret", "an empty secret"])
@pytest.mark.parametrize(
    ("headers", "query"),
    [({"X-Hub-Signature": signed("")}, {}), ({"X-Dueby-Secret": ""}, {}), ({}, {"secret": ""}), ({}, {})],
)
def test_without_a_secret_everything_is_refused(
    secrets: tuple[str, ...], headers: dict[str, str], query: dict[str, str]
) -> None:
    assert not JIRA.verify(Delivery(BODY, headers, query), secrets, NOW)


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x-atlassian-webhook-identifier": " abc "}, "abc"),
        ({"X-Atlassian-Webhook-Identifier": "abc"}, "abc"),
        ({"X-Atlassian-Webhook-Identifier": ""}, None),
        ({"X-Atlassian-Webhook-Identifier": "x" * 256}, None),
        ({}, None),
    ],
)
def test_delivery_is_known_by_its_identifier(headers: dict[str, str], found: str | None) -> None:
    assert JIRA.delivery_id(Delivery(b"", headers, {})) == found


def update(*items: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"webhookEvent": "jira:issue_updated", "issue": {"id": "7"}, "changelog": {"items": list(items)}, **more}


COMMENT = {"self": "https://jira.acme.example/rest/api/2/issue/10013/comment/10082", "id": "10082"}
NO_TICKET = Ignored("no_ticket")

SHAPES: dict[str, tuple[dict[str, Any], Hint | Ignored | type[Unreadable]]] = {
    "an issue created": ({"webhookEvent": "jira:issue_created", "issue": {"id": "7"}}, Hint("7", Rank.URGENT)),
    "an issue deleted": ({"webhookEvent": "jira:issue_deleted", "issue": {"id": "7"}}, Hint("7", Rank.EVENT)),
    "the id wins over the key": (
        {"webhookEvent": "jira:issue_deleted", "issue": {"id": "7", "key": "OKTA-1"}},
        Hint("7", Rank.EVENT),
    ),
    "the key where the id makes no sense": (
        {"webhookEvent": "jira:issue_deleted", "issue": {"id": -3, "key": "OKTA-1"}},
        Hint("OKTA-1", Rank.EVENT),
    ),
    "an update of the priority": (update({"field": "priority", "fieldId": "priority"}), Hint("7", Rank.URGENT)),
    "an update of a custom field on Data Center": (
        update({"field": "numfield", "fieldtype": "custom"}),
        Hint("7", Rank.URGENT),
    ),
    "an update of the summary alone": (update({"field": "summary", "fieldId": "summary"}), Hint("7", Rank.EVENT)),
    "an update that names no change": (update(), Hint("7", Rank.EVENT)),
    "an update of our own fields": (
        update({"field": "Due at", "fieldId": "customfield_1"}, {"field": "State", "fieldId": "customfield_2"}),
        Hint("7", Rank.EVENT),
    ),
    "an update of our own field and the status": (
        update({"field": "Due at", "fieldId": "customfield_1"}, {"field": "status", "fieldId": "status"}),
        Hint("7", Rank.URGENT),
    ),
    "an update without a changelog": (
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "7"}},
        Hint("7", Rank.URGENT),
    ),
    "Data Center's update for a comment": (
        {"webhookEvent": "jira:issue_updated", "issue_event_type_name": "issue_commented", "issue": {"id": "7"}},
        Hint("7", Rank.EVENT),
    ),
    "an update with broken changes": (
        {"webhookEvent": "jira:issue_updated", "issue": {"id": "7"}, "changelog": {"items": [None, 3, {"field": {}}]}},
        Hint("7", Rank.URGENT),
    ),
    "a comment with its issue": (
        {"webhookEvent": "comment_created", "comment": COMMENT, "issue": {"id": "7"}},
        Hint("7", Rank.EVENT),
    ),
    "a comment without its issue": (
        {"webhookEvent": "comment_created", "comment": COMMENT},
        Hint("10013", Rank.EVENT),
    ),
    "a comment edited, perhaps made public": (
        {"webhookEvent": "comment_updated", "comment": COMMENT},
        Hint("10013", Rank.URGENT),
    ),
    "a comment deleted": ({"webhookEvent": "comment_deleted", "comment": COMMENT}, Hint("10013", Rank.URGENT)),
    "a comment whose path has no issue": (
        {"webhookEvent": "comment_created", "comment": {"self": "https://jira.acme.example/rest/api/2/comment/1"}},
        Unreadable,
    ),
    "a comment whose path climbs": (
        {"webhookEvent": "comment_created", "comment": {"self": "https://x/issue/../comment/1"}},
        Unreadable,
    ),
    "an unknown event about an issue": (
        {"webhookEvent": "jira:issue_teleported", "issue": {"id": "7"}},
        Hint("7", Rank.URGENT),
    ),
    "time logged": (
        {"webhookEvent": "worklog_created", "worklog": {"id": "1", "issueId": "7"}},
        Hint("7", Rank.EVENT),
    ),
    "a property set": (
        {"webhookEvent": "issue_property_set", "issue": {"id": "7"}, "property": {"key": "x"}},
        Hint("7", Rank.URGENT),
    ),
    "a project created": ({"webhookEvent": "project_created", "project": {"id": 10000, "key": "NEW"}}, NO_TICKET),
    "a sprint started": ({"webhookEvent": "sprint_started", "sprint": {"id": 4}}, NO_TICKET),
    "an event whose issue is null": ({"webhookEvent": "jira:issue_updated", "issue": None}, NO_TICKET),
    "Automation's own format": ({"id": 11111, "key": "SP-53", "fields": {}}, Hint("11111", Rank.URGENT)),
    "Automation's Jira format": ({"issue": {"id": 11111, "key": "SP-53"}}, Hint("11111", Rank.URGENT)),
    "JSM Data Center's automation": ({"issue": {"id": 7, "key": "SP-53"}, "timestamp": 1}, Hint("7", Rank.URGENT)),
    "custom data with a key": ({"issueKey": "okta-12", "text": "hello"}, Hint("OKTA-12", Rank.URGENT)),
    "custom data with an id": ({"issue_id": "12"}, Hint("12", Rank.URGENT)),
    "custom data with the key as issue": ({"issue": "OKTA-12"}, Hint("OKTA-12", Rank.URGENT)),
    "custom data with the id as issue": ({"issue": 12}, Hint("12", Rank.URGENT)),
    "nothing": ({}, Unreadable),
    "something else": ({"hello": "world"}, Unreadable),
    "the id of a boolean": ({"id": True}, Unreadable),
    "a fractional id": ({"id": 1.5}, Unreadable),
    "a huge id": ({"id": 10**30}, Unreadable),
    "a negative id": ({"id": -1}, Unreadable),
    "the id zero": ({"id": "0"}, Unreadable),
    "digits of another script": ({"id": "\u0661\u0662"}, Unreadable),
    "an issue that is a list": ({"webhookEvent": "jira:issue_updated", "issue": ["7"]}, Unreadable),
    "an issue whose id is an object": ({"webhookEvent": "jira:issue_updated", "issue": {"id": {"a": 1}}}, Unreadable),
    "a key with a path in it": ({"key": "OKTA-1/../../x"}, Unreadable),
    "a key with a lone surrogate": ({"key": "OKTA-1\ud800"}, Unreadable),
    "an endless key": ({"key": "A" * 5000 + "-1"}, Unreadable),
}


@pytest.mark.parametrize(("payload", "fate"), SHAPES.values(), ids=SHAPES)
def test_shape_has_its_fate(payload: dict[str, Any], fate: Hint | Ignored | type[Unreadable]) -> None:
    found = JIRA.parse(payload, ("customfield_1", "customfield_2"))
    assert isinstance(found, Unreadable) if fate is Unreadable else found == fate


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KEYS = ("webhookEvent", "issue", "comment", "changelog", "id", "key", "worklog", "issue_event_type_name", "ticket")
BODIES = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), JSON, max_size=8)


@given(BODIES, st.sampled_from(["jira:issue_updated", "comment_created", "jira:issue_created", None]))
def test_no_body_raises(payload: dict[str, Any], event: str | None) -> None:
    known = payload | {"webhookEvent": event} if event else payload
    assert isinstance(JIRA.parse(known), Hint | Ignored | Unreadable)


@given(JSON, JSON, JSON)
def test_no_inner_value_raises(issue: Any, comment: Any, items: Any) -> None:
    body = {
        "webhookEvent": "jira:issue_updated",
        "issue": {"id": issue, "key": comment},
        "comment": {"self": comment},
        "changelog": {"items": items},
    }
    assert isinstance(JIRA.parse(body), Hint | Ignored | Unreadable)


def test_number_too_long_to_print_is_no_id() -> None:
    assert isinstance(JIRA.parse({"id": 10**5000}), Unreadable)


RECORDED = {
    "jira-automation-format.trimmed.json": Hint("11111", Rank.URGENT),
    "jira-automation-jira-format.trimmed.json": Hint("11111", Rank.URGENT),
    "jira-cloud-2026-issue_created-custom-fields.trimmed.json": Hint("10033", Rank.URGENT),
    "jira-mm-webhook-cloud-comment-created.json": Hint("10040", Rank.EVENT),
    "jira-mm-webhook-cloud-comment-deleted.json": Hint("10357", Rank.URGENT),
    "jira-mm-webhook-cloud-issue-created-many-fields.json": Hint("10509", Rank.URGENT),
    "jira-mm-webhook-cloud-issue-updated-custom-field.json": Hint("10368", Rank.URGENT),
    "jira-mm-webhook-issue-assigned-empty-changelog.json": Hint("10001", Rank.EVENT),
    "jira-mm-webhook-issue-created-with-security-level.json": Hint("10040", Rank.URGENT),
    "jira-mm-webhook-issue-deleted.json": Hint("10303", Rank.EVENT),
    "jira-mm-webhook-issue-updated-multiple-custom-fields.json": Hint("10040", Rank.URGENT),
    "jira-mm-webhook-issue-updated-raised-priority.json": Hint("10040", Rank.URGENT),
    "jira-mm-webhook-issue-updated-resolved.json": Hint("10040", Rank.URGENT),
    "jira-mm-webhook-server-comment-created.json": Hint("10013", Rank.EVENT),
    "jira-mm-webhook-server-issue-updated-commented-2.json": Hint("10231", Rank.EVENT),
    "jira-mm-webhook-server-issue-updated-resolved.json": Hint("10300", Rank.URGENT),
    "jira-mm-webhook-server-old-issue-updated-no-event-type-edited.json": Hint("10040", Rank.EVENT),
    "jira-mm-webhook-server-updated-custom-field.json": Hint("10106", Rank.URGENT),
}
NO_WEBHOOKS = {"jira-cloud-headers.json", "jsm-cloud-issue-rest.trimmed.json"}


@pytest.mark.parametrize(("name", "fate"), RECORDED.items(), ids=RECORDED)
def test_recorded_payload_has_its_fate(name: str, fate: Hint, shared_file: Callable[[str], Path]) -> None:
    assert JIRA.parse(json.loads(shared_file(f"payloads/{name}").read_bytes())) == fate


def test_every_recorded_payload_is_in_the_table(shared_files: Callable[[str], tuple[Path, ...]]) -> None:
    found = {path.name for path in shared_files("payloads/j*.json")}
    assert found == RECORDED.keys() | NO_WEBHOOKS
