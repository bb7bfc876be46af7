"""The webhooks that the sandboxes send: signed, shaped, retried, lost and doubled."""

import base64
import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connector.sandbox.jira.events import _signature
from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.sandbox import Sandbox
from connector.sandbox.webhooks import Webhook
from connector.sandbox.zendesk.parcels import sign
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from tests.connector.sandbox.conftest import Recorder

BRIEF = {"summary", "issuetype", "project", "assignee", "priority", "status"}


def settled(site: Sandbox) -> None:
    assert site.sender.idle(5)


def test_jira_signs_as_the_vendors_own_vector_says() -> None:
    webhook = Webhook(url="", secret="It's a Secret to Everybody")
    expected = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert _signature(webhook, b"Hello World!") == {"X-Hub-Signature": expected}


def test_zendesk_signs_timestamp_and_body_in_base64() -> None:
    # printf '%s' '2021-03-25T05:09:27Z{"a":1}' | openssl dgst -sha256 -hmac topsecret -binary | base64
    signed = sign("topsecret", "2021-03-25T05:09:27Z", b'{"a":1}')
    assert signed["x-zendesk-webhook-signature"] == "53z3iBNXnRNRO2hNg3WtZV+aNKIJ4Dd7/ApbWCBx/YQ="


def test_cloud_sends_issue_events_with_field_ids(cloud: JiraSandbox, recorder: Recorder) -> None:
    cloud.webhook(recorder.url, secret="s3cret")
    issue = cloud.create(fields={"priority": "Low"})
    cloud.change(issue, fields={"priority": "High"}, by="alice")
    cloud.change(issue, fields={"status": "Done"})
    cloud.move(issue, "DEV")
    cloud.delete(issue)
    settled(cloud)
    told = {(body["webhookEvent"], body.get("issue_event_type_name")) for body in recorder.bodies()}
    assert told == {
        ("jira:issue_created", "issue_created"),
        ("jira:issue_updated", "issue_updated"),
        ("jira:issue_updated", "issue_generic"),
        ("jira:issue_updated", "issue_moved"),
        ("jira:issue_deleted", None),
    }
    changed = next(body for body in recorder.bodies() if body.get("issue_event_type_name") == "issue_updated")
    assert changed["changelog"]["items"] == [
        {
            "field": "priority",
            "fieldtype": "jira",
            "fieldId": "priority",
            "from": "4",
            "fromString": "Low",
            "to": "2",
            "toString": "High",
        }
    ]
    assert changed["user"]["accountId"] == "712020:alice"
    assert "comment" not in changed["issue"]["fields"]
    for headers, body in recorder.got:
        digest = hmac.new(b"s3cret", body, hashlib.sha256).hexdigest()
        assert headers["x-hub-signature"] == f"sha256={digest}"
        assert headers["x-atlassian-webhook-flow"] == "Primary"
    assert len(set(recorder.headers("x-atlassian-webhook-identifier"))) == 5


def test_cloud_tells_comments_with_a_trimmed_issue_and_the_known_defect(cloud: JiraSandbox, recorder: Recorder) -> None:
    issue = cloud.create()
    cloud.webhook(recorder.url)
    comment = cloud.comment(issue, public=False)
    settled(cloud)
    cloud.edit_comment(issue, comment, text="more")
    settled(cloud)
    cloud.delete_comment(issue, comment)
    settled(cloud)
    created, edited, deleted = recorder.bodies()
    assert [one["webhookEvent"] for one in (created, edited, deleted)] == [
        "comment_created",
        "comment_updated",
        "comment_deleted",
    ]
    assert created["comment"]["jsdPublic"] is True
    assert edited["comment"]["jsdPublic"] is False
    for body in (created, edited, deleted):
        assert set(body["issue"]["fields"]) == BRIEF
        assert "user" not in body


def test_datacenter_tells_a_comment_alone_and_as_an_update(datacenter: JiraSandbox, recorder: Recorder) -> None:
    datacenter.webhook(recorder.url)
    issue = datacenter.create()
    comment = datacenter.comment(issue)
    datacenter.change(issue, fields={"customfield_10074": "Asia/Tokyo"})
    datacenter.change(issue, fields={"status": "Done"})
    settled(datacenter)
    bodies = {(one["webhookEvent"], one.get("issue_event_type_name")): one for one in recorder.bodies()}
    alone = bodies["comment_created", None]
    assert set(alone) == {"timestamp", "webhookEvent", "comment"}
    assert alone["comment"]["self"].endswith(f"/rest/api/2/issue/{issue}/comment/{comment}")
    commented = bodies["jira:issue_updated", "issue_commented"]
    assert "changelog" not in commented
    assert commented["comment"]["id"] == comment
    item = bodies["jira:issue_updated", "issue_updated"]["changelog"]["items"][0]
    assert (item["field"], "fieldId" in item) == ("Customer time zone", False)
    assert ("jira:issue_updated", "issue_resolved") in bodies
    assert set(recorder.headers("x-atlassian-webhook-identifier")) == {None}
    assert set(recorder.headers("x-hub-signature")) == {None}


@pytest.mark.parametrize("mode", ["automation", "automation-jira"])
def test_automation_sends_the_issue_with_a_number_for_its_id(cloud: JiraSandbox, recorder: Recorder, mode: str) -> None:
    cloud.webhook(recorder.url, mode=mode, secret="unused", headers={"X-Dueby-Secret": "s3cret"})
    issue = cloud.create()
    settled(cloud)
    body = recorder.bodies()[0]
    shown = body if mode == "automation" else body["issue"]
    assert (shown["id"], "webhookEvent" in body) == (int(issue), False)
    assert recorder.headers("x-dueby-secret") == ["s3cret"]
    assert recorder.headers("x-hub-signature") == [None]


def test_cloud_retries_under_one_identifier_and_gives_up_on_a_refusal(cloud: JiraSandbox, recorder: Recorder) -> None:
    cloud.webhook(recorder.url, retry_wait=0.01)
    recorder.answers = [(503, {}), (429, {}), (202, {})]
    cloud.create()
    settled(cloud)
    assert len(set(recorder.headers("x-atlassian-webhook-identifier"))) == 1
    assert recorder.headers("x-atlassian-webhook-retry") == [None, "1", "2"]
    recorder.answers = [(401, {})]
    cloud.create()
    settled(cloud)
    assert [(one.state, one.attempts) for one in cloud.sender.deliveries] == [
        ("delivered", [503, 429, 202]),
        ("failed", [401]),
    ]


def test_datacenter_does_not_retry(datacenter: JiraSandbox, recorder: Recorder) -> None:
    datacenter.webhook(recorder.url, retry_wait=0.01)
    recorder.answers = [(503, {})]
    datacenter.create()
    settled(datacenter)
    assert datacenter.sender.counts() == {"failed": 1, "answer 503": 1}


@pytest.mark.parametrize(
    ("answers", "attempts"),
    [
        pytest.param([(503, {"Retry-After": "20"})], [503, 202], id="503 with a short Retry-After is tried again"),
        pytest.param([(503, {"Retry-After": "60"})], [503], id="503 with a long one is final"),
        pytest.param([(503, {})], [503], id="503 without one is final"),
        pytest.param([(500, {})], [500], id="500 is final"),
        pytest.param([(409, {})] * 9, [409, 409, 409, 409], id="409 is tried again three times"),
    ],
)
def test_zendesk_retries_by_its_own_rules(
    zendesk: ZendeskSandbox, recorder: Recorder, answers: list[tuple[int, dict[str, str]]], attempts: list[int]
) -> None:
    zendesk.webhook(recorder.url, retry_wait=0.01, events=("created",))
    recorder.answers = list(answers)
    zendesk.create()
    settled(zendesk)
    assert zendesk.sender.deliveries[0].attempts == attempts
    assert len(set(recorder.headers("x-zendesk-webhook-invocation-id"))) == 1


def test_one_save_in_zendesk_is_several_events_of_one_sequence(zendesk: ZendeskSandbox, recorder: Recorder) -> None:
    ticket = zendesk.create(fields={"priority": "high", "tags": ["mobile"]})
    zendesk.webhook(recorder.url, secret="s3cret")
    zendesk.change(ticket, fields={"priority": "urgent", "tags": ["login"], 360020: "C-1", "status": "pending"})
    zendesk.comment(ticket, by="alice", public=False)
    settled(zendesk)
    events = {one["type"].removeprefix("zen:event-type:ticket."): one for one in recorder.bodies()}
    assert set(events) == {
        *("priority_changed", "tags_changed", "custom_field_changed", "status_changed", "custom_status_changed"),
        "comment_added",
    }
    changed = events["priority_changed"]
    assert (changed["event"]["current"], changed["event"]["previous"]) == ("URGENT", "HIGH")
    assert changed["subject"] == f"zen:ticket:{ticket}"
    assert changed["detail"]["id"] == ticket
    assert changed["detail"]["status"] == "PENDING"
    assert changed["detail"]["actor_id"] == str(zendesk.site.users["alice"].id)
    assert events["custom_field_changed"]["event"]["custom_field"]["id"] == "360020"
    assert events["tags_changed"]["event"]["tags_added"] == ["login"]
    assert events["comment_added"]["event"]["comment"]["is_public"] is False
    sequences = Counter(one["event"]["meta"]["sequence"]["id"] for one in recorder.bodies())
    assert sorted(sequences.values()) == [1, 5]
    for headers, body in recorder.got:
        timestamp = headers["x-zendesk-webhook-signature-timestamp"]
        digest = hmac.new(b"s3cret", timestamp.encode() + body, hashlib.sha256).digest()
        assert headers["x-zendesk-webhook-signature"] == base64.b64encode(digest).decode()


def test_a_backdated_act_is_signed_with_the_time_of_sending(zendesk: ZendeskSandbox, recorder: Recorder) -> None:
    zendesk.webhook(recorder.url, secret="s3cret", events=("created",))
    zendesk.create(at=datetime(2020, 1, 1, tzinfo=UTC))
    settled(zendesk)
    signed_at = datetime.fromisoformat(str(recorder.headers("x-zendesk-webhook-signature-timestamp")[0]))
    assert abs((zendesk.now() - signed_at).total_seconds()) < 10
    assert recorder.bodies()[0]["detail"]["created_at"] == "2020-01-01T00:00:00Z"


def test_a_trigger_sends_its_template(zendesk: ZendeskSandbox, recorder: Recorder) -> None:
    ticket = zendesk.create(fields={"priority": "high"})
    zendesk.webhook(recorder.url, mode="trigger")
    zendesk.change(ticket, fields={"status": "open"})
    settled(zendesk)
    body: dict[str, Any] = recorder.bodies()[0]
    assert (body["source"], body["ticket_id"], body["priority"], body["status"]) == ("trigger", ticket, "High", "Open")


def test_own_writes_are_events_too_unless_left_out(
    cloud: JiraSandbox, session: requests.Session, recorder: Recorder
) -> None:
    issue = cloud.create()
    cloud.webhook(recorder.url)
    cloud.webhook(recorder.url, name="quiet", not_by=("bot",))
    url = f"{cloud.url}/rest/api/2/issue/{issue}"
    for _ in range(2):
        session.put(url, json={"fields": {"customfield_10101": "running"}})
    settled(cloud)
    assert sorted(len(one["changelog"]["items"]) for one in recorder.bodies()) == [0, 1]
    assert {one["user"]["accountId"] for one in recorder.bodies()} == {"712020:bot"}


def test_deliveries_are_lost_doubled_and_shuffled_by_a_seed(cloud: JiraSandbox, recorder: Recorder) -> None:
    cloud.webhook(recorder.url, drop=0.3, duplicate=0.5, shuffle=0.2, seed=7)
    issues = [cloud.create() for _ in range(60)]
    settled(cloud)
    counts = cloud.sender.counts()
    got = [one["issue"]["id"] for one in recorder.bodies()]
    assert counts["dropped"] > 5
    assert counts["delivered"] == len(got)
    assert max(Counter(recorder.headers("x-atlassian-webhook-identifier")).values()) == 2
    assert got != sorted(got, key=issues.index)
    assert len(set(got)) < len(issues)
