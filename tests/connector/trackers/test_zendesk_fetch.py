"""A Zendesk ticket as the core sees it: the ticket, its audits, and its comments where it has any."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import TrackerError
from policies.model import Change, Comment, Person, Role, Status, StatusChange, Ticket, TicketRef
from tests.connector.trackers.answers import (
    DESK,
    DESK_FIELD_LIST,
    DESK_URL,
    DESK_USERS,
    Body,
    changed,
    commented,
    desk_audit,
    desk_field,
    desk_ticket,
    last_page,
    set_first,
)
from tests.connector.trackers.conftest import Wire

API = f"{DESK_URL}/api/v2"
CREATED = "2026-11-20T09:00:00Z"
OPEN, PENDING = Status(("open", "Open")), Status(("pending", "Pending"))
FIRST = desk_audit(1, CREATED, set_first("status", "open"), set_first("priority", "high"), commented(501))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 20, hour, minute, tzinfo=UTC)


def stamp(hour: int, minute: int = 0) -> str:
    return f"2026-11-20T{hour:02}:{minute:02}:00Z"


def fetched(wire: Wire, *audits: Body, comments: list[Body] | None = None, **ticket: Any) -> Ticket:
    wire.desk()
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket(**ticket))
    wire.answers("GET", f"{API}/tickets/5158/audits", last_page("audits", [FIRST, *audits]))
    wire.answers("GET", f"{API}/tickets/5158/comments", last_page("comments", comments or []) | {"users": DESK_USERS})
    return wire.open(DESK).fetch("5158")


def comment(comment_id: int, author: int, created_at: str, *, public: bool = True) -> Body:
    return {"id": comment_id, "author_id": author, "created_at": created_at, "public": public, "type": "Comment"}


def test_ticket_is_read_whole(wire: Wire) -> None:
    held = [
        {"id": 360001, "value": "2026-11-23T14:30:00+01:00"},
        {"id": 360002, "value": "dueby_running"},
        {"id": 360003, "value": ""},
        {"id": 360010, "value": "plan_gold"},
    ]
    ticket = fetched(wire, custom_fields=held)
    assert ticket == Ticket(
        ref=TicketRef("help", "5158"),
        key="5158",
        title="Cannot log in",
        url="https://help.acme.example/agent/tickets/5158",
        created_at=at(9),
        updated_at=at(10),
        status=OPEN,
        priority=("high", "High"),
        reporter=Person("1", "Carol", "carol@customer.example", Role.CUSTOMER, "Asia/Tokyo"),
        traits={
            "brand": (("Acme Help", "72"),),
            "group": (("Support", "71"),),
            "form": (("Incident", "73"),),
            "organization": (("Acme", "70"),),
            "tags": (("vip",), ("mobile",)),
        },
        fields={"360010": (("Gold", "Plans::Gold", "plan_gold"),)},
        held={"due_at": "2026-11-23T14:30:00+01:00", "due_on": None, "state": "dueby_running", "summary": None},
    )


def test_who_holds_the_ticket_is_read_from_what_comes_along(wire: Wire) -> None:
    ticket = fetched(wire, assignee_id=2)
    assert ticket.assignee == Person("2", "Alice", "alice@acme.example", Role.AGENT)
    assert wire.sent("GET", "/users/2") == []


def test_ticket_that_nobody_holds_has_no_assignee(wire: Wire) -> None:
    assert fetched(wire, assignee_id=None).assignee is None


def test_ticket_without_comments_takes_two_requests(wire: Wire) -> None:
    wire.desk()
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket())
    wire.answers("GET", f"{API}/tickets/5158/audits", last_page("audits", [FIRST]))
    tracker = wire.open(DESK)
    tracker.fetch("5158")
    before = len(wire.sent())
    tracker.fetch("#5158")
    assert [wire.path(one) for one in wire.sent()[before:]] == ["/api/v2/tickets/5158", "/api/v2/tickets/5158/audits"]


def test_what_belongs_to_the_ticket_comes_along(wire: Wire) -> None:
    fetched(wire)
    request = wire.sent("GET", "/tickets/5158")[0]
    assert wire.query(request) == {"include": "users,groups,organizations,ticket_forms"}
    assert request.headers["Authorization"] == "Basic Ym90QGFjbWUuZXhhbXBsZS90b2tlbjpkZXNrLXNlY3JldA=="


def test_status_and_priority_have_a_history(wire: Wire) -> None:
    ticket = fetched(
        wire,
        desk_audit(2, stamp(10), changed("status", "open", "pending"), changed("priority", "high", "urgent")),
        desk_audit(3, stamp(11), changed("status", "pending", "solved")),
        status="solved",
    )
    assert ticket.status_changes == (
        StatusChange(at(10), OPEN, PENDING),
        StatusChange(at(11), PENDING, Status(("solved", "Solved"), ended=True)),
    )
    assert ticket.changes == (Change(at(10), "priority", (("high", "High"),), (("urgent", "Urgent"),)),)


def test_first_audit_sets_first_values_also_by_its_triggers(wire: Wire) -> None:
    wire.desk()
    first = desk_audit(
        1,
        CREATED,
        set_first("status", "new"),
        set_first("priority", None),
        changed("priority", None, "high"),
        commented(501),
    )
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket())
    wire.answers("GET", f"{API}/tickets/5158/audits", last_page("audits", [first]))
    ticket = wire.open(DESK).fetch("5158")
    assert (ticket.status_changes, ticket.changes) == ((), ())


def test_changes_within_one_save_are_one(wire: Wire) -> None:
    there_and_back = desk_audit(
        2, stamp(10), changed("status", "open", "pending"), changed("status", "pending", "open")
    )
    twice = desk_audit(3, stamp(11), changed("priority", "high", "low"), changed("priority", "low", "urgent"))
    ticket = fetched(wire, there_and_back, twice)
    assert ticket.status_changes == ()
    assert ticket.changes == (Change(at(11), "priority", (("high", "High"),), (("urgent", "Urgent"),)),)


def test_audits_come_in_any_order(wire: Wire) -> None:
    later, earlier = (
        desk_audit(3, stamp(11), changed("status", "pending", "open")),
        desk_audit(2, stamp(10), changed("status", "open", "pending")),
    )
    assert [one.at for one in fetched(wire, later, earlier).status_changes] == [at(10), at(11)]


def test_value_before_is_known_from_creation_where_an_event_lacks_it(wire: Wire) -> None:
    event = {"type": "Change", "field_name": "status", "value": "pending"}
    assert fetched(wire, desk_audit(2, stamp(10), event)).status_changes == (StatusChange(at(10), OPEN, PENDING),)


@pytest.mark.parametrize(
    ("field", "before", "after", "expected"),
    [
        ("360010", None, "plan_gold", ((), (("Gold", "Plans::Gold", "plan_gold"),))),
        ("360011", "0", "1", ((("false",),), (("true",),))),
        ("360012", ["net"], ["net", "sql"], (((".NET", "net"),), ((".NET", "net"), ("SQL", "sql")))),
        ("360013", "3", "", ((("3",),), ())),
        ("360999", None, "x", ((), (("x",),))),
    ],
)
def test_custom_field_has_a_history(wire: Wire, field: str, before: Any, after: Any, expected: Any) -> None:
    ticket = fetched(wire, desk_audit(2, stamp(10), changed(field, before, after)))
    assert ticket.changes == (Change(at(10), field, *expected),)


@pytest.mark.parametrize(
    "event",
    [
        changed("360001", None, "2026-11-23T14:30:00+01:00"),
        changed("tags", ["a"], ["b"]),
        changed("assignee_id", "1", "2"),
        changed("priority", "high", "high"),
        {"type": "Notification", "body": "text"},
        {"type": "SomethingNew", "field_name": "status", "value": {"x": 1}},
        {},
    ],
    ids=["our own field", "tags", "the assignee", "the same value", "a notification", "an unknown event", "nothing"],
)
def test_event_that_is_no_history(wire: Wire, event: Body) -> None:
    ticket = fetched(wire, desk_audit(2, stamp(10), event))
    assert (ticket.changes, ticket.status_changes) == ((), ())


CUSTOM = {
    "custom_statuses": [
        {"id": 81, "agent_label": "Open", "status_category": "open"},
        {"id": 82, "agent_label": "Waiting for vendor", "status_category": "open"},
        {"id": 83, "agent_label": "Done", "status_category": "solved"},
    ]
}


def test_custom_status_is_spelled_by_its_label(wire: Wire) -> None:
    wire.answers("GET", f"{API}/custom_statuses", CUSTOM)
    ticket = fetched(
        wire,
        desk_audit(2, stamp(10), changed("custom_status_id", "81", "82")),
        desk_audit(3, stamp(11), changed("custom_status_id", "82", "83"), changed("status", "open", "solved")),
        status="solved",
        custom_status_id=83,
    )
    plain, waiting = Status(("Open", "open", "81")), Status(("Waiting for vendor", "open", "Open", "82"))
    done = Status(("Done", "solved", "Solved", "83"), ended=True)
    assert ticket.status == done
    assert ticket.status_changes == (StatusChange(at(10), plain, waiting), StatusChange(at(11), waiting, done))


def test_closed_ticket_is_not_called_by_the_status_it_was_solved_with(wire: Wire) -> None:
    wire.answers("GET", f"{API}/custom_statuses", CUSTOM)
    ticket = fetched(wire, status="closed", custom_status_id=83)
    assert ticket.status == Status(("closed", "Closed"), ended=True)


@pytest.mark.parametrize("status", [403, 404])
def test_account_without_custom_statuses_or_the_right_to_list_brands(wire: Wire, status: int) -> None:
    wire.answers("GET", f"{API}/custom_statuses", None, status)
    wire.answers("GET", f"{API}/brands", None, status)
    ticket = fetched(wire, custom_status_id=83)
    assert ticket.status == OPEN
    assert ticket.traits["brand"] == (("72",),)


@pytest.mark.parametrize(
    ("status", "ended", "writable"),
    [
        ("new", False, True),
        ("open", False, True),
        ("pending", False, True),
        ("hold", False, True),
        ("solved", True, True),
        ("closed", True, False),
    ],
)
def test_what_a_status_means(wire: Wire, status: str, ended: bool, writable: bool) -> None:
    ticket = fetched(wire, status=status)
    assert (ticket.status.ended, ticket.writable, ticket.merged) == (ended, writable, False)


MERGE = {"channel": "web", "source": {"from": {}, "to": {}, "rel": "merge"}}


@pytest.mark.parametrize(
    ("ticket", "audits", "merged"),
    [
        pytest.param({"status": "closed", "tags": ["closed_by_merge"]}, [], True, id="closed with the tag"),
        pytest.param({"tags": ["closed_by_merge"]}, [], False, id="open with the tag"),
        pytest.param(
            {"status": "closed"},
            [desk_audit(2, stamp(10), changed("status", "open", "closed"), via=MERGE)],
            True,
            id="closed by",
        ),
        pytest.param(
            {"status": "closed"},
            [
                desk_audit(2, stamp(10), commented(9), via=MERGE),
                desk_audit(3, stamp(11), changed("status", "open", "closed")),
            ],
            False,
            id="another was merged into it before it closed",
        ),
    ],
)
def test_when_a_ticket_was_merged(wire: Wire, ticket: Body, audits: list[Body], merged: bool) -> None:
    assert fetched(wire, *audits, **ticket).merged is merged


def test_description_is_no_comment_and_the_rest_tell_who_wrote(wire: Wire) -> None:
    written = [
        comment(504, 9, stamp(12)),
        comment(501, 2, CREATED),
        comment(502, 1, stamp(10)),
        comment(503, 2, stamp(11), public=False),
        comment(505, 77, stamp(13)),
        comment(506, -1, stamp(14)),
    ]
    wire.answers("GET", f"{API}/users/77", None, 404)
    ticket = fetched(wire, desk_audit(2, stamp(10), commented(502)), comments=written)
    carol = Person("1", "Carol", "carol@customer.example", Role.CUSTOMER, "Asia/Tokyo")
    alice = Person("2", "Alice", "alice@acme.example", Role.AGENT)
    assert ticket.comments == (
        Comment("502", at(10), at(10), carol, public=True),
        Comment("503", at(11), at(11), alice, public=False),
        Comment("504", at(12), at(12), Person("9", "dueby", "bot@acme.example", Role.DUEBY), public=True),
        Comment("505", at(13), at(13), Person("77", role=Role.CUSTOMER), public=True),
        Comment("506", at(14), at(14), Person("-1", role=Role.APP), public=True),
    )


def test_author_who_did_not_come_along_is_asked_for_once(wire: Wire) -> None:
    written = [comment(501, 2, CREATED), comment(502, 77, stamp(10)), comment(503, 77, stamp(11))]
    wire.answers("GET", f"{API}/users/77", {"user": {"id": 77, "name": "Bob", "role": "agent"}})
    ticket = fetched(wire, desk_audit(2, stamp(10), commented(502)), comments=written)
    assert [one.author for one in ticket.comments] == [Person("77", "Bob", role=Role.AGENT)] * 2
    assert len(wire.sent("GET", "/users/77")) == 1


@pytest.mark.parametrize(
    ("status", "audits"),
    [
        pytest.param(200, [desk_audit(1, CREATED, set_first("status", "open"))], id="audits that tell of no comment"),
        pytest.param(404, None, id="no audits"),
        pytest.param(403, None, id="audits kept from the account"),
    ],
)
def test_comments_are_read_though_no_audit_tells_of_them(wire: Wire, status: int, audits: list[Body] | None) -> None:
    written = [comment(501, 1, CREATED), comment(502, 2, stamp(10))]
    wire.desk()
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket())
    wire.answers("GET", f"{API}/tickets/5158/audits", audits and last_page("audits", audits), status)
    wire.answers("GET", f"{API}/tickets/5158/comments", last_page("comments", written) | {"users": DESK_USERS})
    assert [one.id for one in wire.open(DESK).fetch("5158").comments] == ["502"]


def test_comment_made_private_was_touched_then(wire: Wire) -> None:
    written = [comment(501, 2, CREATED), comment(502, 2, stamp(10), public=False)]
    private = {"type": "CommentPrivacyChange", "comment_id": 502, "public": False}
    audits = [desk_audit(2, stamp(10), commented(502)), desk_audit(3, stamp(12), private)]
    (found,) = fetched(wire, *audits, comments=written).comments
    assert (found.public, found.created_at, found.updated_at) == (False, at(10), at(12))


def test_comment_by_telephone_counts_as_one(wire: Wire) -> None:
    voice = desk_audit(2, stamp(10), {"id": 502, "type": "VoiceComment", "public": True})
    assert len(fetched(wire, voice, comments=[comment(501, 2, CREATED), comment(502, 2, stamp(10))]).comments) == 1


@pytest.mark.parametrize("author", [None, ""])
def test_comment_without_an_author_stands(wire: Wire, author: Any) -> None:
    written = [comment(501, 2, CREATED), comment(502, 2, stamp(10)) | {"author_id": author}]
    assert fetched(wire, desk_audit(2, stamp(10), commented(502)), comments=written).comments[0].author is None


def test_long_lists_are_read_to_their_end(wire: Wire) -> None:
    def page(key: str, items: list[Body], after: str) -> Body:
        return {
            key: items,
            "meta": {"has_more": True, "after_cursor": after},
            "links": {"next": "https://evil.example"},
        }

    audits = [desk_audit(n, stamp(10, n), changed("priority", None, str(n)), commented(n)) for n in range(2, 6)]
    wire.desk()
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket())
    wire.answers("GET", f"{API}/tickets/5158/audits", page("audits", [FIRST, *audits[:1]], "a1"))
    wire.answers("GET", f"{API}/tickets/5158/audits", page("audits", audits[1:3], "a2"))
    wire.answers("GET", f"{API}/tickets/5158/audits", last_page("audits", audits[3:]))
    written = [comment(n, 2, stamp(10, n)) for n in range(5)]
    wire.answers("GET", f"{API}/tickets/5158/comments", page("comments", written[:3], "c1") | {"users": DESK_USERS})
    wire.answers("GET", f"{API}/tickets/5158/comments", last_page("comments", written[3:]))
    ticket = wire.open(DESK).fetch("5158")
    assert [change.at.minute for change in ticket.changes] == [2, 3, 4, 5]
    assert [one.id for one in ticket.comments] == ["1", "2", "3", "4"]
    assert [one.author.role for one in ticket.comments if one.author] == [Role.AGENT] * 4
    assert [wire.query(one) for one in wire.sent("GET", "/audits")] == [
        {"page[size]": "100"},
        {"page[size]": "100", "page[after]": "a1"},
        {"page[size]": "100", "page[after]": "a2"},
    ]
    assert wire.query(wire.sent("GET", "/comments")[1]) == {
        "page[size]": "100",
        "include": "users",
        "page[after]": "c1",
    }


@pytest.mark.parametrize(
    "page",
    [
        {"audits": [], "meta": {"has_more": True, "after_cursor": None}},
        {"audits": [], "meta": {"has_more": True, "after_cursor": "same"}},
        {"audits": [], "next_page": f"{API}/tickets/5158/audits?page=2", "count": 200},
    ],
    ids=["no cursor", "a cursor that stands still", "pages without cursors"],
)
def test_list_that_cannot_be_read_to_its_end_is_no_answer(wire: Wire, page: Body) -> None:
    wire.desk()
    wire.answers("GET", f"{API}/tickets/5158", desk_ticket())
    wire.answers("GET", f"{API}/tickets/5158/audits", page)
    with pytest.raises(TrackerError, match="cursor"):
        wire.open(DESK).fetch("5158")


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (360011, True, (("true",),)),
        (360011, False, (("false",),)),
        (360013, 12, (("12",),)),
        (360012, ["net", "sql"], ((".NET", "net"), ("SQL", "sql"))),
        (360012, [], ()),
        (360010, "gone_tag", (("gone_tag",),)),
        (360010, None, ()),
        (360555, {"odd": 1}, ()),
        (360555, "free text", (("free text",),)),
    ],
)
def test_custom_field_is_read(wire: Wire, field: int, raw: Any, value: Any) -> None:
    ticket = fetched(wire, custom_fields=[{"id": field, "value": raw}])
    assert ticket.fields.get(str(field), ()) == value


def test_all_fields_and_brands_are_listed_to_the_last_page(wire: Wire) -> None:
    more = {"has_more": True, "after_cursor": "n"}
    wire.answers("GET", f"{API}/ticket_fields", {"ticket_fields": DESK_FIELD_LIST, "meta": more})
    wire.answers(
        "GET", f"{API}/ticket_fields", last_page("ticket_fields", [desk_field(360555, "tagger", {"t": "Tee"})])
    )
    ticket = fetched(wire, custom_fields=[{"id": 360555, "value": "t"}])
    assert ticket.fields == {"360555": (("Tee", "t"),)}


def test_ticket_in_which_everything_has_another_shape_is_read(wire: Wire) -> None:
    odd: Body = {name: [3, {"x": [None]}] for name in desk_ticket()["ticket"]}
    needed = {"id": 5158, "status": "open", "created_at": CREATED}
    assert fetched(wire, {"id": [], "events": {}}, **(odd | needed)).key == "5158"


def test_recorded_ticket_is_read(wire: Wire, shared: Any) -> None:
    wire.desk()
    body = (shared / "payloads/zendesk-ticket-rest-sanitised.json").read_bytes()
    wire.answers("GET", f"{API}/custom_statuses", CUSTOM)
    wire.answers("GET", f"{API}/tickets/4021", body)
    wire.answers("GET", f"{API}/tickets/4021/audits", last_page("audits", []))
    wire.answers("GET", f"{API}/tickets/4021/comments", last_page("comments", []))
    for stranger in (419242808332, 411048030951):
        wire.answers("GET", f"{API}/users/{stranger}", None, 404)
    site = dataclasses.replace(DESK, fields={"summary": "360041123652"})
    ticket = wire.open(site).fetch("4021")
    assert (ticket.ref.id, ticket.status, ticket.priority) == ("4021", OPEN, ())
    assert ticket.created_at == datetime(2022, 10, 19, 16, 56, 2, tzinfo=UTC)
    assert ticket.held == {"summary": "<text>"}
    assert ticket.assignee == Person("411048030951", role=Role.CUSTOMER)
