"""What is written to a Jira ticket: only what differs, in one request, silently, in each field's real shape."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.trackers.port import Wanted
from connector.trackers.registry import open_tracker
from policies.model import Status, Ticket, TicketRef
from tests.connector.trackers.answers import CLOUD, CLOUD_URL, DATACENTER, DC_URL, JIRA_FIELDS, NOW, jira_field
from tests.connector.trackers.conftest import Wire

PUT = f"{CLOUD_URL}/rest/api/2/issue/10001"
DUE_AT = datetime(2026, 11, 23, 13, 30, 0, 999999, tzinfo=UTC)
WANTED = Wanted(DUE_AT, "running", "Okta gold, level 1: 30 min")
ALL_FIELDS = {
    "customfield_10100": "2026-11-23T13:30:00.000+0000",
    "customfield_10103": "2026-11-23",
    "customfield_10101": "running",
    "customfield_10102": "Okta gold, level 1: 30 min",
}


def ticket(**held: str | None) -> Ticket:
    return Ticket(
        ref=TicketRef("acme", "10001"),
        key="OKTA-7",
        created_at=NOW,
        updated_at=NOW,
        status=Status(("To Do",)),
        held=dict.fromkeys(JIRA_FIELDS) | held,
    )


HELD = {
    "due_at": "2026-11-23T14:30:00.000+0100",
    "due_on": "2026-11-23",
    "state": "running",
    "summary": "Okta gold, level 1: 30 min",
}


def with_fields(**fields: str) -> Site:
    return dataclasses.replace(CLOUD, fields=fields)


def failure(wire: Wire, site: Site = CLOUD) -> TrackerError:
    with pytest.raises(TrackerError) as raised:
        wire.open(site).write(ticket(), WANTED)
    assert "secret" not in repr(raised.value)
    return raised.value


def test_empty_ticket_gets_everything_in_one_silent_request(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, 204)
    assert set(wire.open(CLOUD).write(ticket(), WANTED)) == {"due_at", "due_on", "state", "summary"}
    (request,) = wire.sent("PUT")
    assert wire.body(request) == {"fields": ALL_FIELDS}
    assert wire.query(request) == {"notifyUsers": "false"}
    assert wire.methods[-1] == "PUT"


def test_ticket_that_holds_it_all_is_left_without_a_request(wire: Wire) -> None:
    assert wire.open(CLOUD).write(ticket(**HELD), WANTED) == ()
    assert wire.sent() == []


@pytest.mark.parametrize(
    ("held", "written"),
    [
        pytest.param({"due_at": "2026-11-23T08:30:00.000-0500"}, (), id="the same instant in another zone"),
        pytest.param({"due_at": "2026-11-23T13:30:00.700+0000"}, (), id="the same second"),
        pytest.param({"due_at": "2026-11-23T13:30:01.000+0000"}, ("due_at",), id="a second later"),
        pytest.param({"due_at": "2026-11-23T13:30:00.000"}, ("due_at",), id="an instant without a zone"),
        pytest.param({"due_at": "soon"}, ("due_at",), id="no instant"),
        pytest.param({"due_at": None}, ("due_at",), id="an empty due time"),
        pytest.param({"due_on": "2026-11-24"}, ("due_on",), id="another day"),
        pytest.param({"state": "Running"}, ("state",), id="another case"),
        pytest.param({"summary": "by hand", "state": "met"}, ("state", "summary"), id="two changed by hand"),
    ],
)
def test_only_what_differs_is_sent(wire: Wire, held: dict[str, str | None], written: tuple[str, ...]) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, 204)
    assert wire.open(CLOUD).write(ticket(**(HELD | held)), WANTED) == written
    sent = [wire.body(one)["fields"] for one in wire.sent("PUT")]
    assert sent == ([{JIRA_FIELDS[name]: ALL_FIELDS[JIRA_FIELDS[name]] for name in written}] if written else [])


def test_nothing_wanted_empties_the_fields(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, 204)
    assert wire.open(CLOUD).write(ticket(**HELD), Wanted(None, "unmapped", "")) == (
        "due_at",
        "due_on",
        "state",
        "summary",
    )
    assert wire.body(wire.sent("PUT")[0]) == {
        "fields": {
            "customfield_10100": None,
            "customfield_10103": None,
            "customfield_10101": "unmapped",
            "customfield_10102": None,
        }
    }


def test_date_is_the_one_in_the_sites_timezone(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, 204)
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    wire.open(with_fields(due_on="customfield_10103")).write(ticket(), Wanted(late, "running", ""))
    assert wire.body(wire.sent("PUT")[0]) == {"fields": {"customfield_10103": "2026-11-24"}}


def test_select_gets_the_option_of_that_name(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, 204)
    tracker = wire.open(with_fields(state="customfield_10104"))
    assert tracker.write(ticket(state="met"), WANTED) == ("state",)
    assert tracker.write(ticket(state="running"), WANTED) == ()
    assert [wire.body(one) for one in wire.sent("PUT")] == [{"fields": {"customfield_10104": {"value": "running"}}}]


def test_field_not_configured_is_skipped(wire: Wire) -> None:
    assert wire.open(with_fields()).write(ticket(), WANTED) == ()
    assert wire.sent() == []


@pytest.mark.parametrize(
    ("name", "field", "kind"),
    [
        ("due_at", "customfield_10102", "text"),
        ("due_at", "customfield_10103", "date"),
        ("due_on", "customfield_10100", "datetime"),
        ("state", "customfield_10105", "float"),
        ("summary", "customfield_10104", "select"),
        ("summary", "customfield_10010", "vp-origin"),
    ],
)
def test_field_of_another_type_is_named_and_never_written(wire: Wire, name: str, field: str, kind: str) -> None:
    wire.jira(CLOUD_URL)
    error = failure(wire, with_fields(**{name: field}))
    assert (error.reason, error.retryable, error.field) == ("wrong_field_type", False, f"{name} ({field})")
    assert f"is of type {kind}" in error.sentence
    assert wire.sent("PUT") == []


@pytest.mark.parametrize("field", ["customfield_99999", "summary"], ids=["no such field", "the ticket's own summary"])
def test_field_that_is_no_custom_field_is_named_and_never_written(wire: Wire, field: str) -> None:
    wire.jira(CLOUD_URL)
    error = failure(wire, with_fields(summary=field))
    assert (error.reason, error.retryable, error.field) == ("unknown_field", False, f"summary ({field})")
    assert wire.sent("PUT") == []


def test_field_made_since_is_found_once_a_minute_has_passed(wire: Wire) -> None:
    fields = f"{CLOUD_URL}/rest/api/2/field"
    wire.answers("GET", fields, [jira_field("customfield_1", "Old", "string")])
    wire.answers("GET", fields, [jira_field("customfield_2", "New", "string")])
    wire.answers("PUT", PUT, None, 204)
    times = [NOW]
    tracker = open_tracker(with_fields(summary="customfield_2"), lambda: times[-1])
    with pytest.raises(TrackerError, match="does not exist"):
        tracker.write(ticket(), WANTED)
    times.append(NOW + timedelta(minutes=1))
    assert tracker.write(ticket(), WANTED) == ("summary",)


def test_field_of_a_wrong_type_that_is_gone_since_does_not_exist(wire: Wire) -> None:
    fields = f"{CLOUD_URL}/rest/api/2/field"
    wire.answers("GET", fields, [jira_field("customfield_1", "Late", "number")])
    wire.answers("GET", fields, [jira_field("customfield_2", "Late", "string")])
    times = [NOW]
    tracker = open_tracker(with_fields(summary="customfield_1"), lambda: times[-1])
    with pytest.raises(TrackerError, match="is of type"):
        tracker.write(ticket(), WANTED)
    times.append(NOW + timedelta(minutes=1))
    with pytest.raises(TrackerError, match="does not exist"):
        tracker.write(ticket(), WANTED)


OFF_SCREEN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


@pytest.mark.parametrize(
    ("errors", "reason", "field"),
    [
        pytest.param(
            {"customfield_10101": OFF_SCREEN.format("customfield_10101")},
            "field_not_on_screen",
            "state (customfield_10101)",
            id="one off the screen",
        ),
        pytest.param(
            {field: OFF_SCREEN.format(field) for field in ("customfield_10100", "customfield_10102")},
            "field_not_on_screen",
            "due_at (customfield_10100), summary (customfield_10102)",
            id="two off the screen",
        ),
        pytest.param(
            {"customfield_10101": "Le champ ne peut pas être défini. Il n'est pas sur l'écran approprié."},
            "field_not_on_screen",
            "state (customfield_10101)",
            id="off the screen, in French",
        ),
        pytest.param(
            {"customfield_10101": "Option value 'running' is not valid"},
            "field_refused",
            "state (customfield_10101)",
            id="an option that is not there",
        ),
        pytest.param({"customfield_77": "is required"}, "refused", None, id="a field that is not ours"),
        pytest.param({}, "refused", None, id="nothing named"),
    ],
)
def test_refused_field_is_named_and_final(wire: Wire, errors: dict[str, str], reason: str, field: str | None) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, {"errorMessages": [], "errors": errors}, 400)
    error = failure(wire)
    assert (error.reason, error.retryable, error.field, error.status) == (reason, False, field, 400)
    assert all(text[:40] in error.sentence for text in errors.values())
    assert len(wire.sent("PUT")) == 1


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"errors": [1]}', b'{"errors": {"customfield_10101": {"a": 1}}}'])
def test_refusal_of_no_sense_is_final(wire: Wire, body: bytes) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, body, 400)
    assert failure(wire).retryable is False


def test_silence_that_is_forbidden_is_given_up_for_this_site(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, {"errorMessages": ["no admin"]}, 403)
    wire.answers("PUT", PUT, None, 204)
    tracker = wire.open(CLOUD)
    assert tracker.write(ticket(), WANTED) != ()
    assert tracker.write(ticket(), WANTED) != ()
    assert [wire.query(one) for one in wire.sent("PUT")] == [{"notifyUsers": "false"}, {}, {}]
    assert wire.methods[-3:] == ["PUT", "PUT", "PUT"]


def test_write_that_is_forbidden_either_way_is_final_and_silence_is_tried_again(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, {"errorMessages": ["no"]}, 403)
    tracker = wire.open(CLOUD)
    for _ in range(2):
        with pytest.raises(TrackerError) as raised:
            tracker.write(ticket(), WANTED)
        assert (raised.value.reason, raised.value.retryable) == ("forbidden", False)
    assert [wire.query(one) for one in wire.sent("PUT")] == [{"notifyUsers": "false"}, {}] * 2


@pytest.mark.parametrize(
    ("status", "headers", "reason", "retryable", "scope", "wait"),
    [
        (404, {}, "not_found", False, Scope.TICKET, None),
        (409, {}, "conflict", True, Scope.TICKET, None),
        (422, {}, "refused", False, Scope.TICKET, None),
        (401, {}, "unauthorized", True, Scope.SITE, None),
        (
            429,
            {"Retry-After": "3", "RateLimit-Reason": "jira-per-issue-on-write"},
            "rate_limited",
            True,
            Scope.TICKET,
            3,
        ),
        (429, {"Retry-After": "3", "RateLimit-Reason": "jira-burst-based"}, "rate_limited", True, Scope.SITE, 3),
        (302, {"Location": "https://evil.example/"}, "redirected", True, Scope.SITE, None),
    ],
)
def test_failed_write_is_sorted(
    wire: Wire,
    status: int,
    headers: dict[str, str],
    reason: str,
    retryable: bool,
    scope: Scope,
    wait: int | None,
) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("PUT", PUT, None, status, **headers)
    error = failure(wire)
    assert (error.reason, error.retryable, error.scope, error.gone) == (reason, retryable, scope, False)
    assert error.retry_after == (wait and timedelta(seconds=wait))
    assert len(wire.sent("PUT")) == 1


def test_data_center_is_written_in_the_same_way(wire: Wire) -> None:
    wire.jira(DC_URL)
    wire.answers("PUT", f"{DC_URL}/rest/api/2/issue/10001", None, 204)
    site: Any = DATACENTER
    assert len(wire.open(site).write(ticket(), WANTED)) == 4
    assert wire.body(wire.sent("PUT")[0]) == {"fields": ALL_FIELDS}
