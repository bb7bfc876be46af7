"""The sandboxes' webhooks beside recorded ones: the same keys where it matters."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.sandbox import Sandbox
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from tests.connector.sandbox.conftest import Recorder

Act = Callable[[Any, str], object]

OLD = {"name", "key", "emailAddress"}
"""Cloud's recordings of 2019 still told these of people."""


def changed(**fields: Any) -> Act:
    return lambda site, ticket: site.change(ticket, fields=fields)


def commented(site: Any, ticket: str) -> object:
    return site.comment(ticket)


def uncommented(site: Any, ticket: str) -> object:
    return site.delete_comment(ticket, site.comment(ticket))


def sent(site: Sandbox, recorder: Recorder, act: Act, wanted: Callable[[Any], bool]) -> Any:
    site.webhook(recorder.url)
    ticket = site.create()  # type: ignore[attr-defined]  # each flavour has it
    act(site, ticket)
    assert site.sender.idle(5)
    return next(body for body in recorder.bodies() if wanted(body))


def assert_alike(ours: dict[str, Any], recorded: dict[str, Any], but: frozenset[str] = frozenset()) -> None:
    assert set(ours) - but == set(recorded) - but
    for key in set(ours) & set(recorded) - {"fields", "avatarUrls"}:
        mine, theirs = ours[key], recorded[key]
        if (
            isinstance(mine, dict)
            and isinstance(theirs, dict)
            and key in ("user", "issue", "changelog", "detail", "event")
        ):
            assert_alike(mine, theirs, but | OLD | {"accountType"})


def load(shared: Path, name: str) -> Any:
    return json.loads((shared / "payloads" / name).read_text())


@pytest.mark.parametrize(
    ("name", "act"),
    [
        pytest.param(
            "jira-mm-webhook-issue-updated-raised-priority.json", changed(priority="Highest"), id="a raised priority"
        ),
        pytest.param(
            "jira-mm-webhook-cloud-issue-updated-custom-field.json",
            changed(customfield_10105=12),
            id="a custom field",
        ),
        pytest.param("jira-mm-webhook-issue-updated-resolved.json", changed(status="Done"), id="a resolution"),
        pytest.param("jira-mm-webhook-cloud-comment-created.json", commented, id="a comment"),
        pytest.param("jira-mm-webhook-cloud-comment-deleted.json", uncommented, id="a deleted comment"),
        pytest.param(
            "jira-mm-webhook-issue-deleted.json", lambda site, ticket: site.delete(ticket), id="a deleted issue"
        ),
    ],
)
def test_cloud_is_shaped_as_recorded(shared: Path, cloud: JiraSandbox, recorder: Recorder, name: str, act: Act) -> None:
    recorded = load(shared, name)
    kind = recorded.get("issue_event_type_name")

    def wanted(body: Any) -> bool:
        return bool(body["webhookEvent"] == recorded["webhookEvent"] and body.get("issue_event_type_name") == kind)

    ours = sent(cloud, recorder, act, wanted)
    assert_alike(ours, recorded)
    if "changelog" in recorded:
        items = recorded["changelog"]["items"]
        assert {frozenset(item) for item in ours["changelog"]["items"]} == {frozenset(item) for item in items}
    if "comment" in recorded:
        assert set(ours["issue"]["fields"]) == set(recorded["issue"]["fields"])
        assert set(ours["comment"]) == set(recorded["comment"])


@pytest.mark.parametrize(
    ("name", "act"),
    [
        pytest.param("jira-mm-webhook-server-comment-created.json", commented, id="a comment alone"),
        pytest.param("jira-mm-webhook-server-issue-updated-commented-2.json", commented, id="a comment as an update"),
        pytest.param("jira-mm-webhook-server-issue-updated-resolved.json", changed(status="Done"), id="a resolution"),
        pytest.param(
            "jira-mm-webhook-server-updated-custom-field.json", changed(customfield_10105=12), id="a custom field"
        ),
    ],
)
def test_datacenter_is_shaped_as_recorded(
    shared: Path, datacenter: JiraSandbox, recorder: Recorder, name: str, act: Act
) -> None:
    recorded = load(shared, name)
    kind = recorded.get("issue_event_type_name")

    def wanted(body: Any) -> bool:
        return bool(body["webhookEvent"] == recorded["webhookEvent"] and body.get("issue_event_type_name") == kind)

    ours = sent(datacenter, recorder, act, wanted)
    assert set(ours) == set(recorded)
    if "changelog" in recorded:
        items = recorded["changelog"]["items"]
        assert {frozenset(item) for item in ours["changelog"]["items"]} == {frozenset(item) for item in items}
    if "user" in recorded:
        assert set(ours["user"]) == set(recorded["user"])
    if "comment" in recorded:
        assert set(ours["comment"]) == set(recorded["comment"])


@pytest.mark.parametrize(
    ("name", "act"),
    [
        pytest.param("zendesk-event-comment_added.json", commented, id="a comment"),
        pytest.param("zendesk-event-priority_changed.json", changed(priority="urgent"), id="a priority"),
        pytest.param("zendesk-event-created-with-sequence.json", lambda *_: None, id="a new ticket"),
    ],
)
def test_zendesk_is_shaped_as_recorded(
    shared: Path, zendesk: ZendeskSandbox, recorder: Recorder, name: str, act: Act
) -> None:
    recorded = load(shared, name)
    ours = sent(zendesk, recorder, act, lambda body: body["type"] == recorded["type"])
    assert_alike(ours, recorded, frozenset({"meta"}))
    for key, value in recorded["detail"].items():
        assert value is None or ours["detail"][key] is None or type(ours["detail"][key]) is type(value), key


def test_a_zendesk_ticket_has_the_keys_of_a_recorded_one(shared: Path, zendesk: ZendeskSandbox) -> None:
    recorded = load(shared, "zendesk-ticket-rest-sanitised.json")["ticket"]
    ours = zendesk.ticket(zendesk.create())
    assert set(recorded) - set(ours) == {"encoded_id"}
    assert set(ours) - set(recorded) == set()
