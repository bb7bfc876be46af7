"""Zendesk's access tokens: kept until they end, renewed once when refused, never shown."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from connector.errors import Scope, TrackerError
from connector.sites import Auth
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from tests.connector.trackers.answers import DESK, DESK_URL, NOW, Body, commented, desk_audit, desk_ticket, last_page
from tests.connector.trackers.conftest import Wire

TOKENS = f"{DESK_URL}/oauth/tokens"
TICKET = f"{DESK_URL}/api/v2/tickets/5158"
SITE = dataclasses.replace(DESK, auth=Auth(client_id="dueby", client_secret="client-secret"))


def token(name: str, **more: Any) -> Body:
    return {"access_token": name, "token_type": "bearer", "scope": "read write", "expires_in": 1800} | more


def ready(wire: Wire) -> None:
    wire.desk()
    wire.answers(
        "GET", f"{TICKET}/audits", last_page("audits", [desk_audit(1, "2026-11-20T09:00:00Z", commented(501))])
    )


def bearers(wire: Wire, path: str = "/tickets/5158") -> list[str | None]:
    return [one.headers.get("Authorization") for one in wire.sent("GET", path)]


def test_token_is_asked_for_once_and_kept(wire: Wire) -> None:
    ready(wire)
    wire.answers("POST", TOKENS, token("t1"))
    wire.answers("GET", TICKET, desk_ticket())
    tracker = wire.open(SITE)
    tracker.fetch("5158")
    tracker.fetch("5158")
    (asked,) = wire.sent("POST")
    assert wire.body(asked) == {
        "grant_type": "client_credentials",
        "client_id": "dueby",
        "client_secret": "client-secret",
        "scope": "read write",
    }
    assert "Authorization" not in asked.headers
    assert bearers(wire) == ["Bearer t1", "Bearer t1"]
    assert wire.methods[0] == "POST"


def at_times(minutes: list[float]) -> tuple[Tracker, list[float]]:
    return open_tracker(SITE, lambda: NOW + timedelta(minutes=minutes[-1])), minutes


@pytest.mark.parametrize(
    ("expires_in", "later", "asked"),
    [
        pytest.param(1800, 28.9, 1, id="kept for as long as it lasts"),
        pytest.param(1800, 29.1, 2, id="renewed a minute before its end"),
        pytest.param(30, 0.2, 1, id="a short one is kept for half of its time"),
        pytest.param(30, 0.3, 2, id="a short one is renewed after half of its time"),
        pytest.param(None, 10_000, 1, id="one without an end is kept until it is refused"),
        pytest.param("soon", 10_000, 1, id="an end that is none"),
        pytest.param(-5, 10_000, 1, id="an end before its start"),
        pytest.param(10**15, 10_000, 1, id="one that lasts for ages"),
    ],
)
def test_token_is_renewed_before_its_end(wire: Wire, expires_in: Any, later: float, asked: int) -> None:
    ready(wire)
    wire.answers("POST", TOKENS, token("t1", expires_in=expires_in))
    wire.answers("POST", TOKENS, token("t2"))
    wire.answers("GET", TICKET, desk_ticket())
    tracker, minutes = at_times([0])
    tracker.fetch("5158")
    minutes.append(later)
    tracker.fetch("5158")
    assert len(wire.sent("POST")) == asked
    assert bearers(wire)[-1] == f"Bearer t{asked}"


def test_refused_token_is_renewed_once(wire: Wire) -> None:
    ready(wire)
    wire.answers("POST", TOKENS, token("t1"))
    wire.answers("POST", TOKENS, token("t2"))
    wire.answers("GET", TICKET, None, 401)
    wire.answers("GET", TICKET, desk_ticket())
    assert wire.open(SITE).fetch("5158").key == "5158"
    assert bearers(wire) == ["Bearer t1", "Bearer t2"]


def test_token_refused_twice_is_unauthorized(wire: Wire) -> None:
    ready(wire)
    wire.answers("POST", TOKENS, token("t1"))
    wire.answers("GET", TICKET, None, 401)
    with pytest.raises(TrackerError) as raised:
        wire.open(SITE).fetch("5158")
    assert (raised.value.reason, raised.value.scope) == ("unauthorized", Scope.SITE)
    assert len(wire.sent("POST")) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_client_that_gets_no_token_is_unauthorized(wire: Wire, status: int) -> None:
    wire.answers("POST", TOKENS, {"error": "invalid_client", "error_description": "client-secret is wrong"}, status)
    with pytest.raises(TrackerError) as raised:
        wire.open(SITE).fetch("5158")
    error = raised.value
    assert (error.reason, error.retryable, error.scope, error.status) == ("unauthorized", True, Scope.SITE, status)
    assert "client_id" in error.sentence
    assert "client-secret" not in repr(error)
    assert len(wire.sent("POST")) == 1


@pytest.mark.parametrize(("status", "reason"), [(429, "rate_limited"), (500, "server_error"), (302, "redirected")])
def test_token_endpoint_in_trouble_is_tried_again_later(wire: Wire, status: int, reason: str) -> None:
    wire.answers("POST", TOKENS, None, status)
    with pytest.raises(TrackerError) as raised:
        wire.open(SITE).fetch("5158")
    assert (raised.value.reason, raised.value.retryable) == (reason, True)


@pytest.mark.parametrize("body", [{}, {"access_token": None}, {"access_token": {"a": 1}}, [], "text"])
def test_token_answer_of_no_sense_is_tried_again(wire: Wire, body: Any) -> None:
    wire.answers("POST", TOKENS, body)
    with pytest.raises(TrackerError) as raised:
        wire.open(SITE).fetch("5158")
    assert raised.value.reason == "bad_answer"


@pytest.mark.parametrize("user", ["bot@acme.example", "bot@acme.example/token"])
def test_legacy_token_is_sent_as_basic(wire: Wire, user: str) -> None:
    ready(wire)
    wire.answers("GET", TICKET, desk_ticket())
    wire.open(dataclasses.replace(DESK, auth=Auth(user=user, token="desk-secret"))).fetch("5158")
    assert set(bearers(wire)) == {"Basic Ym90QGFjbWUuZXhhbXBsZS90b2tlbjpkZXNrLXNlY3JldA=="}
    assert wire.sent("POST") == []
