"""The webhook receiver: its answers in the contract's order, what it stores, what it never says."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import structlog
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from connector.store.agenda import agenda_row
from connector.trackers.port import Rank
from policies.model import TicketRef

ISSUE = b'{"webhookEvent": "jira:issue_updated", "issue": {"id": "10001", "key": "OKTA-1"}}'
TICKET = (
    b'{"type": "zen:event-type:ticket.created", "subject": "zen:ticket:5158", "detail": {"id": "5158"}, "event": {}}'
)
LIMIT = 10 * 1024 * 1024
Desk = Any


def said(answer: TestResponse) -> tuple[int, str, str | None]:
    told = answer.get_json()
    return answer.status_code, told["status"], told.get("reason")


def test_a_signed_jira_event_is_accepted_and_its_ticket_stands_on_the_agenda(desk: Desk) -> None:
    answer = desk.jira(ISSUE)
    assert answer.status_code == 202
    assert answer.get_json() == {"status": "accepted"}
    assert desk.agenda() == [("acme", "10001")]
    assert desk.fed == ["acme"]


def test_a_signed_zendesk_event_is_accepted_and_its_ticket_stands_on_the_agenda(desk: Desk) -> None:
    assert desk.zendesk(TICKET).status_code == 202
    assert desk.agenda() == [("help", "5158")]


def test_a_jira_that_cannot_sign_may_send_its_secret_in_a_header_or_the_url(desk: Desk) -> None:
    assert desk.post("/webhooks/jira/acme", ISSUE, {"X-Dueby-Secret": "jira-hook-secret"}).status_code == 202
    assert desk.post("/webhooks/jira/acme?secret=jira-hook-secret", ISSUE).status_code == 202
    assert desk.post("/webhooks/jira/acme?secret=an-older-secret", ISSUE).status_code == 202


def test_an_unknown_event_of_a_known_shape_is_accepted(desk: Desk) -> None:
    assert desk.jira(ISSUE.replace(b"jira:issue_updated", b"jira:issue_teleported")).status_code == 202
    assert desk.zendesk(TICKET.replace(b"ticket.created", b"ticket.never_heard_of")).status_code == 202


def test_an_event_without_a_ticket_is_ignored_with_a_reason(desk: Desk) -> None:
    assert said(desk.jira(b'{"webhookEvent": "user_created", "user": {}}')) == (200, "ignored", "no_ticket")
    assert desk.agenda() == []
    assert desk.fed == []


def test_a_delivery_that_comes_again_is_ignored_and_one_without_an_id_never_is(desk: Desk) -> None:
    again = {"X-Atlassian-Webhook-Identifier": "d1"}
    assert said(desk.jira(ISSUE, again)) == (202, "accepted", None)
    assert said(desk.jira(ISSUE, again)) == (200, "ignored", "duplicate")
    assert said(desk.jira(ISSUE)) == (202, "accepted", None)
    assert said(desk.jira(ISSUE)) == (202, "accepted", None)
    invocation = {"X-Zendesk-Webhook-Invocation-Id": "d1"}
    assert [said(desk.zendesk(TICKET, invocation))[0] for _ in range(2)] == [202, 200]
    assert sorted(desk.deliveries()) == ["d1", "d1"]
    assert len(desk.fed) == 4


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        pytest.param("/webhooks/jira/nobody", b"x" * (LIMIT + 1), 404, id="no such site comes before the size"),
        pytest.param("/webhooks/jira/help", b"", 404, id="a zendesk under jira's path is no such site"),
        pytest.param("/webhooks/zendesk/acme", b"", 404, id="a jira under zendesk's path is no such site"),
        pytest.param("/webhooks/trello/acme", b"", 404, id="an unknown tracker"),
        pytest.param("/webhooks/jira/acme", b"x" * (LIMIT + 1), 413, id="the size comes before the signature"),
        pytest.param("/webhooks/jira/acme", b"no json", 401, id="the signature comes before the body"),
        pytest.param("/webhooks/jira/acme", b"x" * LIMIT, 401, id="a body of exactly the limit is not too large"),
    ],
)
def test_the_checks_come_in_the_contracts_order(desk: Desk, path: str, body: bytes, expected: int) -> None:
    assert desk.post(path, body).status_code == expected
    assert desk.agenda() == []


def test_unknown_site(desk: Desk) -> None:
    assert said(desk.jira(ISSUE, site="nobody")) == (404, "refused", "no_such_site")
    assert said(desk.zendesk(TICKET, site="acme")) == (404, "refused", "no_such_site")


def test_a_webhook_of_11_mib(desk: Desk) -> None:
    assert said(desk.jira(b" " * (11 * 1024 * 1024))) == (413, "refused", "too_large")


def test_a_webhook_of_11_mib_that_never_says_its_length(desk: Desk) -> None:
    chunks = iter([b"x" * 1024 * 1024] * 11)

    class Chunked:
        def read(self, _size: int = -1) -> bytes:
            return next(chunks, b"")

    environ = {"wsgi.input": Chunked(), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    answer = desk.client.post("/webhooks/jira/acme", environ_overrides=environ)
    assert said(answer) == (413, "refused", "too_large")


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no signature"),
        pytest.param({"X-Hub-Signature": ""}, id="an empty one"),
        pytest.param({"X-Hub-Signature": "sha256=" + "0" * 64}, id="a wrong one"),
        pytest.param({"X-Hub-Signature": "sha1=" + "0" * 40}, id="a method that is too weak"),
        pytest.param({"X-Hub-Signature": "sha256=é"}, id="one outside ASCII"),
        pytest.param({"X-Dueby-Secret": "jira-hook-secreT"}, id="a wrong secret"),
        pytest.param({"X-Dueby-Secret": ""}, id="an empty secret"),
    ],
)
def test_wrong_signature(desk: Desk, headers: dict[str, str]) -> None:
    assert said(desk.post("/webhooks/jira/acme", ISSUE, headers)) == (401, "refused", "signature")
    assert desk.agenda() == []


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Zendesk-Webhook-Signature": "AAAA"}, id="a wrong one"),
        pytest.param({"X-Zendesk-Webhook-Signature": "é"}, id="one outside ASCII"),
        pytest.param({"X-Zendesk-Webhook-Signature-Timestamp": "2026-11-23T08:59:59Z"}, id="another timestamp"),
        pytest.param({"X-Zendesk-Webhook-Signature-Timestamp": ""}, id="no timestamp"),
    ],
)
def test_wrong_signature_of_a_zendesk(desk: Desk, headers: dict[str, str]) -> None:
    assert said(desk.zendesk(TICKET, headers)) == (401, "refused", "signature")


def test_a_site_without_a_secret_refuses_every_webhook(desk: Desk) -> None:
    assert desk.jira(ISSUE, site="mute").status_code == 401
    assert desk.post("/webhooks/jira/mute?secret=", ISSUE, {"X-Dueby-Secret": ""}).status_code == 401
    assert desk.zendesk(TICKET, site="mute-desk").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"{'issue': 1}", id="single quotes"),
        pytest.param(b'{"issue": {"id": "1"}} x', id="something behind it"),
        pytest.param(b'{"issue": {"id": NaN}}', id="NaN"),
        pytest.param(b'{"issue": {"id": "1"}, "x": -Infinity}', id="infinity"),
        pytest.param(b"\xff\xfe{}", id="no UTF-8"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b'"10001"', id="a text"),
        pytest.param(b"null", id="null"),
        pytest.param(b"issue=10001", id="a form"),
    ],
)
def test_broken_json(desk: Desk, body: bytes) -> None:
    for answer in (desk.jira(body), desk.zendesk(body)):
        assert said(answer) == (400, "refused", "unreadable")
        assert answer.get_json()["error"].startswith("The body ")
    assert desk.agenda() == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 100_000, id="lists without end"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="a hundred thousand objects"),
        pytest.param(b'{"issue": {"id": "1"}, "a": ' + b"[" * 65 + b"]" * 65 + b"}", id="just deeper than the limit"),
    ],
)
def test_deep_nesting(desk: Desk, body: bytes) -> None:
    assert said(desk.jira(body)) == (400, "refused", "unreadable")
    assert said(desk.zendesk(body)) == (400, "refused", "unreadable")


def test_nesting_that_is_not_too_deep_is_accepted(desk: Desk) -> None:
    assert desk.jira(b'{"issue": {"id": "1"}, "a": ' + b"[" * 63 + b"]" * 63 + b"}").status_code == 202


@pytest.mark.parametrize(
    "issue",
    ["7.5", "true", "null", "[]", "{}", '["10001"]', '{"id": {}}', '{"id": [1]}', '{"id": true}', '{"id": 7.5}', '"x"'],
)
def test_wrong_types(desk: Desk, issue: str) -> None:
    assert desk.jira(b'{"issue": ' + issue.encode() + b"}").status_code == 400
    assert desk.zendesk(b'{"type": 7, "ticket": ' + issue.encode() + b"}").status_code == 400
    assert desk.agenda() == []


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("9" * 5000, id="longer than Python reads"),
        pytest.param("9" * 30, id="longer than an id"),
        pytest.param("-1", id="negative"),
        pytest.param("1e400", id="beyond a float"),
        pytest.param('"' + "9" * 300 + '"', id="as text"),
    ],
)
def test_huge_numbers(desk: Desk, number: str) -> None:
    assert desk.jira(b'{"issue": {"id": ' + number.encode() + b"}}").status_code == 400
    assert desk.zendesk(b'{"ticket_id": ' + number.encode() + b"}").status_code == 400
    assert desk.agenda() == []


def test_duplicate_keys(desk: Desk) -> None:
    assert desk.jira(b'{"issue": {"id": "1", "id": "2"}, "issue": {"id": "3", "id": "4"}}').status_code == 202
    assert desk.agenda() == [("acme", "4")]  # the last counts


def test_lone_surrogates(desk: Desk) -> None:
    assert desk.jira(b'{"issue": {"id": "1", "fields": {"summary": "\xed\xa0\x80"}}}').status_code == 400
    assert desk.jira(b'{"issue": {"key": "OKTA-\\ud800"}}').status_code == 400
    assert desk.zendesk(b'{"ticket_id": "\\udfff"}').status_code == 400
    assert desk.agenda() == []
    cut_off = b'{"issue": {"id": "1", "fields": {"summary": "half an emoji \\ud83d"}}}'
    assert desk.jira(cut_off).status_code == 202  # texts are never looked at: the event is not lost


def test_sql_away_is_503_with_a_wait_and_the_same_delivery_is_accepted_later(
    desk: Desk, nowhere: Engine, desk_on: Callable[..., Desk]
) -> None:
    store = [nowhere]
    failing = desk_on(lambda: store[0], desk.engine)
    again = {"X-Atlassian-Webhook-Identifier": "d1"}
    answer = failing.jira(ISSUE, again)
    assert said(answer) == (503, "refused", "not_stored")
    assert answer.headers["Retry-After"] == "20"
    store[0] = desk.engine
    assert said(failing.jira(ISSUE, again)) == (202, "accepted", None)


def test_a_fault_of_our_own_is_503_and_never_500(desk: Desk, desk_on: Callable[..., Desk]) -> None:
    def broken() -> Engine:
        raise ZeroDivisionError

    answer = desk_on(broken, desk.engine).jira(ISSUE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "20"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_only_post_is_a_webhook(desk: Desk, method: str) -> None:
    answer = desk.client.open("/webhooks/jira/acme", method=method)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "path", ["/", "/webhooks", "/webhooks/jira/acme/", "/webhooks/jira/a/b", "/static/x", "/console"]
)
def test_what_is_not_there_is_404_in_json(desk: Desk, path: str) -> None:
    assert desk.client.post(path).get_json()["status"] == "refused"
    assert desk.client.post(path).status_code == 404


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/nowhere", "/webhooks/jira/acme"])
def test_every_answer_carries_the_security_headers(desk: Desk, path: str) -> None:
    for answer in (desk.client.get(path), desk.client.post(path)):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_one_line_is_logged_for_each_webhook_and_no_secret_in_it(desk: Desk) -> None:
    with structlog.testing.capture_logs() as lines:
        desk.post("/webhooks/jira/acme?secret=jira-hook-secret", ISSUE)
        desk.post("/webhooks/jira/acme?secret=mistyped-secret", ISSUE)
        desk.post("/webhooks/jira/nobody?secret=jira-hook-secret", ISSUE)
    told = [(line["site"], line["fate"], line["reason"], line["ticket"], line["http"]) for line in lines]
    assert told == [
        ("acme", "accepted", None, "10001", 202),
        ("acme", "refused", "signature", None, 401),
        ("nobody", "refused", "no_such_site", None, 404),
    ]
    assert all(line["ms"] >= 0 for line in lines)
    assert "secret" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("field", "rank"),
    [
        pytest.param("customfield_10100", Rank.EVENT, id="an echo of dueby's own write waits behind what people did"),
        pytest.param("priority", Rank.URGENT, id="a priority may shorten a due time"),
    ],
)
def test_how_urgent_an_event_is(desk: Desk, field: str, rank: Rank) -> None:
    items = [{"field": field, "fieldId": field, "fromString": "a", "toString": "b"}]
    event = {"webhookEvent": "jira:issue_updated", "issue": {"id": "10001"}, "changelog": {"items": items}}
    assert desk.jira(json.dumps(event).encode()).status_code == 202
    with desk.engine.connect() as conn:
        row = agenda_row(conn, TicketRef("acme", "10001"))
    assert row is not None
    assert row.rank is rank
