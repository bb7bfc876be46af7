"""Every request we send is one that the trackers' own OpenAPI documents know."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft202012Validator
from requests import PreparedRequest

from connector.sites import Site
from connector.trackers.port import Scope, Wanted
from tests.connector.trackers.answers import (
    CLOUD,
    CLOUD_URL,
    DESK,
    DESK_URL,
    DESK_USERS,
    NOW,
    Body,
    changed,
    commented,
    desk_audit,
    desk_ticket,
    jira_comment,
    jira_entry,
    jira_issue,
    jira_item,
    last_page,
)
from tests.connector.trackers.conftest import Wire

CURSORS = {"page[size]", "page[after]"}
"""Zendesk describes its cursors once for all lists, in its guide and not in this document."""
UNSAID = {"/api/v2/tickets/{ticket_id}": {"include"}, "/api/v2/incremental/tickets/cursor": {"include"}}
"""What comes along is described in Zendesk's guide to side-loading."""


def operation(document: Body, path: str, method: str) -> tuple[str, Body]:
    for template, item in document["paths"].items():
        if method in item and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
            return template, item[method] | {"parameters": [resolved(document, one) for one in parameters]}
    pytest.fail(f"{method} {path} is in no document")


def resolved(document: Body, part: Body) -> Body:
    if "$ref" not in part:
        return part
    found: Any = document
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[unquote(step)]
    return dict(found)


def check(document: Body, request: PreparedRequest, path: str) -> None:
    template, found = operation(document, path, str(request.method).lower())
    declared = {one["name"] for one in found["parameters"] if one["in"] == "query"}
    assert set(Wire.query(request)) <= declared | CURSORS | UNSAID.get(template, set())
    if request.body:
        schema = found["requestBody"]["content"]["application/json"]["schema"]
        whole = schema | {"components": document["components"]}
        assert [error.message for error in Draft202012Validator(whole).iter_errors(Wire.body(request))] == []


def sync(wire: Wire, site: Site, ticket: str) -> None:
    tracker = wire.open(site)
    tracker.write(tracker.fetch(ticket), Wanted(NOW, "running", "due"))


def test_jira_cloud_knows_every_request(wire: Wire, shared_file: Callable[[str], Path]) -> None:
    status = jira_item("status", ("1", "To Do"), ("3", "In Progress"), fieldId="status")
    entries = [jira_entry("2", "2026-11-20T10:00:00.000+0000", status)]
    comments = {"comments": [], "total": 1, "startAt": 0, "maxResults": 0}
    issue = f"{CLOUD_URL}/rest/api/2/issue/10001"
    wire.jira(CLOUD_URL)
    wire.answers("GET", issue, jira_issue({"comment": comments}, entries, total=2))
    wire.answers("GET", f"{issue}/changelog", {"values": [], "isLast": True})
    comment = jira_comment("1", None, "2026-11-20T10:00:00.000+0000")
    wire.answers("GET", f"{issue}/comment", {"comments": [comment], "total": 1})
    wire.answers("PUT", issue, None, 204)
    sync(wire, CLOUD, "10001")
    document = json.loads(shared_file("specs/jira-cloud-v3.json").read_bytes())
    for request in wire.sent():
        check(document, request, Wire.path(request).replace("/rest/api/2/", "/rest/api/3/"))
    assert {(one.method, Wire.path(one).rpartition("/")[2]) for one in wire.sent()} == {
        ("GET", "myself"),
        ("GET", "field"),
        ("GET", "status"),
        ("GET", "10001"),
        ("GET", "changelog"),
        ("GET", "comment"),
        ("PUT", "10001"),
    }


def test_zendesk_knows_every_request(wire: Wire, shared_file: Callable[[str], Path]) -> None:
    ticket, statuses = f"{DESK_URL}/api/v2/tickets/5158", f"{DESK_URL}/api/v2/custom_statuses"
    audit = desk_audit(2, "2026-11-20T10:00:00Z", changed("status", "new", "open"), commented(1), commented(2))
    wire.desk()
    wire.answers("GET", statuses, {"custom_statuses": [{"id": 8, "agent_label": "Open", "status_category": "open"}]})
    wire.answers("GET", ticket, desk_ticket(custom_status_id=8))
    wire.answers("GET", f"{ticket}/audits", {"audits": [audit], "meta": {"has_more": True, "after_cursor": "x"}})
    wire.answers("GET", f"{ticket}/audits", last_page("audits", []))
    wire.answers("GET", f"{ticket}/comments", last_page("comments", []) | {"users": DESK_USERS})
    wire.answers("PUT", ticket, {})
    sync(wire, DESK, "5158")
    document = json.loads(shared_file("specs/zendesk-support.json").read_bytes())
    for request in wire.sent():
        check(document, request, Wire.path(request))
    assert {(one.method, Wire.path(one).rpartition("/")[2]) for one in wire.sent()} == {
        ("GET", "me"),
        ("GET", "ticket_fields"),
        ("GET", "brands"),
        ("GET", "custom_statuses"),
        ("GET", "5158"),
        ("GET", "audits"),
        ("GET", "comments"),
        ("PUT", "5158"),
    }


def test_jira_cloud_knows_every_request_of_a_walk(wire: Wire, shared_file: Callable[[str], Path]) -> None:
    search = f"{CLOUD_URL}/rest/api/3/search/jql"
    wire.answers("GET", search, {"issues": [], "nextPageToken": "t"})
    wire.answers("GET", search, {"issues": [], "isLast": True})
    tracker = wire.open(CLOUD)
    list(tracker.changed_since(NOW, None, Scope(("OKTA",))))
    list(tracker.open_tickets(Scope()))
    document = json.loads(shared_file("specs/jira-cloud-v3.json").read_bytes())
    for request in wire.sent():
        check(document, request, Wire.path(request))
    assert {Wire.path(one) for one in wire.sent()} == {"/rest/api/3/search/jql"}


def test_zendesk_knows_every_request_of_a_walk(wire: Wire, shared_file: Callable[[str], Path]) -> None:
    changed_ones, found = f"{DESK_URL}/api/v2/incremental/tickets/cursor", f"{DESK_URL}/api/v2/search/export"
    wire.answers("GET", changed_ones, {"tickets": [], "after_cursor": "a", "end_of_stream": False})
    wire.answers("GET", changed_ones, {"tickets": [], "after_cursor": "b", "end_of_stream": True})
    wire.answers("GET", found, {"results": [], "meta": {"has_more": True, "after_cursor": "a"}})
    wire.answers("GET", found, {"results": [], "meta": {"has_more": False}})
    tracker = wire.open(DESK)
    list(tracker.changed_since(NOW, None, Scope()))
    list(tracker.open_tickets(Scope()))
    document = json.loads(shared_file("specs/zendesk-support.json").read_bytes())
    for request in wire.sent():
        check(document, request, Wire.path(request))
    assert len(wire.sent()) == 4
