"""What a tracker's answers come to: retried or final, for the ticket or the site, with a sentence for a person."""

import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests
from urllib3.exceptions import NewConnectionError

from connector.errors import Scope, TrackerError
from connector.sites import Auth, Site
from connector.trackers import guard
from connector.trackers.port import Wanted
from connector.trackers.registry import KINDS, open_tracker, receiver_for
from policies.model import Status, Ticket, TicketRef
from tests.connector.trackers.answers import CLOUD, CLOUD_URL, DATACENTER, DC_URL, DESK, DESK_URL, NOW
from tests.connector.trackers.conftest import Wire

TICKETS = {
    "cloud": (CLOUD, f"{CLOUD_URL}/rest/api/2/issue/10001"),
    "datacenter": (DATACENTER, f"{DC_URL}/rest/api/2/issue/10001"),
    "zendesk": (DESK, f"{DESK_URL}/api/v2/tickets/5158"),
}
FLAVOURS = pytest.mark.parametrize(("site", "path"), TICKETS.values(), ids=TICKETS)
SECRETS = ("cloud-secret", "dc-secret", "desk-secret", "client-secret")


def prepared(wire: Wire, site: Site) -> None:
    if site.tracker == "jira":
        wire.jira(site.url)
    else:
        wire.desk()


def failure(action: Callable[[], Any]) -> TrackerError:
    with pytest.raises(TrackerError) as raised:
        action()
    error = raised.value
    assert error.sentence == str(error)
    assert not any(secret in f"{error!r}{error}" for secret in SECRETS)
    return error


def fetch_failure(wire: Wire, site: Site) -> TrackerError:
    return failure(lambda: wire.open(site).fetch(TICKETS_BY_SITE[site.name]))


TICKET = Ticket(ref=TicketRef("acme", "1"), key="OKTA-7", created_at=NOW, updated_at=NOW, status=Status(("To Do",)))
TICKETS_BY_SITE = {"acme": "10001", "onsite": "10001", "help": "5158"}


@FLAVOURS
@pytest.mark.parametrize(
    ("status", "headers", "reason", "retryable", "wait", "scope"),
    [
        pytest.param(400, {}, "refused", False, None, Scope.TICKET, id="400"),
        pytest.param(401, {}, "unauthorized", True, None, Scope.SITE, id="401"),
        pytest.param(403, {}, "forbidden", False, None, Scope.TICKET, id="403"),
        pytest.param(404, {}, "gone", False, None, Scope.TICKET, id="404"),
        pytest.param(408, {}, "server_error", True, None, Scope.TICKET, id="408"),
        pytest.param(409, {}, "conflict", True, None, Scope.TICKET, id="409"),
        pytest.param(422, {}, "refused", False, None, Scope.TICKET, id="422"),
        pytest.param(429, {}, "rate_limited", True, None, Scope.SITE, id="429 without a wait"),
        pytest.param(429, {"Retry-After": "17"}, "rate_limited", True, 17, Scope.SITE, id="429 with seconds"),
        pytest.param(
            429,
            {"Retry-After": "Mon, 23 Nov 2026 12:01:30 GMT"},
            "rate_limited",
            True,
            90,
            Scope.SITE,
            id="429, a date",
        ),
        pytest.param(
            429, {"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT"}, "rate_limited", True, 0, Scope.SITE, id="a past date"
        ),
        pytest.param(429, {"Retry-After": "soon"}, "rate_limited", True, None, Scope.SITE, id="a wait that is none"),
        pytest.param(
            429, {"Retry-After": "99999999999"}, "rate_limited", True, 86400, Scope.SITE, id="an endless wait"
        ),
        pytest.param(429, {"Retry-After": "-5"}, "rate_limited", True, None, Scope.SITE, id="a wait below zero"),
        pytest.param(500, {}, "server_error", True, None, Scope.TICKET, id="500"),
        pytest.param(502, {"Content-Type": "text/html"}, "server_error", True, None, Scope.TICKET, id="502"),
        pytest.param(503, {}, "server_error", True, None, Scope.TICKET, id="503 without a wait"),
        pytest.param(503, {"Retry-After": "120"}, "unavailable", True, 120, Scope.SITE, id="503 with seconds"),
        pytest.param(
            503,
            {"Retry-After": "Mon, 23 Nov 2026 12:10:00 GMT"},
            "unavailable",
            True,
            600,
            Scope.SITE,
            id="503, a date",
        ),
    ],
)
def test_status_is_sorted(
    wire: Wire,
    site: Site,
    path: str,
    status: int,
    headers: dict[str, str],
    reason: str,
    retryable: bool,
    wait: int | None,
    scope: Scope,
) -> None:
    prepared(wire, site)
    wire.answers("GET", path, {"errorMessages": ["told so"]}, status, **headers)
    error = fetch_failure(wire, site)
    assert (error.reason, error.retryable, error.scope, error.status) == (reason, retryable, scope, status)
    assert error.retry_after == (None if wait is None else timedelta(seconds=wait))
    assert error.gone is (status == 404)
    assert error.sentence.startswith(f"{site.name}: ")
    assert len(wire.sent("GET", path.rpartition("/")[2])) == 1


@FLAVOURS
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", ["https://evil.example/steal", "https://acme.example/login"])
def test_redirect_is_an_error_and_never_followed(wire: Wire, site: Site, path: str, status: int, target: str) -> None:
    prepared(wire, site)
    wire.answers("GET", path, None, status, Location=target)
    error = fetch_failure(wire, site)
    assert (error.reason, error.retryable) == ("redirected", True)
    assert "redirects" in error.sentence
    assert {request.url for request in wire.sent() if target in str(request.url)} == set()


@FLAVOURS
def test_redirect_of_what_a_site_says_about_itself_is_not_followed_either(wire: Wire, site: Site, path: str) -> None:
    wire.answers(
        "GET", f"{site.url}{'/rest/api/2/myself' if site.tracker == 'jira' else '/api/v2/users/me'}", None, 302
    )
    assert fetch_failure(wire, site).reason == "redirected"
    assert len(wire.sent()) == 1
    assert path


@FLAVOURS
@pytest.mark.parametrize(
    "body",
    [b"<html>Log in</html>", b"", b"[]", b"null", b'"text"', b"{", b"[" * 50_000, b'{"a": ' * 50_000, b"{}"],
    ids=[
        "a login page",
        "nothing",
        "a list",
        "null",
        "a text",
        "half",
        "deep lists",
        "deep objects",
        "no ticket in it",
    ],
)
def test_answer_of_no_sense_is_retried(wire: Wire, site: Site, path: str, body: bytes) -> None:
    prepared(wire, site)
    wire.answers("GET", path, body)
    error = fetch_failure(wire, site)
    assert (error.reason, error.retryable) == ("bad_answer", True)


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'[{"id": 3}, null, 7]', b"7", b""])
def test_list_of_fields_of_no_sense_stops_the_write(wire: Wire, body: bytes) -> None:
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2/field", body)
    error = failure(lambda: wire.open(CLOUD).write(TICKET, Wanted(None, "met", "")))
    assert error.reason in {"bad_answer", "unknown_field"}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b"7", b'{"accountId": null}'])
def test_account_of_no_sense_stops_the_fetch(wire: Wire, body: bytes) -> None:
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2/myself", body)
    assert fetch_failure(wire, CLOUD).reason == "bad_answer"


def test_stranger_at_zendesk_is_unauthorized(wire: Wire) -> None:
    wire.answers("GET", f"{DESK_URL}/api/v2/users/me", {"user": {"id": None, "name": "Anonymous user"}})
    error = fetch_failure(wire, DESK)
    assert (error.reason, error.scope) == ("unauthorized", Scope.SITE)


def test_jira_that_hides_a_failed_login_behind_a_404_is_unauthorized(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("GET", TICKETS["cloud"][1], None, 404, **{"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"})
    error = fetch_failure(wire, CLOUD)
    assert (error.reason, error.gone, error.scope) == ("unauthorized", False, Scope.SITE)


@FLAVOURS
@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectTimeout("to acme.example"),
        requests.exceptions.ReadTimeout("read"),
        requests.exceptions.ConnectionError("refused"),
        requests.exceptions.SSLError("certificate"),
        requests.exceptions.ChunkedEncodingError("cut off"),
        requests.exceptions.ContentDecodingError("gzip"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_answer_is_retried(wire: Wire, site: Site, path: str, error: Exception) -> None:
    prepared(wire, site)
    wire.breaks("GET", path, error)
    found = fetch_failure(wire, site)
    assert (found.reason, found.retryable, found.retry_after) == ("unreachable", True, None)
    no_connection = isinstance(error, requests.exceptions.ConnectionError)
    assert found.scope is (Scope.SITE if no_connection else Scope.TICKET)  # one slow ticket is no broken site


@pytest.mark.parametrize("name", ["myself", "field"])
def test_jira_package_neither_sleeps_nor_tries_again(wire: Wire, name: str) -> None:
    wire.breaks("GET", f"{CLOUD_URL}/rest/api/2/{name}", requests.exceptions.ConnectionError("refused"))
    tracker = wire.open(CLOUD)
    act = (lambda: tracker.fetch("1")) if name == "myself" else (lambda: tracker.write(TICKET, Wanted(None, "met", "")))
    assert failure(act).reason == "unreachable"
    assert len(wire.sent()) == 1


@pytest.mark.parametrize("header", ["1847", "Mon, 23 Nov 2026 12:30:47 GMT"])
def test_jira_package_passes_on_the_wait(wire: Wire, header: str) -> None:
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2/myself", None, 429, **{"Retry-After": header})
    assert fetch_failure(wire, CLOUD).retry_after == timedelta(seconds=1847)
    assert len(wire.sent()) == 1


def test_answer_over_the_limit_is_not_kept(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "LARGEST_ANSWER", 1000)
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2/myself", {"accountId": "x" * 1000})
    assert fetch_failure(wire, CLOUD).reason == "bad_answer"


@pytest.mark.parametrize("url", ["http://acme.example", "http://10.0.0.7:8080", "ftp://acme.example"])
def test_plain_http_is_refused_but_on_loopback(wire: Wire, url: str) -> None:
    error = failure(lambda: wire.open(answers_at(CLOUD, url)).fetch("1"))
    assert error.reason in {"insecure_url", "unreachable"}
    assert wire.sent() == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"])
def test_plain_http_is_fine_on_loopback(wire: Wire, url: str) -> None:
    wire.answers("GET", f"{url}/rest/api/2/myself", None, 401)
    assert failure(lambda: wire.open(answers_at(CLOUD, url)).fetch("1")).reason == "unauthorized"


def test_secret_that_makes_no_header_is_not_shown(wire: Wire) -> None:
    site = Site(name="x", tracker="jira", url=CLOUD_URL, auth=Auth(bearer="dc-secret\n\u20ac"))
    assert failure(lambda: wire.open(site).fetch("1")).reason == "unreachable"


@FLAVOURS
def test_each_request_is_announced_before_it_leaves(wire: Wire, site: Site, path: str) -> None:
    prepared(wire, site)
    wire.answers("GET", path, None, 404)
    fetch_failure(wire, site)
    assert wire.methods == ["GET"] * len(wire.sent())
    assert len(wire.methods) == 2


def test_announcement_can_stop_the_request(wire: Wire) -> None:
    class StopError(Exception):
        pass

    def stop(method: str) -> None:
        raise StopError(method)

    tracker = open_tracker(CLOUD, lambda: NOW, stop)
    with pytest.raises(StopError, match="GET"):
        tracker.fetch("10001")
    assert wire.sent() == []


def test_opening_a_tracker_sends_nothing(wire: Wire) -> None:
    for site in (CLOUD, DATACENTER, DESK):
        open_tracker(site, lambda: NOW)
    assert wire.sent() == []


def test_every_kind_of_tracker_has_a_receiver() -> None:
    assert set(KINDS) == {"jira", "zendesk"}
    assert all(receiver_for(kind) is KINDS[kind].receiver for kind in KINDS)


def test_only_a_refused_connection_is_tried_a_second_time() -> None:
    retries = guard.Guard(CLOUD, lambda: NOW, None, lambda _: False).max_retries
    assert (retries.connect, retries.read, retries.status, retries.redirect, retries.other) == (1, 0, 0, 0, 0)
    assert guard.TIMEOUT == (3.0, 10.0)


def test_connection_refused_is_unreachable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    error = failure(lambda: open_tracker(answers_at(CLOUD, url), lambda: NOW).fetch("1"))
    assert (error.reason, error.retryable) == ("unreachable", True)
    assert NewConnectionError.__name__ not in error.sentence


def answers_at(site: Site, url: str) -> Site:
    return Site(name=site.name, tracker=site.tracker, url=url, auth=site.auth, fields=site.fields)
