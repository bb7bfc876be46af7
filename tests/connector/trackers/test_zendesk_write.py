"""What is written to a Zendesk ticket: only what differs, in one request, never over another's save."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.trackers.port import Wanted
from policies.model import Status, Ticket, TicketRef
from tests.connector.trackers.answers import DESK, DESK_URL, NOW, Body, desk_field, last_page
from tests.connector.trackers.conftest import Wire

PUT = f"{DESK_URL}/api/v2/tickets/5158"
WANTED = Wanted(datetime(2026, 11, 23, 13, 30, 0, 999999, tzinfo=UTC), "running", "Okta gold, level 1: 30 min")
HELD = {
    "due_at": "2026-11-23T14:30:00+01:00",
    "due_on": "2026-11-23",
    "state": "dueby_running",
    "summary": "Okta gold, level 1: 30 min",
}
VALUES = {name: {"id": int(DESK.fields[name]), "value": value} for name, value in HELD.items()}


def ticket(held: Mapping[str, str | None] | None = None, *, writable: bool = True) -> Ticket:
    return Ticket(
        ref=TicketRef("help", "5158"),
        key="5158",
        created_at=NOW,
        updated_at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC),
        status=Status(("open",)),
        held={**dict.fromkeys(DESK.fields), **(held or {})},
        writable=writable,
    )


def with_fields(timezone: str = "Europe/Paris", **fields: str) -> Site:
    return dataclasses.replace(DESK, fields=fields, timezone=timezone)


def written(wire: Wire) -> list[list[Body]]:
    return [wire.body(one)["ticket"]["custom_fields"] for one in wire.sent("PUT")]


def failure(wire: Wire, site: Site = DESK) -> TrackerError:
    with pytest.raises(TrackerError) as raised:
        wire.open(site).write(ticket(), WANTED)
    assert "secret" not in repr(raised.value)
    return raised.value


def test_empty_ticket_gets_everything_in_one_request_that_spares_others(wire: Wire) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {"ticket": {}, "audit": {}})
    assert set(wire.open(DESK).write(ticket(), WANTED)) == set(HELD)
    (request,) = wire.sent("PUT")
    body = wire.body(request)["ticket"]
    assert sorted(body.pop("custom_fields"), key=lambda one: int(one["id"])) == [
        {"id": 360001, "value": "2026-11-23T14:30:00+01:00"},
        {"id": 360002, "value": "dueby_running"},
        {"id": 360003, "value": "Okta gold, level 1: 30 min"},
        {"id": 360004, "value": "2026-11-23"},
    ]
    assert body == {"safe_update": True, "updated_stamp": "2026-11-20T10:00:00Z"}
    assert wire.methods[-1] == "PUT"


def test_ticket_that_holds_it_all_is_left(wire: Wire) -> None:
    wire.desk()
    assert wire.open(DESK).write(ticket(HELD), WANTED) == ()
    assert written(wire) == []


@pytest.mark.parametrize(
    ("held", "differing"),
    [
        pytest.param({"due_at": "2026-11-23T13:30:00Z"}, ("due_at",), id="the same instant in other words"),
        pytest.param({"due_at": None}, ("due_at",), id="an empty due time"),
        pytest.param({"state": "running"}, ("state",), id="the bare word"),
        pytest.param({"summary": "by hand", "due_on": "2026-11-24"}, ("due_on", "summary"), id="two changed by hand"),
    ],
)
def test_only_what_differs_is_sent(wire: Wire, held: dict[str, str | None], differing: tuple[str, ...]) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {})
    assert sorted(wire.open(DESK).write(ticket({**HELD, **held}), WANTED)) == sorted(differing)
    assert sorted(written(wire)[0], key=str) == sorted((VALUES[name] for name in differing), key=str)


def test_nothing_wanted_empties_the_fields(wire: Wire) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {})
    wire.open(DESK).write(ticket(HELD), Wanted(None, "unmapped", ""))
    assert {one["id"]: one["value"] for one in written(wire)[0]} == {
        360001: None,
        360002: "dueby_unmapped",
        360003: None,
        360004: None,
    }


@pytest.mark.parametrize(
    ("timezone", "text"),
    [
        ("UTC", "2026-11-23T13:30:00Z"),
        ("Europe/Paris", "2026-11-23T14:30:00+01:00"),
        ("America/New_York", "2026-11-23T08:30:00-05:00"),
        ("Asia/Kathmandu", "2026-11-23T19:15:00+05:45"),
    ],
)
@pytest.mark.parametrize("field", ["360001", "360003"], ids=["regexp", "text"])
def test_due_time_is_written_in_the_sites_timezone(wire: Wire, timezone: str, text: str, field: str) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {})
    wire.open(with_fields(timezone, due_at=field)).write(ticket(), WANTED)
    assert written(wire) == [[{"id": int(field), "value": text}]]


def test_state_in_a_text_field_is_the_bare_word(wire: Wire) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {})
    wire.open(with_fields(state="360003")).write(ticket(), WANTED)
    assert written(wire) == [[{"id": 360003, "value": "running"}]]


def test_closed_ticket_is_left_without_a_failure(wire: Wire) -> None:
    assert wire.open(DESK).write(ticket(writable=False), WANTED) == ()
    assert wire.sent() == []


def test_ticket_closed_since_it_was_fetched_is_no_failure(wire: Wire) -> None:
    wire.desk()
    detail = {"status": [{"description": "Status: closed prevents ticket update"}]}
    wire.answers("PUT", PUT, {"error": "RecordInvalid", "details": detail}, 422)
    assert wire.open(DESK).write(ticket(), WANTED) == ()


@pytest.mark.parametrize(
    ("name", "field", "kind"),
    [
        ("due_at", "360004", "date"),
        ("due_on", "360003", "text"),
        ("state", "360011", "checkbox"),
        ("state", "360001", "regexp"),
        ("summary", "360002", "tagger"),
        ("summary", "360013", "integer"),
    ],
)
def test_field_of_another_type_is_named_and_never_written(wire: Wire, name: str, field: str, kind: str) -> None:
    wire.desk()
    error = failure(wire, with_fields(**{name: field}))
    assert (error.reason, error.retryable, error.field) == ("wrong_field_type", False, f"{name} ({field})")
    assert f"is of type {kind}" in error.sentence
    assert written(wire) == []


@pytest.mark.parametrize("field", ["999", "subject", ""])
def test_field_that_does_not_exist_is_named(wire: Wire, field: str) -> None:
    wire.desk()
    error = failure(wire, with_fields(summary=field))
    assert (error.reason, error.retryable, error.field) == ("unknown_field", False, f"summary ({field})")


REFUSED = "Dueby state: is not an option"


@pytest.mark.parametrize(
    ("details", "field"),
    [
        pytest.param(
            {"base": [{"description": REFUSED, "field_key": 360002}]}, "state (360002)", id="id in the detail"
        ),
        pytest.param({"base": [{"description": REFUSED, "ticket_field_id": "360002"}]}, "state (360002)", id="as text"),
        pytest.param({"360002": [{"description": REFUSED}]}, "state (360002)", id="id as the key"),
    ],
)
def test_refused_field_is_named_and_final(wire: Wire, details: Body, field: str) -> None:
    wire.desk()
    wire.answers("PUT", PUT, {"error": "RecordInvalid", "description": "Invalid", "details": details}, 422)
    error = failure(wire)
    assert (error.reason, error.retryable, error.field, error.status) == ("field_refused", False, field, 422)
    assert REFUSED in error.sentence


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"details": 3}', b'{"details": {"status": [{"description": null}], "x": "y"}}']
)
def test_refusal_of_no_sense_is_final(wire: Wire, body: bytes) -> None:
    wire.desk()
    wire.answers("PUT", PUT, body, 422)
    error = failure(wire)
    assert (error.reason, error.retryable) == ("refused", False)


@pytest.mark.parametrize(
    ("status", "headers", "body", "reason", "retryable", "scope", "wait"),
    [
        pytest.param(409, {}, None, "conflict", True, Scope.TICKET, None, id="saved by someone else meanwhile"),
        pytest.param(404, {}, None, "not_found", False, Scope.TICKET, None, id="gone"),
        pytest.param(403, {}, None, "forbidden", False, Scope.TICKET, None, id="forbidden"),
        pytest.param(401, {}, None, "unauthorized", True, Scope.SITE, None, id="unauthorized"),
        pytest.param(429, {"Retry-After": "40"}, None, "rate_limited", True, Scope.SITE, 40, id="the account's limit"),
        pytest.param(
            429,
            {"Retry-After": "20"},
            {"error": "TooManyUpdates", "description": "30 updates in 10 minutes of this ticket"},
            "rate_limited",
            True,
            Scope.TICKET,
            20,
            id="the ticket's limit by its words",
        ),
        pytest.param(
            429,
            {"Retry-After": "540"},
            None,
            "rate_limited",
            True,
            Scope.TICKET,
            540,
            id="the ticket's limit by its wait",
        ),
        pytest.param(503, {"Retry-After": "600"}, None, "unavailable", True, Scope.SITE, 600, id="maintenance"),
    ],
)
def test_failed_write_is_sorted(
    wire: Wire,
    status: int,
    headers: dict[str, str],
    body: Body | None,
    reason: str,
    retryable: bool,
    scope: Scope,
    wait: int | None,
) -> None:
    wire.desk()
    wire.answers("PUT", PUT, body, status, **headers)
    error = failure(wire)
    assert (error.reason, error.retryable, error.scope) == (reason, retryable, scope)
    assert error.retry_after == (wait and timedelta(seconds=wait))
    assert len(wire.sent("PUT")) == 1


def test_long_wait_on_reading_is_the_sites(wire: Wire) -> None:
    wire.answers("GET", f"{DESK_URL}/api/v2/users/me", None, 429, **{"Retry-After": "540"})
    with pytest.raises(TrackerError) as raised:
        wire.open(DESK).fetch("5158")
    assert raised.value.scope == Scope.SITE


def test_type_is_asked_for_once(wire: Wire) -> None:
    wire.answers("GET", f"{DESK_URL}/api/v2/ticket_fields", last_page("ticket_fields", [desk_field(1, "text")]))
    wire.answers("PUT", PUT, {})
    tracker = wire.open(with_fields(summary="1"))
    for _ in range(3):
        tracker.write(ticket(), WANTED)
    assert [one.method for one in wire.sent()] == ["GET", "PUT", "PUT", "PUT"]
