"""How the sandbox Zendesk behaves, asked over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox

AT = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
CLIENT = {"grant_type": "client_credentials", "client_id": "dueby", "client_secret": "sandbox-secret"}


def ticket_url(site: ZendeskSandbox, ticket: str) -> str:
    return f"{site.url}/api/v2/tickets/{ticket}"


def put(site: ZendeskSandbox, session: requests.Session, ticket: str, **wanted: Any) -> requests.Response:
    return session.put(ticket_url(site, ticket), json={"ticket": wanted})


def field(number: int, value: Any) -> list[dict[str, Any]]:
    return [{"id": number, "value": value}]


def test_a_token_is_granted_to_the_right_client_and_ends(session: requests.Session) -> None:
    now = [AT]
    with serve(ZendeskSandbox(now=lambda: now[0], token_lifetime=timedelta(minutes=5))) as site:
        grant = requests.post(f"{site.url}/oauth/tokens", json=CLIENT, timeout=5).json()
        assert (grant["token_type"], grant["expires_in"]) == ("bearer", 300)
        bearer = {"Authorization": f"Bearer {grant['access_token']}"}
        me = f"{site.url}/api/v2/users/me"
        assert requests.get(me, headers=bearer, timeout=5).json()["user"]["email"] == "bot@acme.example"
        now[0] += timedelta(minutes=5)
        assert requests.get(me, headers=bearer, timeout=5).json()["error"] == "invalid_token"
        form = requests.post(f"{site.url}/oauth/tokens", data=CLIENT, timeout=5)
        assert form.status_code == 200
        wrong = requests.post(f"{site.url}/oauth/tokens", json=CLIENT | {"client_secret": "x"}, timeout=5)
        assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
        assert session.get(me).status_code == 200
        assert requests.get(me, auth=("bot@acme.example", "sandbox-token"), timeout=5).status_code == 401


@pytest.mark.parametrize(
    ("number", "value", "status", "held"),
    [
        pytest.param(360001, "2026-11-23T14:30:00+01:00", 200, "2026-11-23T14:30:00+01:00", id="regexp that fits"),
        pytest.param(360001, "tomorrow", 422, None, id="regexp that does not fit"),
        pytest.param(360002, "dueby_running", 200, "dueby_running", id="option of a drop-down"),
        pytest.param(360002, "running", 422, None, id="a tag that is no option"),
        pytest.param(360003, "Okta gold", 200, "Okta gold", id="text"),
        pytest.param(360003, {"a": 1}, 422, None, id="an object for a text"),
        pytest.param(360003, "", 200, None, id="an empty text"),
        pytest.param(360004, "2026-11-23", 200, "2026-11-23", id="date"),
        pytest.param(360004, "2026-11-31", 422, None, id="a day that does not exist"),
        pytest.param(360004, "2026-11-23T10:00:00Z", 422, None, id="an instant for a date"),
        pytest.param(360015, True, 200, True, id="checkbox"),
        pytest.param(360016, 12, 200, "12", id="whole number"),
        pytest.param(360016, "many", 422, None, id="a word for a number"),
        pytest.param(999, "x", 200, None, id="a field that does not exist is passed over"),
    ],
)
def test_custom_fields_take_what_their_type_allows(
    zendesk: ZendeskSandbox, session: requests.Session, number: int, value: Any, status: int, held: Any
) -> None:
    ticket = zendesk.create()
    answer = put(zendesk, session, ticket, custom_fields=field(number, value))
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["error"] == "RecordInvalid"
        assert answer.json()["details"]["base"][0]["ticket_field_id"] == number
    shown = session.get(ticket_url(zendesk, ticket)).json()["ticket"]
    assert shown["custom_fields"] == shown["fields"]
    assert {one["id"]: one["value"] for one in shown["fields"]}.get(number) == (held if held is not None else None)


def test_drop_downs_and_tags_follow_each_other(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create(fields={"tags": ["vip"], 360011: "Gold"})
    put(zendesk, session, ticket, custom_fields=[*field(360011, "plan_silver"), {"id": 360015, "value": True}])
    assert session.get(ticket_url(zendesk, ticket)).json()["ticket"]["tags"] == ["plan_silver", "reachable", "vip"]
    put(zendesk, session, ticket, tags=["plan_basic"])
    shown = session.get(ticket_url(zendesk, ticket)).json()["ticket"]
    values = {one["id"]: one["value"] for one in shown["custom_fields"]}
    assert (shown["tags"], values[360011], values[360015]) == (["plan_basic"], "plan_basic", False)


def test_an_update_answers_with_its_audit_and_keeps_the_rest(
    zendesk: ZendeskSandbox, session: requests.Session
) -> None:
    ticket = zendesk.create(fields={360003: "kept", "priority": "low"}, at=AT)
    wanted = {"custom_fields": field(360020, "C-1"), "priority": "high", "metadata": {"dueby": "1"}}
    answer = put(zendesk, session, ticket, **wanted).json()
    assert {one["id"]: one["value"] for one in answer["ticket"]["custom_fields"]}[360003] == "kept"
    told = {event["field_name"]: (event["previous_value"], event["value"]) for event in answer["audit"]["events"]}
    assert told == {"priority": ("low", "high"), "360020": (None, "C-1")}
    assert answer["audit"]["metadata"]["custom"] == {"dueby": "1"}
    again = put(zendesk, session, ticket, custom_fields=field(360020, "C-1")).json()
    assert again["audit"]["events"] == []
    assert [write.equal for write in zendesk.log.writes(ticket=ticket)] == [False, True]


def test_a_status_and_its_custom_status_agree(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create(at=AT)
    zendesk.change(ticket, fields={"custom_status": "Waiting for vendor"}, at=AT + timedelta(minutes=1))
    zendesk.change(ticket, fields={"status": "solved"}, at=AT + timedelta(minutes=2))
    audits = session.get(ticket_url(zendesk, ticket) + "/audits").json()["audits"]
    changes = [
        (audit["created_at"], event["field_name"], event["previous_value"], event["value"])
        for audit in audits
        for event in audit["events"]
        if event["type"] == "Change"
    ]
    assert changes == [
        ("2026-07-01T08:01:00Z", "custom_status_id", "6640210", "6640220"),
        ("2026-07-01T08:01:00Z", "status", "new", "hold"),
        ("2026-07-01T08:02:00Z", "status", "hold", "solved"),
        ("2026-07-01T08:02:00Z", "custom_status_id", "6640220", "6640214"),
    ]


def test_audits_and_comments_come_in_pages_by_cursor(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create(description="0", at=AT)
    for number in range(1, 5):
        zendesk.comment(ticket, str(number), by="alice", public=number != 2, at=AT + timedelta(minutes=number))
    for name in ("audits", "comments"):
        url, seen = f"{ticket_url(zendesk, ticket)}/{name}?page[size]=2&include=users", []
        while url:
            page = session.get(url).json()
            seen += page[name]
            assert {"users", "meta", "links"} <= set(page)
            url = page["links"]["next"] if page["meta"]["has_more"] else ""
        texts = [one.get("body") or one["events"][0]["body"] for one in seen]
        assert texts == ["0", "1", "2", "3", "4"]
    listed = session.get(f"{ticket_url(zendesk, ticket)}/comments.json?sort_order=desc").json()
    assert [one["public"] for one in listed["comments"]] == [True, True, False, True, True]
    assert session.get(f"{ticket_url(zendesk, ticket)}/audits?page[size]=101").status_code == 400


def test_a_comment_is_made_private_and_stays_so(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create()
    comment = zendesk.comment(ticket)
    assert session.put(f"{ticket_url(zendesk, ticket)}/comments/{comment}/make_private.json").status_code == 200
    listed = session.get(f"{ticket_url(zendesk, ticket)}/comments").json()["comments"]
    assert [one["public"] for one in listed] == [True, False]
    event = session.get(f"{ticket_url(zendesk, ticket)}/audits").json()["audits"][-1]["events"][0]
    assert (event["type"], str(event["comment_id"]), event["public"]) == ("CommentPrivacyChange", comment, False)
    with pytest.raises(ValueError, match="cannot make a private comment public"):
        zendesk.edit_comment(ticket, comment, public=True)


def test_a_closed_ticket_cannot_be_written_and_a_deleted_one_is_gone(
    zendesk: ZendeskSandbox, session: requests.Session
) -> None:
    source, target = zendesk.create(), zendesk.create()
    zendesk.merge(source, target)
    shown = session.get(ticket_url(zendesk, source)).json()["ticket"]
    assert (shown["status"], shown["tags"]) == ("closed", ["closed_by_merge"])
    refused = put(zendesk, session, source, custom_fields=field(360003, "x"))
    assert refused.status_code == 422
    assert refused.json()["details"]["status"][0]["description"] == "Status: closed prevents ticket update"
    zendesk.delete(target)
    assert session.get(ticket_url(zendesk, target)).json() == {"error": "RecordNotFound", "description": "Not found"}


def test_a_safe_update_is_refused_once_the_ticket_has_moved(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create(at=AT)
    seen = session.get(ticket_url(zendesk, ticket)).json()["ticket"]["updated_at"]
    zendesk.comment(ticket)
    safe = {"safe_update": True, "updated_stamp": seen, "custom_fields": field(360003, "x")}
    assert put(zendesk, session, ticket, **safe).status_code == 409
    fresh = session.get(ticket_url(zendesk, ticket)).json()["ticket"]["updated_at"]
    assert put(zendesk, session, ticket, **safe | {"updated_stamp": fresh}).status_code == 200


def test_a_requesters_comment_reopens_a_solved_ticket(zendesk: ZendeskSandbox) -> None:
    ticket = zendesk.create(fields={"status": "solved"})
    zendesk.comment(ticket, by="carol")
    assert zendesk.ticket(ticket)["status"] == "open"


def test_sideloads_tell_people_with_their_zones(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create(by="carol", fields={"assignee": "bob", "group": "Vendor desk"})
    body = session.get(ticket_url(zendesk, ticket), params={"include": "users,groups,organizations,brands"}).json()
    told = {user["name"]: (user["role"], user["iana_time_zone"]) for user in body["users"]}
    assert told == {"Bob Agent": ("agent", "Asia/Tokyo"), "Carol Customer": ("end-user", "America/New_York")}
    assert [one["name"] for one in (*body["groups"], *body["organizations"], *body["brands"])] == [
        "Vendor desk",
        "Acme",
        "Acme Help",
    ]


def test_the_export_leaves_out_the_last_minute_and_goes_on_by_cursor(session: requests.Session) -> None:
    with serve(ZendeskSandbox(now=lambda: AT)) as site:
        old = [site.create(at=AT - timedelta(minutes=minutes)) for minutes in (30, 20, 10)]
        site.create(at=AT - timedelta(seconds=30))
        site.delete(old[0], at=AT - timedelta(minutes=5))
        url = f"{site.url}/api/v2/incremental/tickets/cursor"
        start = int((AT - timedelta(hours=1)).timestamp())
        page = session.get(url, params={"start_time": start, "per_page": 2}).json()
        assert (len(page["tickets"]), page["end_of_stream"]) == (2, False)
        rest = session.get(url, params={"cursor": page["after_cursor"], "per_page": 2}).json()
        assert rest["end_of_stream"] is True
        told = [(str(one["id"]), one["status"]) for one in page["tickets"] + rest["tickets"]]
        assert told == [(old[1], "new"), (old[2], "new"), (old[0], "deleted")]
        assert session.get(url).status_code == 400
        assert session.get(url, params={"start_time": int(AT.timestamp())}).json()["error"] == "StartTimeTooRecent"


def test_wrong_attributes_are_refused(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    ticket = zendesk.create()
    for wanted in ({"priority": "HIGH"}, {"status": "done"}, {"group_id": 1}, {"assignee_id": 1}):
        answer = put(zendesk, session, ticket, **wanted)
        assert (answer.status_code, answer.json()["error"]) == (422, "RecordInvalid"), wanted
    assert session.post(f"{zendesk.url}/api/v2/tickets", json={"ticket": {"subject": "x"}}).status_code == 422


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"custom_fields": [{"value": 1}]}, id="a field without its id"),
        pytest.param({"custom_fields": "x"}, id="fields that are a text"),
        pytest.param({"tags": 5}, id="tags that are a number"),
        pytest.param({"comment": "x"}, id="a comment that is a text"),
    ],
)
def test_a_malformed_update_is_refused(
    zendesk: ZendeskSandbox, session: requests.Session, wanted: dict[str, Any]
) -> None:
    assert put(zendesk, session, zendesk.create(), **wanted).status_code == 400


def test_tickets_are_found_by_who_commented(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    first, second = zendesk.create(), zendesk.create()
    zendesk.comment(first, by="alice")
    zendesk.comment(second, by="bob")
    alice = zendesk.site.users["alice"].id
    found = session.get(f"{zendesk.url}/api/v2/search", params={"query": f"type:ticket commenter:{alice}"}).json()
    assert ([str(one["id"]) for one in found["results"]], found["count"]) == ([first], 1)


def test_a_form_shows_which_fields_it_holds(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    zendesk.off_form(360001, "Vendor case")
    forms = session.get(f"{zendesk.url}/api/v2/ticket_forms").json()["ticket_forms"]
    assert {form["name"]: 360001 in form["ticket_field_ids"] for form in forms} == {
        "Default form": True,
        "Vendor case": False,
    }
