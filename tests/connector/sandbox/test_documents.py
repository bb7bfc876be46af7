"""Every answer of the sandboxes, and the requests that lead to it, held against the public OpenAPI documents."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from tests.openapi_check import check_answer, check_request

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Ask = Callable[..., int]


def asker(session: requests.Session, url: str, specs: Path) -> Ask:
    def ask(method: str, path: str, query: dict[str, str] | None = None, body: Any = None) -> int:
        check_request(specs, method, path, (query or {}).items(), body)
        answer = session.request(method, url + path, params=query, json=body, timeout=5)
        check_answer(specs, method, path, answer.status_code, answer.json() if answer.content else None)
        return answer.status_code

    return ask


@pytest.fixture
def specs(shared: Path) -> Path:
    return shared / "specs"


@pytest.fixture
def jira(specs: Path) -> Iterator[tuple[JiraSandbox, Ask]]:
    with serve(JiraSandbox("cloud", timezone="Europe/Paris")) as site, requests.Session() as session:
        session.auth = ("bot@acme.example", "sandbox-token")
        yield site, asker(session, site.url, specs)


@pytest.fixture
def zendesk(specs: Path) -> Iterator[tuple[ZendeskSandbox, Ask]]:
    with serve(ZendeskSandbox(now=lambda: NOW)) as site, requests.Session() as session:
        session.auth = ("bot@acme.example/token", "sandbox-token")
        yield site, asker(session, site.url, specs)


def test_jira_issues_answer_as_documented(jira: tuple[JiraSandbox, Ask]) -> None:
    site, ask = jira
    issue = site.create(fields={"customfield_10091": "Gold", "customfield_10010": "Get help", "labels": ["a"]})
    site.change(issue, fields={"priority": "High", "status": "Waiting for customer", "customfield_10002": ["Acme"]})
    here = f"/rest/api/3/issue/{issue}"
    assert ask("GET", here, {"expand": "changelog", "fields": "*all"}) == 200
    assert ask("GET", f"/rest/api/2/issue/{issue}", {"fields": "status,comment"}) == 200
    assert ask("GET", f"{here}/changelog", {"startAt": "0", "maxResults": "1"}) == 200
    assert ask("GET", f"{here}/editmeta") == 200
    due = {"fields": {"customfield_10100": "2026-11-22T10:00:00.000+0000"}}
    assert ask("PUT", here, {"notifyUsers": "false"}, due) == 204
    assert ask("PUT", here, None, {"fields": {"customfield_1": "x"}}) == 400
    assert ask("GET", f"{here}/transitions") == 200
    assert ask("POST", f"{here}/transitions", None, {"transition": {"id": "51"}}) == 204
    fields = {"project": {"key": "DEV"}, "summary": "New", "issuetype": {"name": "Bug"}}
    assert ask("POST", "/rest/api/3/issue", None, {"fields": fields}) == 201
    assert ask("POST", "/rest/api/3/issue", None, {"fields": {}}) == 400
    assert ask("DELETE", here) == 204
    assert ask("GET", here) == 404


def test_jira_comments_answer_as_documented(jira: tuple[JiraSandbox, Ask]) -> None:
    site, ask = jira
    issue = site.create()
    comment = site.comment(issue, public=False, role="Service Desk Team")
    here = f"/rest/api/3/issue/{issue}/comment"
    text = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "x"}]}]}
    assert ask("GET", here, {"startAt": "0", "maxResults": "50", "expand": "properties"}) == 200
    assert ask("POST", here, None, {"body": text}) == 201
    assert ask("PUT", f"{here}/{comment}", None, {"body": text}) == 200
    assert ask("GET", f"{here}/{comment}") == 200
    assert ask("GET", f"/rest/api/3/comment/{comment}/properties/sd.public.comment") == 200
    assert ask("DELETE", f"{here}/{comment}") == 204
    assert ask("GET", f"{here}/{comment}") == 404


def test_jira_catalogue_and_search_answer_as_documented(jira: tuple[JiraSandbox, Ask]) -> None:
    site, ask = jira
    site.create()
    site.create()
    for path in ("field", "myself", "status", "priority", "issuetype", "project", "serverInfo", "project/SUP"):
        assert ask("GET", f"/rest/api/3/{path}") == 200, path
    assert ask("GET", "/rest/api/3/project/search", {"startAt": "0"}) == 200
    rights = {"permissions": "EDIT_ISSUES,ADMINISTER", "projectKey": "SUP"}
    assert ask("GET", "/rest/api/3/mypermissions", rights) == 200
    assert ask("GET", "/rest/api/3/mypermissions", {"permissions": "EDIT_ISSUES", "projectKey": "NONE"}) == 404
    assert ask("GET", "/rest/api/3/mypermissions", {"permissions": "EDIT_ISSUE"}) == 400
    assert ask("GET", "/rest/api/3/user", {"accountId": "712020:alice"}) == 200
    kind = "com.atlassian.jira.plugin.system.customfieldtypes:datetime"
    searcher = "com.atlassian.jira.plugin.system.customfieldtypes:datetimerange"
    assert ask("POST", "/rest/api/3/field", None, {"name": "Due", "type": kind, "searcherKey": searcher}) == 201
    query = {"jql": "project = SUP AND updated >= -1h ORDER BY updated ASC", "maxResults": "1", "fields": "updated"}
    assert ask("GET", "/rest/api/3/search/jql", query) == 200
    assert ask("POST", "/rest/api/3/search/jql", None, {"jql": "project = SUP", "fields": ["*all"]}) == 200
    both = {"jql": "(project in (SUP) OR cf[10101] is not EMPTY) AND statusCategory != Done", "fields": "updated"}
    assert ask("GET", "/rest/api/3/search/jql", both) == 200
    assert ask("GET", "/rest/api/3/search/jql", {"jql": "project in (NONE)"}) == 400


def test_zendesk_tickets_answer_as_documented(zendesk: tuple[ZendeskSandbox, Ask]) -> None:
    site, ask = zendesk
    ticket = site.create(fields={"priority": "high", 360011: "Gold"}, at=NOW - timedelta(hours=2))
    site.comment(ticket, public=False, at=NOW - timedelta(hours=1))
    here = f"/api/v2/tickets/{ticket}"
    assert ask("GET", here, {"include": "users,groups,organizations"}) == 200
    assert ask("GET", f"{here}.json") == 200
    fields = [{"id": 360001, "value": "2026-11-22T10:00:00Z"}, {"id": 360002, "value": None}]
    assert ask("PUT", here, None, {"ticket": {"custom_fields": fields, "tags": ["a", "b"]}}) == 200
    assert ask("PUT", here, None, {"ticket": {"custom_fields": [{"id": 360001, "value": "x"}]}}) == 422
    assert ask("GET", f"{here}/audits", {"page[size]": "1"}) == 200
    assert ask("GET", f"{here}/audits.json") == 200
    assert ask("GET", f"{here}/comments", {"include": "users", "page[size]": "100"}) == 200
    comment = {"body": "It broke"}
    assert ask("POST", "/api/v2/tickets", None, {"ticket": {"subject": "New", "comment": comment}}) == 201
    assert ask("GET", "/api/v2/tickets") == 200
    since = str(int((NOW - timedelta(days=1)).timestamp()))
    assert ask("GET", "/api/v2/incremental/tickets/cursor", {"start_time": since, "include": "groups"}) == 200
    found = {"query": "status<solved", "filter[type]": "ticket", "page[size]": "1"}
    assert ask("GET", "/api/v2/search/export", found) == 200
    assert ask("GET", "/api/v2/search/export", {"query": "colour:red", "filter[type]": "ticket"}) == 422
    assert ask("DELETE", here) == 204
    assert ask("GET", here) == 404


def test_zendesk_catalogue_answers_as_documented(zendesk: tuple[ZendeskSandbox, Ask]) -> None:
    site, ask = zendesk
    for name in ("users", "ticket_fields", "brands", "groups", "ticket_forms", "organizations", "custom_statuses"):
        assert ask("GET", f"/api/v2/{name}") == 200, name
    person, brand = site.site.users["carol"].id, site.site.brands[0].id
    assert ask("GET", "/api/v2/users/me") == 200
    assert ask("GET", f"/api/v2/users/{person}") == 200
    assert ask("GET", "/api/v2/users/show_many", {"ids": str(person)}) == 200
    assert ask("GET", "/api/v2/ticket_fields/360001") == 200
    assert ask("GET", f"/api/v2/brands/{brand}") == 200
    assert ask("GET", f"/api/v2/organizations/{site.site.organizations[0].id}") == 200
    assert ask("POST", "/api/v2/ticket_fields", None, {"ticket_field": {"type": "regexp", "title": "Due"}}) == 201
    ticket = site.create(by="carol")
    site.comment(ticket, by="alice")
    assert ask("GET", "/api/v2/search", {"query": f"type:ticket commenter:{person}", "sort_by": "updated_at"}) == 200
    assert ask("GET", "/api/v2/search", {"query": "colour:red"}) == 422


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "fault"),
    [
        pytest.param("PUT", "/rest/api/2/issue/1", [], {"feilds": {}}, "feilds", id="a misspelt key for Jira"),
        pytest.param("PUT", "/rest/api/2/issue/1", [("notifyUser", "x")], {}, "notifyUser", id="an unknown argument"),
        pytest.param("GET", "/rest/api/3/isue/1", [], None, "no such operation", id="a path that is not there"),
        pytest.param("POST", "/rest/api/3/search/jql", [], {"startAt": 1}, "startAt", id="a key of the old search"),
        pytest.param("PUT", "/api/v2/tickets/1", [], {"tickt": {}}, "tickt", id="a misspelt key for Zendesk"),
        pytest.param("PUT", "/api/v2/tickets/1", [], {"ticket": {"tags": "a"}}, "tags", id="a value of a wrong type"),
        pytest.param(
            "GET", "/api/v2/users/1", [("page[size]", "1")], None, "page", id="paging where nothing is listed"
        ),
    ],
)
def test_a_wrong_request_is_named(
    specs: Path, method: str, path: str, query: list[tuple[str, str]], body: Any, fault: str
) -> None:
    with pytest.raises(AssertionError, match=fault):
        check_request(specs, method, path, query, body)
