"""A Jira ticket as the core sees it, whatever Jira answers, by as few requests as it takes."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import TrackerError
from connector.sites import Site
from policies.model import Change, Comment, Person, Role, Status, StatusChange, Ticket, TicketRef
from tests.connector.trackers.answers import (
    CLOUD,
    CLOUD_URL,
    DATACENTER,
    DC_URL,
    Body,
    cloud_user,
    jira_comment,
    jira_entry,
    jira_issue,
    jira_item,
)
from tests.connector.trackers.conftest import Wire

ISSUE = "/rest/api/2/issue/10001"
IN_PROGRESS, DONE = Status(("In Progress", "3")), Status(("Done", "5"), ended=True)


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0, micro: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, micro, tzinfo=UTC)


def fetched(wire: Wire, issue: Body, site: Site = CLOUD) -> Ticket:
    wire.jira(site.url)
    wire.answers("GET", f"{site.url}{ISSUE}", issue)
    return wire.open(site).fetch("10001")


def comments_page(*comments: Body, start: int = 0, total: int | None = None) -> Body:
    return {"comments": list(comments), "startAt": start, "maxResults": 100, "total": total or len(comments)}


def test_ticket_is_read_whole(wire: Wire) -> None:
    ticket = fetched(
        wire,
        jira_issue(
            {
                "customfield_10071": {"id": "20100", "value": "Live", "self": "x"},
                "customfield_10010": {"requestType": {"id": "25", "name": "Get help"}, "currentStatus": {}},
                "customfield_10002": [{"id": "1", "name": "Acme", "_links": {}}],
                "customfield_10100": "2026-11-23T14:30:00.000+0100",
                "customfield_10101": "running",
                "customfield_10999": None,
            }
        ),
    )
    assert ticket == Ticket(
        ref=TicketRef("acme", "10001"),
        key="OKTA-7",
        title="Login fails",
        url="https://acme.example/browse/OKTA-7",
        created_at=at(20, 9, 0, 0, 123000),
        updated_at=at(20, 10),
        status=IN_PROGRESS,
        priority=("High", "2"),
        reporter=Person("carol", "Carol", "carol@customer.example", Role.CUSTOMER, "America/New_York"),
        traits={
            "project": (("OKTA", "Okta desk", "10001"),),
            "issue_type": (("Service Request", "10005"),),
            "labels": (("production",),),
            "components": (("Login", "10301"),),
            "request_type": (("Get help", "25"),),
            "organization": (("Acme", "1"),),
        },
        fields=ticket.fields,
        held={"due_at": "2026-11-23T14:30:00.000+0100", "due_on": None, "state": "running", "summary": None},
    )
    assert ticket.fields["customfield_10071"] == (("Live", "20100"),)
    assert "customfield_10999" not in ticket.fields
    assert len(wire.sent("GET", ISSUE)) == 1


CLOUD_HOLDER = cloud_user("alice", timeZone="Europe/Paris")
DC_HOLDER = {"name": "alice", "key": "JIRAUSER-alice", "emailAddress": "alice@acme.example", "displayName": "Alice"}


@pytest.mark.parametrize(
    ("site", "shown", "assignee"),
    [
        pytest.param(
            CLOUD, CLOUD_HOLDER, Person("alice", "Alice", timezone="Europe/Paris"), id="on Cloud by account id"
        ),
        pytest.param(
            DATACENTER, DC_HOLDER, Person("alice", "Alice", "alice@acme.example"), id="on Data Center by user name"
        ),
        pytest.param(CLOUD, None, None, id="nobody"),
    ],
)
def test_who_holds_the_ticket_is_read(wire: Wire, site: Site, shown: Body | None, assignee: Person | None) -> None:
    software = {"key": "DEV", "projectTypeKey": "software"}
    assert fetched(wire, jira_issue({"assignee": shown, "project": software}), site).assignee == assignee


def test_second_fetch_is_one_request(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}", jira_issue())
    tracker = wire.open(CLOUD)
    tracker.fetch("10001")
    before = len(wire.sent())
    tracker.fetch("10001")
    assert len(wire.sent()) == before + 1


def test_history_and_all_fields_are_asked_for_with_credentials(wire: Wire) -> None:
    fetched(wire, jira_issue())
    request = wire.sent("GET", ISSUE)[0]
    assert wire.query(request) == {"fields": "*all", "expand": "changelog"}
    assert request.headers["Authorization"] == "Basic Ym90QGFjbWUuZXhhbXBsZTpjbG91ZC1zZWNyZXQ="
    assert wire.sent("GET", "/myself")[0].headers["Authorization"] == request.headers["Authorization"]


def test_data_center_takes_a_bearer_token(wire: Wire) -> None:
    fetched(wire, jira_issue({"project": {"key": "DEV", "projectTypeKey": "software"}}), DATACENTER)
    assert {request.headers["Authorization"] for request in wire.sent()} == {"Bearer dc-secret"}


def test_gateway_of_scoped_tokens_is_never_left(wire: Wire) -> None:
    gateway = "https://api.atlassian.com/ex/jira/11111111-aaaa"
    site = Site(name="acme", tracker="jira", url=gateway, auth=CLOUD.auth)
    wire.answers("GET", f"{gateway}/rest/api/2/myself", {"accountId": "dueby"})
    wire.answers("GET", f"{gateway}/rest/api/2/field", [{"id": "summary"}])
    wire.answers("GET", f"{gateway}{ISSUE}", jira_issue(histories=[jira_entry("1", "x")], total=3))
    wire.answers("GET", f"{gateway}{ISSUE}/changelog", {"values": [], "isLast": True})
    assert wire.open(site).fetch("10001").key == "OKTA-7"
    assert all(str(request.url).startswith(gateway) for request in wire.sent())


@pytest.mark.parametrize(
    ("asked", "sent"), [("OKTA-7", "/issue/OKTA-7"), ("a/../b?c#d", "/issue/a%2F..%2Fb%3Fc%23d")], ids=["key", "path"]
)
def test_ticket_is_asked_for_by_what_is_given_and_known_by_its_id(wire: Wire, asked: str, sent: str) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2{sent}", jira_issue())
    assert wire.open(CLOUD).fetch(asked).ref.id == "10001"


STATUS = jira_item("status", ("1", "To Do"), ("3", "In Progress"), fieldId="status")
PRIORITY = jira_item("priority", ("4", "Low"), ("2", "High"), fieldId="priority")


def test_history_runs_from_old_to_new_though_cloud_gives_it_newest_first(wire: Wire) -> None:
    newest_first = [
        jira_entry(
            "12",
            "2026-11-21T10:00:00.000+0000",
            jira_item("status", ("3", "In Progress"), ("5", "Done"), fieldId="status"),
        ),
        jira_entry("11", "2026-11-21T10:00:00.000+0000", STATUS, PRIORITY),
        jira_entry(
            "9",
            "2026-11-20T23:30:00.000-0500",
            jira_item("Points", (None, None), (None, "3"), fieldId="customfield_10105"),
        ),
    ]
    ticket = fetched(wire, jira_issue(histories=newest_first))
    assert ticket.status_changes == (
        StatusChange(at(21, 10), Status(("To Do", "1")), IN_PROGRESS),
        StatusChange(at(21, 10), IN_PROGRESS, DONE),
    )
    assert ticket.changes == (
        Change(at(21, 4, 30), "customfield_10105", (), (("3",),)),
        Change(at(21, 10), "priority", (("Low", "4"),), (("High", "2"),)),
    )


def test_changes_of_our_own_fields_are_no_history(wire: Wire) -> None:
    own = jira_item("Due at", (None, None), ("x", "y"), fieldtype="custom", fieldId="customfield_10100")
    assert fetched(wire, jira_issue(histories=[jira_entry("1", "2026-11-20T10:00:00.000+0000", own)])).changes == ()


def test_long_history_on_cloud_is_read_to_its_end(wire: Wire) -> None:
    entries = [jira_entry(str(n), f"2026-11-20T10:{n // 60:02}:{n % 60:02}.000+0000", PRIORITY) for n in range(1, 251)]
    wire.jira(CLOUD_URL)
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}", jira_issue(histories=entries[:149:-1], total=250))
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/changelog", {"values": entries[:100], "isLast": False, "total": 250})
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/changelog", {"values": entries[100:200], "isLast": False, "total": 250})
    ticket = wire.open(CLOUD).fetch("10001")
    assert len(ticket.changes) == 250
    assert [change.at for change in ticket.changes] == sorted(change.at for change in ticket.changes)
    assert [wire.query(one)["startAt"] for one in wire.sent("GET", "/changelog")] == ["0", "100"]


def test_history_page_that_is_empty_ends_the_reading(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    entry = jira_entry("1", "2026-11-20T10:00:00.000+0000", PRIORITY)
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}", jira_issue(histories=[entry], total=9))
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/changelog", {"values": [], "isLast": False, "total": 9})
    assert len(wire.open(CLOUD).fetch("10001").changes) == 1


@pytest.mark.parametrize("created", ["yesterday", None, 17, "2026-11-20T10:00:00", "0001-01-01T00:00:00.000+1400"])
def test_history_entry_without_a_time_is_left_out(wire: Wire, created: Any) -> None:
    entries = [jira_entry("1", created, PRIORITY), jira_entry("2", "2026-11-20T10:00:00.000+0000", PRIORITY)]
    assert len(fetched(wire, jira_issue(histories=entries)).changes) == 1


def test_historic_status_is_known_by_its_id_under_its_old_and_its_new_name(wire: Wire) -> None:
    old = jira_item("status", ("3", "Working on it"), ("5", "Finished"), fieldId="status")
    ticket = fetched(wire, jira_issue(histories=[jira_entry("1", "2026-11-20T10:00:00.000+0000", old)]))
    assert ticket.status_changes[0].before.spelled == ("Working on it", "In Progress", "3")
    assert ticket.status_changes[0].after == Status(("Finished", "Done", "5"), ended=True)


def test_status_that_is_unknown_is_asked_for_once_a_minute(wire: Wire) -> None:
    gone = jira_item("status", ("77", "Deleted"), ("3", "In Progress"), fieldId="status")
    wire.jira(CLOUD_URL)
    wire.answers(
        "GET", f"{CLOUD_URL}{ISSUE}", jira_issue(histories=[jira_entry("1", "2026-11-20T10:00:00.000+0000", gone)])
    )
    tracker = wire.open(CLOUD)
    assert tracker.fetch("10001").status_changes[0].before == Status(("Deleted", "77"))
    tracker.fetch("10001")
    assert len(wire.sent("GET", "/rest/api/2/status")) == 1


@pytest.mark.parametrize("refused", [403, 404])
def test_jira_that_lists_no_statuses_still_says_what_the_present_one_means(wire: Wire, refused: int) -> None:
    log = [
        jira_entry("1", "2026-11-20T10:00:00.000+0000", jira_item("status", ("1", "To Do"), ("3", "In Progress"))),
        jira_entry("2", "2026-11-20T11:00:00.000+0000", jira_item("status", ("3", "In Progress"), ("5", "Done"))),
        jira_entry("3", "2026-11-20T12:00:00.000+0000", jira_item("status", (None, "Done"), (None, "Done"))),
    ]
    done = {"id": "5", "name": "Done", "statusCategory": {"key": "done"}}
    wire.answers("GET", f"{CLOUD_URL}/rest/api/2/status", None, refused)
    changes = fetched(wire, jira_issue({"status": done}, log)).status_changes
    assert [change.after for change in changes] == [IN_PROGRESS, DONE, Status(("Done",), ended=True)]


DC_PLAIN = {"id": "10002", "key": "DEV", "name": "Dev", "projectTypeKey": "software"}


@pytest.mark.parametrize(
    ("item", "values", "fields"),
    [
        pytest.param(jira_item("priority", ("4", "Low"), ("2", "High")), {}, ["priority"], id="the priority"),
        pytest.param(
            jira_item("Environment", (None, None), ("1", "Live"), fieldtype="custom"),
            {},
            ["customfield_10071"],
            id="a field by its name",
        ),
        pytest.param(
            jira_item("Severity", (None, None), ("1", "1"), fieldtype="custom"),
            {"customfield_10073": "1"},
            ["customfield_10073"],
            id="of two fields with one name the one that is filled",
        ),
        pytest.param(
            jira_item("Severity", ("1", "1"), (None, None), fieldtype="custom"),
            {},
            ["customfield_10072", "customfield_10073"],
            id="of two empty fields with one name both",
        ),
        pytest.param(
            jira_item("Old name", (None, None), ("1", "1"), fieldtype="custom"), {}, [], id="a field renamed since"
        ),
        pytest.param(
            jira_item("Priority", (None, None), ("1", "1"), fieldtype="custom"),
            {},
            [],
            id="a custom name, a system field",
        ),
        pytest.param(
            jira_item("Due at", (None, None), ("1", "1"), fieldtype="custom"), {}, [], id="our own field by its name"
        ),
    ],
)
def test_data_center_names_fields_by_their_display_name(
    wire: Wire, item: Body, values: Body, fields: list[str]
) -> None:
    log = [jira_entry("1", "2026-11-20T10:00:00.000+0000", item)]
    ticket = fetched(wire, jira_issue({"project": DC_PLAIN, **values}, log), DATACENTER)
    assert [change.field for change in ticket.changes] == fields


def test_data_center_status_is_known_by_its_name(wire: Wire) -> None:
    log = [jira_entry("1", "2026-11-20T10:00:00.000+0000", jira_item("status", ("1", "To Do"), ("5", "Done")))]
    ticket = fetched(wire, jira_issue({"project": DC_PLAIN}, log), DATACENTER)
    assert ticket.status_changes == (StatusChange(at(20, 10), Status(("To Do", "1")), DONE),)


def test_data_center_custom_field_called_status_is_no_status(wire: Wire) -> None:
    log = [
        jira_entry("1", "2026-11-20T10:00:00.000+0000", jira_item("Status", ("1", "a"), ("5", "b"), fieldtype="custom"))
    ]
    assert fetched(wire, jira_issue({"project": DC_PLAIN}, log), DATACENTER).status_changes == ()


COMMENTED = "2026-11-20T12:00:00.000+0100"
DC_ALICE = {"name": "alice", "key": "JIRAUSER2", "displayName": "Alice", "emailAddress": "alice@acme.example"}


@pytest.mark.parametrize(
    ("author", "role"),
    [
        pytest.param(cloud_user("alice"), Role.AGENT, id="an Atlassian account is an agent"),
        pytest.param(cloud_user("carol", "customer"), Role.CUSTOMER, id="a portal account is a customer"),
        pytest.param(cloud_user("qm:1:2", ""), Role.CUSTOMER, id="a portal account without its type"),
        pytest.param(cloud_user("robot", "app"), Role.APP, id="an app"),
        pytest.param(cloud_user("dueby"), Role.DUEBY, id="our own account"),
    ],
)
def test_cloud_tells_who_wrote(wire: Wire, author: Body, role: Role) -> None:
    page = comments_page(jira_comment("1", author, COMMENTED, jsdPublic=True))
    (comment,) = fetched(wire, jira_issue({"comment": page})).comments
    assert comment.author is not None
    assert (comment.author.role, comment.public, comment.created_at) == (role, True, at(20, 11))


def test_comment_without_an_author_stands(wire: Wire) -> None:
    page = comments_page(jira_comment("1", None, COMMENTED), jira_comment("2", {}, COMMENTED))
    assert [one.author for one in fetched(wire, jira_issue({"comment": page})).comments] == [None, None]


def test_comment_without_a_time_is_left_out(wire: Wire) -> None:
    page = comments_page(jira_comment("1", None, "soon"), jira_comment("2", None, COMMENTED))
    assert [one.id for one in fetched(wire, jira_issue({"comment": page})).comments] == ["2"]


@pytest.mark.parametrize(
    ("more", "public"),
    [
        ({"jsdPublic": True}, True),
        ({"jsdPublic": False}, False),
        ({}, True),
        ({"jsdPublic": True, "visibility": {"type": "role", "value": "Team"}}, False),
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": True}}]}, False),
        ({"properties": [{"key": "sd.public.comment", "value": {"internal": False}}]}, True),
        ({"properties": [{"key": "other", "value": {"internal": True}}]}, True),
    ],
)
def test_what_makes_a_comment_internal(wire: Wire, more: Body, public: bool) -> None:
    page = comments_page(jira_comment("1", cloud_user("alice"), COMMENTED, **more))
    assert fetched(wire, jira_issue({"comment": page})).comments[0].public is public


def test_edited_comment_keeps_both_times(wire: Wire) -> None:
    raw = jira_comment("1", cloud_user("alice"), COMMENTED) | {"updated": "2026-11-20T13:00:00.000+0100"}
    expected = Comment("1", at(20, 11), at(20, 12), Person("alice", "Alice"), public=True)
    assert fetched(wire, jira_issue({"comment": comments_page(raw)})).comments == (expected,)


def test_comments_that_were_cut_are_read_page_by_page(wire: Wire) -> None:
    written = [
        jira_comment(str(n), cloud_user("alice"), f"2026-11-20T10:{n // 60:02}:{n % 60:02}.000Z") for n in range(150)
    ]
    wire.jira(CLOUD_URL)
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}", jira_issue({"comment": comments_page(*written[:20], total=150)}))
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/comment", comments_page(*written[:100], total=150))
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/comment", comments_page(*written[100:], start=100, total=150))
    assert [one.id for one in wire.open(CLOUD).fetch("10001").comments] == [str(n) for n in range(150)]
    assert [wire.query(one) for one in wire.sent("GET", "/comment")] == [
        {"startAt": "0", "maxResults": "100", "orderBy": "created"},
        {"startAt": "100", "maxResults": "100", "orderBy": "created"},
    ]


def test_comment_page_that_is_empty_ends_the_reading(wire: Wire) -> None:
    wire.jira(CLOUD_URL)
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}", jira_issue({"comment": comments_page(total=5)}))
    wire.answers("GET", f"{CLOUD_URL}{ISSUE}/comment", comments_page(total=5))
    assert wire.open(CLOUD).fetch("10001").comments == ()


def test_data_center_service_desk_tells_by_a_property_what_is_internal(wire: Wire) -> None:
    plain = [jira_comment("1", DC_ALICE, COMMENTED), jira_comment("2", {"name": "dueby"}, COMMENTED)]
    internal = [{"key": "sd.public.comment", "value": {"internal": True}}]
    wire.jira(DC_URL)
    wire.answers("GET", f"{DC_URL}{ISSUE}", jira_issue({"comment": comments_page(*plain)}))
    wire.answers("GET", f"{DC_URL}{ISSUE}/comment", comments_page(plain[0] | {"properties": internal}, plain[1]))
    first, second = wire.open(DATACENTER).fetch("10001").comments
    assert (first.public, second.public) == (False, True)
    assert first.author == Person("alice", "Alice", "alice@acme.example", Role.AGENT)
    assert second.author == Person("dueby", role=Role.DUEBY)
    assert wire.query(wire.sent("GET", "/comment")[0])["expand"] == "properties"


@pytest.mark.parametrize("refused", [403, 404])
def test_data_center_without_a_list_of_comments_is_read_from_the_issue(wire: Wire, refused: int) -> None:
    internal = jira_comment("2", DC_ALICE, COMMENTED) | {"jsdPublic": False}
    whole = comments_page(jira_comment("1", DC_ALICE, COMMENTED), internal)
    wire.answers("GET", f"{DC_URL}{ISSUE}/comment", None, refused)
    assert [one.public for one in fetched(wire, jira_issue({"comment": whole}), DATACENTER).comments] == [True, False]


def test_comments_that_were_cut_and_cannot_be_read_on_are_a_fault(wire: Wire) -> None:
    cut = comments_page(jira_comment("1", DC_ALICE, COMMENTED), total=2)
    wire.answers("GET", f"{DC_URL}{ISSUE}/comment", None, 404)
    with pytest.raises(TrackerError, match="404"):
        fetched(wire, jira_issue({"comment": cut}), DATACENTER)


@pytest.mark.parametrize(
    "fields",
    [
        {"project": DC_PLAIN, "comment": comments_page(jira_comment("1", DC_ALICE, COMMENTED))},
        {"comment": comments_page()},
    ],
    ids=["no service desk", "no comments"],
)
def test_data_center_is_asked_for_properties_only_where_they_can_matter(wire: Wire, fields: Body) -> None:
    fetched(wire, jira_issue(fields), DATACENTER)
    assert wire.sent("GET", "/comment") == []


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param("text", (("text",),), id="text"),
        pytest.param("  ", (), id="blanks"),
        pytest.param(12.0, (("12",),), id="a whole number"),
        pytest.param(1.5, (("1.5",),), id="a number"),
        pytest.param({"id": "1", "value": "Live"}, (("Live", "1"),), id="an option"),
        pytest.param([{"id": "1", "value": "a"}, {"id": "2", "value": "b"}], (("a", "1"), ("b", "2")), id="options"),
        pytest.param(["x", "y"], (("x",), ("y",)), id="labels"),
        pytest.param([], (), id="an empty list"),
        pytest.param(
            {"id": "1", "value": "Europe", "child": {"id": "2", "value": "France"}},
            (("Europe - France", "France", "2"), ("Europe", "1")),
            id="a choice in two steps",
        ),
        pytest.param(
            {"accountId": "a1", "displayName": "Alice", "emailAddress": "a@acme.example"},
            (("Alice", "a1", "a@acme.example"),),
            id="a user",
        ),
        pytest.param(
            {"name": "alice", "key": "J1", "displayName": "Alice"}, (("Alice", "alice", "J1"),), id="a DC user"
        ),
        pytest.param({"id": "10", "name": "1.2.3"}, (("1.2.3", "10"),), id="a version"),
        pytest.param({"strange": {"deep": []}}, (), id="something else"),
        pytest.param([[["deep"]]], (), id="lists in lists"),
        pytest.param("a\ud800b\x00c", (("a?bc",),), id="text that no database stores"),
    ],
)
def test_field_value_is_read(wire: Wire, raw: Any, value: Any) -> None:
    assert fetched(wire, jira_issue({"customfield_10200": raw})).fields.get("customfield_10200", ()) == value


@pytest.mark.parametrize(
    ("side", "value"),
    [
        ((None, None), ()),
        (("10021", "Medium"), (("Medium", "10021"),)),
        ((None, "word"), (("word",),)),
        (("[1, 2]", "dotnet,mssql"), (("dotnet", "1"), ("mssql", "2"))),
        (("[10218, 10244]", "Fulfilment, Supply"), (("Fulfilment", "10218"), ("Supply", "10244"))),
        (("[1]", "a, b"), (("a, b", "1"),)),
        (("[]", ""), ()),
    ],
)
def test_side_of_a_change_is_read(wire: Wire, side: tuple[str | None, str | None], value: Any) -> None:
    item = jira_item("X", (None, "before"), side, fieldtype="custom", fieldId="customfield_10200")
    ticket = fetched(wire, jira_issue(histories=[jira_entry("1", "2026-11-20T10:00:00.000+0000", item)]))
    assert ticket.changes[0].after == value


def test_issue_in_which_everything_is_null_is_read(wire: Wire) -> None:
    nothing = dict.fromkeys(jira_issue()["fields"])
    ticket = fetched(wire, jira_issue(nothing | {"created": "2026-11-20T10:00:00.000+0000"}))
    assert (ticket.priority, ticket.reporter, ticket.traits, ticket.status) == ((), None, {}, Status(()))


def test_issue_in_which_everything_has_another_shape_is_read(wire: Wire) -> None:
    odd: Body = {name: [3, {"x": [None]}] for name in jira_issue()["fields"]}
    issue = jira_issue(odd | {"created": "2026-11-20T10:00:00.000+0000"}) | {"changelog": [1]}
    assert fetched(wire, issue).key == "OKTA-7"


def test_done_status_is_an_end(wire: Wire) -> None:
    done = {"id": "5", "name": "Fermé", "statusCategory": {"key": "done", "name": "Terminé"}}
    assert fetched(wire, jira_issue({"status": done})).status == Status(("Fermé", "5"), ended=True)
