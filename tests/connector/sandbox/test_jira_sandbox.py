"""How the sandbox Jira behaves, asked over HTTP."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve

AT = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)
PAT = {"Authorization": "Bearer sandbox-pat"}


def issue_url(site: JiraSandbox, issue: str, version: str = "2") -> str:
    return f"{site.url}/rest/api/{version}/issue/{issue}"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({}, 401, id="nothing"),
        pytest.param({"Authorization": "Bearer sandbox-token"}, 401, id="a token as bearer"),
        pytest.param({"Authorization": "Basic !!"}, 401, id="no base64"),
        pytest.param({"Authorization": "Basic Ym90QGFjbWUuZXhhbXBsZTp3cm9uZw=="}, 401, id="a wrong token"),
        pytest.param({"Authorization": "Basic Ym90QGFjbWUuZXhhbXBsZTpzYW5kYm94LXRva2Vu"}, 200, id="user and token"),
    ],
)
def test_cloud_lets_in_user_and_token_alone(cloud: JiraSandbox, headers: dict[str, str], status: int) -> None:
    assert requests.get(f"{cloud.url}/rest/api/3/myself", headers=headers, timeout=5).status_code == status


def test_datacenter_lets_in_a_bearer_token_and_no_basic(datacenter: JiraSandbox, session: requests.Session) -> None:
    assert session.get(f"{datacenter.url}/rest/api/2/myself").status_code == 401
    myself = requests.get(f"{datacenter.url}/rest/api/2/myself", headers=PAT, timeout=5).json()
    assert myself["name"] == "bot"
    assert "accountId" not in myself
    assert requests.get(f"{datacenter.url}/rest/api/3/myself", headers=PAT, timeout=5).status_code == 404


def test_an_issue_is_found_by_id_by_key_and_by_its_key_before_a_move(
    cloud: JiraSandbox, session: requests.Session
) -> None:
    issue = cloud.create(project="SUP")
    assert cloud.move(issue, "DEV") == "DEV-1"
    for name in (issue, "SUP-1", "DEV-1"):
        found = session.get(issue_url(cloud, name)).json()
        assert (found["id"], found["key"]) == (issue, "DEV-1")
    items = session.get(issue_url(cloud, issue), params={"expand": "changelog"}).json()["changelog"]["histories"][0][
        "items"
    ]
    assert [(item["field"], item["fromString"], item["toString"]) for item in items] == [
        ("project", "Support", "Development"),
        ("Key", "SUP-1", "DEV-1"),
    ]
    cloud.delete(issue)
    gone = session.get(issue_url(cloud, issue))
    assert (gone.status_code, gone.json()["errors"]) == (404, {})
    assert gone.json()["errorMessages"] == ["Issue does not exist or you do not have permission to see it."]


UNKNOWN = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        pytest.param("customfield_9", "x", UNKNOWN.format("customfield_9"), id="an unknown field"),
        pytest.param("customfield_10105", 3, UNKNOWN.format("customfield_10105"), id="a field off the screen"),
        pytest.param("status", "Done", UNKNOWN.format("status"), id="a status, which needs a transition"),
        pytest.param(
            "customfield_10100", "2026-11-22T10:00:00+00:00", "Error parsing time", id="a colon in the offset"
        ),
        pytest.param("customfield_10100", "2026-11-22T10:00:00+0000", "Error parsing time", id="no milliseconds"),
        pytest.param("customfield_10100", 1, "Error parsing time", id="a number for a date-time"),
        pytest.param("customfield_10101", 1, "Operation value must be a string", id="a number for a text"),
        pytest.param("customfield_10102", "x" * 256, "too long", id="a text of 256 characters"),
        pytest.param("customfield_10104", "running", "Option 'running' is not valid", id="a text for an option"),
        pytest.param("customfield_10104", {"value": "late"}, "Option 'late' is not valid", id="an option not listed"),
        pytest.param("customfield_10103", "22.11.2026", "Error parsing date string", id="a date in another form"),
        pytest.param("priority", {"name": "Urgent"}, "The priority selected is invalid.", id="an unknown priority"),
    ],
)
def test_a_wrong_value_is_refused_by_name_and_nothing_is_written(
    cloud: JiraSandbox, session: requests.Session, field: str, value: Any, error: str
) -> None:
    issue = cloud.create()
    cloud.off_screen("customfield_10105", "SUP")
    fields = {field: value, "customfield_10074": "Europe/Paris"}
    refused = session.put(issue_url(cloud, issue), json={"fields": fields})
    assert refused.status_code == 400
    assert error in refused.json()["errors"][field]
    assert session.get(issue_url(cloud, issue)).json()["fields"]["customfield_10074"] is None
    assert cloud.log.writes() == ()


def test_values_are_read_back_in_the_sites_zone_and_the_write_is_noted(
    cloud: JiraSandbox, session: requests.Session
) -> None:
    issue = cloud.create()
    due = {"customfield_10100": "2026-07-22T10:00:00.000+0000"}
    more = {
        "customfield_10101": "running",
        "customfield_10104": {"value": "running"},
        "customfield_10103": "2026-07-22",
    }
    for _ in range(2):
        assert session.put(issue_url(cloud, issue), json={"fields": due | more}).status_code == 204
    held = session.get(issue_url(cloud, issue)).json()["fields"]
    assert held["customfield_10100"] == "2026-07-22T12:00:00.000+0200"
    assert held["customfield_10101"] == "running"
    assert held["customfield_10104"]["value"] == "running"
    assert held["customfield_10103"] == "2026-07-22"
    first, second = cloud.log.writes()
    assert (first.ticket, first.by, first.equal, second.equal) == (issue, "bot", False, True)
    assert {field.field for field in first.fields} == {*due, *more}
    history = session.get(issue_url(cloud, issue) + "/changelog").json()
    assert history["total"] == 1


def test_long_texts_are_documents_in_version_3_and_plain_in_2(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    comment = cloud.comment(issue, "one\ntwo")
    refused = session.post(issue_url(cloud, issue, "3") + "/comment", json={"body": "plain"})
    assert refused.status_code == 400
    plain = session.get(issue_url(cloud, issue) + f"/comment/{comment}").json()["body"]
    document = session.get(issue_url(cloud, issue, "3") + f"/comment/{comment}").json()["body"]
    assert plain == "one\ntwo"
    assert [part["content"][0]["text"] for part in document["content"]] == ["one", "two"]
    assert session.post(issue_url(cloud, issue, "3") + "/comment", json={"body": document}).status_code == 201


def test_cloud_gives_the_newest_hundred_entries_inside_and_pages_of_all(
    cloud: JiraSandbox, session: requests.Session
) -> None:
    issue = cloud.create()
    for number in range(105):
        cloud.change(issue, fields={"customfield_10074": str(number)}, at=AT + timedelta(minutes=number))
    inside = session.get(issue_url(cloud, issue), params={"expand": "changelog", "fields": "status"}).json()[
        "changelog"
    ]
    assert (inside["total"], len(inside["histories"])) == (105, 100)
    assert inside["histories"][0]["items"][0]["toString"] == "104"
    assert inside["histories"][0]["items"][0]["fieldId"] == "customfield_10074"
    url, seen = issue_url(cloud, issue) + "/changelog?maxResults=50", []
    while url:
        page = session.get(url).json()
        seen += [entry["items"][0]["toString"] for entry in page["values"]]
        url = page.get("nextPage", "")
    assert seen == [str(number) for number in range(105)]


def test_datacenter_gives_the_whole_history_oldest_first_and_names_fields_only(datacenter: JiraSandbox) -> None:
    issue = datacenter.create()
    for number in range(105):
        datacenter.change(issue, fields={"customfield_10074": str(number)}, at=AT + timedelta(minutes=number))
    url = issue_url(datacenter, issue)
    history = requests.get(url, params={"expand": "changelog"}, headers=PAT, timeout=5).json()["changelog"]
    assert len(history["histories"]) == history["total"] == 105
    item = history["histories"][0]["items"][0]
    assert (item["field"], item["toString"], "fieldId" in item) == ("Customer time zone", "0", False)
    assert requests.get(f"{url}/changelog", headers=PAT, timeout=5).status_code == 404


def test_history_built_out_of_order_stands_in_order(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create(at=AT, fields={"priority": "Low"})
    cloud.change(issue, fields={"priority": "Highest"}, at=AT + timedelta(hours=2), by="bob")
    cloud.change(issue, fields={"status": "Waiting for customer"}, at=AT + timedelta(hours=1), by="alice")
    page = session.get(issue_url(cloud, issue) + "/changelog").json()["values"]
    told = [(entry["created"], entry["author"]["displayName"], entry["items"][0]["to"]) for entry in page]
    assert told == [
        ("2026-07-01T11:00:00.000+0200", "Alice Agent", "11"),
        ("2026-07-01T12:00:00.000+0200", "Bob Agent", "1"),
    ]
    fields = session.get(issue_url(cloud, issue)).json()["fields"]
    assert (fields["created"], fields["updated"]) == ("2026-07-01T10:00:00.000+0200", "2026-07-01T12:00:00.000+0200")


def test_an_internal_comment_is_told_by_each_flavour_in_its_own_way(
    cloud: JiraSandbox, datacenter: JiraSandbox, session: requests.Session
) -> None:
    issue = cloud.create()
    cloud.comment(issue, public=False)
    comments = session.get(issue_url(cloud, issue)).json()["fields"]["comment"]["comments"]
    assert comments[0]["jsdPublic"] is False
    other = datacenter.create()
    internal, public = datacenter.comment(other, public=False), datacenter.comment(other)
    listed = requests.get(issue_url(datacenter, other) + "/comment?expand=properties", headers=PAT, timeout=5).json()
    assert ["jsdPublic" in one for one in listed["comments"]] == [False, False]
    assert [one["properties"] for one in listed["comments"]] == [
        [{"key": "sd.public.comment", "value": {"internal": True}}],
        [],
    ]
    for comment, status in ((internal, 200), (public, 404)):
        held = f"{datacenter.url}/rest/api/2/comment/{comment}/properties/sd.public.comment"
        assert requests.get(held, headers=PAT, timeout=5).status_code == status
    desk = f"{datacenter.url}/rest/servicedeskapi/request/SUP-1/comment"
    assert [one["public"] for one in requests.get(desk, headers=PAT, timeout=5).json()["values"]] == [False, True]


def test_the_service_desk_pages_comments_and_knows_no_software_project(
    cloud: JiraSandbox, session: requests.Session
) -> None:
    issue = cloud.create(project="SUP")
    for number in range(5):
        cloud.comment(issue, str(number), by="carol")
    url, seen = f"{cloud.url}/rest/servicedeskapi/request/{issue}/comment?limit=2", []
    while url:
        page = session.get(url).json()
        seen += [one["body"] for one in page["values"]]
        url = page["_links"].get("next", "")
    assert seen == ["0", "1", "2", "3", "4"]
    assert "accountType" not in page["values"][0]["author"]
    other = cloud.create(project="DEV")
    assert session.get(f"{cloud.url}/rest/servicedeskapi/request/{other}/comment").status_code == 404


def test_comments_inside_an_issue_may_be_cut(session: requests.Session) -> None:
    with serve(JiraSandbox("cloud", comment_page=2)) as site:
        issue = site.create()
        for number in range(3):
            site.comment(issue, str(number))
        inside = session.get(issue_url(site, issue)).json()["fields"]["comment"]
        assert (len(inside["comments"]), inside["total"]) == (2, 3)
        page = session.get(issue_url(site, issue) + "/comment", params={"startAt": 2, "maxResults": 2}).json()
        assert [one["body"] for one in page["comments"]] == ["2"]


def test_a_comment_is_edited_made_public_and_deleted(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create(at=AT)
    comment = cloud.comment(issue, public=False, at=AT + timedelta(minutes=1))
    cloud.edit_comment(issue, comment, public=True, at=AT + timedelta(minutes=9))
    url = issue_url(cloud, issue) + f"/comment/{comment}"
    held = session.get(url).json()
    assert held["jsdPublic"] is True
    assert (held["created"], held["updated"]) == ("2026-07-01T10:01:00.000+0200", "2026-07-01T10:09:00.000+0200")
    assert session.put(url, json={"body": "again"}).json()["body"] == "again"
    assert session.delete(url).status_code == 204
    assert session.get(url).status_code == 404


def test_silence_needs_the_right_to_it(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    cloud.set_rights("bot", ("browse", "edit"))
    body = {"fields": {"customfield_10101": "running"}}
    assert session.put(issue_url(cloud, issue) + "?notifyUsers=false", json=body).status_code == 403
    assert session.put(issue_url(cloud, issue), json=body).status_code == 204
    cloud.set_rights("bot", ("browse",))
    assert session.put(issue_url(cloud, issue), json=body).status_code == 403
    cloud.set_rights("bot", ())
    assert session.get(issue_url(cloud, issue)).status_code == 404


def test_a_done_status_resolves_and_another_reopens(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create(at=AT)
    cloud.change(issue, fields={"status": "Done"}, at=AT + timedelta(hours=1))
    done = session.get(issue_url(cloud, issue)).json()["fields"]
    assert done["status"]["statusCategory"]["key"] == "done"
    assert done["resolutiondate"] == done["statuscategorychangedate"] == "2026-07-01T11:00:00.000+0200"
    listed = session.get(issue_url(cloud, issue) + "/transitions").json()["transitions"]
    back = next(one["id"] for one in listed if one["to"]["name"] == "In Progress")
    moved = session.post(issue_url(cloud, issue) + "/transitions", json={"transition": {"id": back}})
    assert moved.status_code == 204
    assert session.get(issue_url(cloud, issue)).json()["fields"]["resolution"] is None
    wrong = session.post(issue_url(cloud, issue) + "/transitions", json={"transition": {"id": "9999"}})
    assert wrong.status_code == 400


def test_cloud_searches_by_token_within_bounds(cloud: JiraSandbox, session: requests.Session) -> None:
    issues = [cloud.create(at=AT + timedelta(minutes=number)) for number in range(5)]
    cloud.create(project="DEV", at=AT)
    url, seen, token = f"{cloud.url}/rest/api/3/search/jql", [], None
    jql = 'project in (SUP) AND updated >= "2026-07-01 08:01" ORDER BY updated ASC'
    while True:
        query = {"jql": jql, "maxResults": "2"} | ({"nextPageToken": token} if token else {})
        page = session.get(url, params=query).json()
        seen += page["issues"]
        if page["isLast"]:
            break
        token = page["nextPageToken"]
    assert seen == [{"id": issue} for issue in issues[1:]]
    assert session.get(url, params={"jql": "ORDER BY updated"}).status_code == 400
    assert session.get(url, params={"jql": "colour = red"}).status_code == 400
    assert session.post(url, json={"jql": "project = SUP", "startAt": 0}).status_code == 400
    gone = session.get(f"{cloud.url}/rest/api/3/search", params={"jql": "project = SUP"})
    assert gone.status_code == 410
    assert "/rest/api/3/search/jql" in gone.json()["errorMessages"][0]


def test_datacenter_searches_by_number(datacenter: JiraSandbox) -> None:
    issues = [datacenter.create(fields={"priority": "High"}) for _ in range(3)]
    url = f"{datacenter.url}/rest/api/2/search"
    query: dict[str, Any] = {
        "jql": "priority = High ORDER BY id ASC",
        "startAt": 1,
        "maxResults": 1,
        "fields": "updated",
    }
    page = requests.get(url, params=query, headers=PAT, timeout=5).json()
    assert (page["total"], page["startAt"]) == (3, 1)
    assert [(one["id"], list(one["fields"])) for one in page["issues"]] == [(issues[1], ["updated"])]


def test_a_new_field_is_known_and_on_no_screen(cloud: JiraSandbox, session: requests.Session) -> None:
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:readonlyfield"
    made = session.post(f"{cloud.url}/rest/api/3/field", json={"name": "State", "type": kind})
    assert made.status_code == 201
    field = made.json()["id"]
    assert field in [one["id"] for one in session.get(f"{cloud.url}/rest/api/3/field").json()]
    issue = cloud.create()
    assert field not in session.get(issue_url(cloud, issue) + "/editmeta").json()["fields"]
    cloud.on_screen(field, "SUP")
    assert session.put(issue_url(cloud, issue), json={"fields": {field: "met"}}).status_code == 204


def test_people_show_what_each_flavour_shows(cloud: JiraSandbox, datacenter: JiraSandbox) -> None:
    issue = cloud.create(by="carol")
    reporter = cloud.ticket(issue)["fields"]["reporter"]
    assert (reporter["accountType"], reporter["timeZone"]) == ("customer", "America/New_York")
    assert "emailAddress" not in reporter
    assert "name" not in reporter
    reporter = datacenter.ticket(datacenter.create(by="carol"))["fields"]["reporter"]
    assert (reporter["name"], reporter["emailAddress"]) == ("carol", "carol@customer.example")
    assert not {"accountId", "accountType"} & set(reporter)


def test_a_body_that_is_no_object_is_refused(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    for body in (b"{", b"[]", b"\xff"):
        assert session.put(issue_url(cloud, issue), data=body).status_code == 400


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        pytest.param(datetime(1, 1, 1, tzinfo=UTC), "0001-01-01T00:09:00.000+0009", id="the year 1"),
        pytest.param(datetime(9999, 12, 31, 23, 30, tzinfo=UTC), "9999-12-31T23:30:00.000+0000", id="the year 9999"),
    ],
)
def test_a_date_time_at_the_ends_of_time_is_shown(cloud: JiraSandbox, at: datetime, shown: str) -> None:
    issue = cloud.create(fields={"customfield_10090": at})
    assert cloud.ticket(issue)["fields"]["customfield_10090"] == shown


def test_fields_that_are_no_object_are_refused(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    for fields in ([1], "x"):
        assert session.put(issue_url(cloud, issue), json={"fields": fields}).status_code == 400


def test_another_account_writes_under_its_own_name(cloud: JiraSandbox) -> None:
    cloud.add_user("dana", token="dana-token")
    issue = cloud.create()
    login = "Basic " + base64.b64encode(b"dana@acme.example:dana-token").decode()
    url = issue_url(cloud, issue) + "/comment"
    made = requests.post(url, json={"body": "x"}, headers={"Authorization": login}, timeout=5).json()
    assert made["author"]["accountId"] == "712020:dana"


def test_the_sender_is_told_what_it_may_do(cloud: JiraSandbox, session: requests.Session) -> None:
    cloud.set_rights("bot", ("browse", "edit"))
    answer = session.get(
        f"{cloud.url}/rest/api/2/mypermissions", params={"permissions": "EDIT_ISSUES,ADMINISTER_PROJECTS"}
    ).json()
    held = {name: one["havePermission"] for name, one in answer["permissions"].items()}
    assert held == {"EDIT_ISSUES": True, "ADMINISTER_PROJECTS": False}


def test_the_service_desk_lists_its_request_types_and_organizations(
    cloud: JiraSandbox, session: requests.Session
) -> None:
    here = f"{cloud.url}/rest/servicedeskapi"
    (desk,) = session.get(f"{here}/servicedesk").json()["values"]
    assert desk["projectKey"] == "SUP"
    page = session.get(f"{here}/servicedesk/{desk['id']}/requesttype", params={"limit": 1}).json()
    assert ([one["name"] for one in page["values"]], page["isLastPage"]) == (["Get help"], False)
    assert [one["name"] for one in session.get(f"{here}/organization").json()["values"]] == ["Acme", "Globe"]


def test_answers_are_dated_by_the_sandboxes_own_time(session: requests.Session) -> None:
    with serve(JiraSandbox("cloud", now=lambda: datetime(2026, 11, 24, 12, 0, tzinfo=UTC))) as site:
        assert session.get(f"{site.url}/rest/api/2/myself").headers["Date"] == "Tue, 24 Nov 2026 12:00:00 GMT"
