"""Every webhook body among the shared payloads, posted with its signature, gets the fate that this table names."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Desk = Any
JIRA = {
    "jira-automation-format.trimmed.json": "11111",
    "jira-automation-jira-format.trimmed.json": "11111",
    "jira-cloud-2026-issue_created-custom-fields.trimmed.json": "10033",
    "jira-mm-webhook-cloud-comment-created.json": "10040",
    "jira-mm-webhook-cloud-comment-deleted.json": "10357",
    "jira-mm-webhook-cloud-issue-created-many-fields.json": "10509",
    "jira-mm-webhook-cloud-issue-updated-custom-field.json": "10368",
    "jira-mm-webhook-issue-assigned-empty-changelog.json": "10001",
    "jira-mm-webhook-issue-created-with-security-level.json": "10040",
    "jira-mm-webhook-issue-deleted.json": "10303",
    "jira-mm-webhook-issue-updated-multiple-custom-fields.json": "10040",
    "jira-mm-webhook-issue-updated-raised-priority.json": "10040",
    "jira-mm-webhook-issue-updated-resolved.json": "10040",
    "jira-mm-webhook-server-comment-created.json": "10013",
    "jira-mm-webhook-server-issue-updated-commented-2.json": "10231",
    "jira-mm-webhook-server-issue-updated-resolved.json": "10300",
    "jira-mm-webhook-server-old-issue-updated-no-event-type-edited.json": "10040",
    "jira-mm-webhook-server-updated-custom-field.json": "10106",
}
ZENDESK = {
    "zendesk-event-comment_added.json": "5158",
    "zendesk-event-created-with-sequence.json": "5158",
    "zendesk-event-custom_field_changed.UNVERIFIED.json": "5158",
    "zendesk-event-priority_changed.json": "5158",
}
TEMPLATE = "zendesk-trigger-own-template.json"
NO_WEBHOOKS = {
    "jira-cloud-headers.json",
    "zendesk-headers.json",
    "jsm-cloud-issue-rest.trimmed.json",
    "zendesk-ticket-rest-sanitised.json",
}


@pytest.mark.parametrize(("name", "ticket"), JIRA.items(), ids=JIRA)
def test_a_jira_payload_is_accepted(desk: Desk, shared_file: Callable[[str], Path], name: str, ticket: str) -> None:
    answer = desk.jira(shared_file(f"payloads/{name}").read_bytes())
    assert (answer.status_code, answer.get_json()) == (202, {"status": "accepted"})
    assert desk.agenda() == [("acme", ticket)]


@pytest.mark.parametrize(("name", "ticket"), ZENDESK.items(), ids=ZENDESK)
def test_a_zendesk_payload_is_accepted(desk: Desk, shared_file: Callable[[str], Path], name: str, ticket: str) -> None:
    answer = desk.zendesk(shared_file(f"payloads/{name}").read_bytes())
    assert (answer.status_code, answer.get_json()) == (202, {"status": "accepted"})
    assert desk.agenda() == [("help", ticket)]


def test_the_triggers_template_is_unreadable_raw_and_accepted_filled_in(
    desk: Desk, shared_file: Callable[[str], Path]
) -> None:
    raw = shared_file(f"payloads/{TEMPLATE}").read_bytes()
    answer = desk.zendesk(raw)
    assert (answer.status_code, answer.get_json()["reason"]) == (400, "unreadable")
    assert desk.zendesk(raw.replace(b"{{ticket.id}}", b"4021")).status_code == 202
    assert desk.agenda() == [("help", "4021")]


def test_the_table_names_every_shared_payload(shared_files: Callable[[str], tuple[Path, ...]]) -> None:
    found = {path.name for path in shared_files("payloads/*.json")}
    assert found == {*JIRA, *ZENDESK, TEMPLATE, *NO_WEBHOOKS}
