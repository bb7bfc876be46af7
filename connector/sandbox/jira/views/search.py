"""Search: Cloud's pages by token, Data Center's pages by number, and the endpoint that Cloud has removed."""

import base64
import binascii
from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira.issues import Issue
from connector.sandbox.jira.jql import Query, parse
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.views.asking import Table, account, refuse, version
from connector.sandbox.jira.views.issues import shown

GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)
UNBOUNDED = "Unbounded JQL queries are not allowed here. Please add a search restriction to your query."
UNREADABLE = "Invalid request payload. Refer to the REST API documentation and try again."
KNOWN = {"expand", "fields", "fieldsByKeys", "jql", "maxResults", "nextPageToken", "properties", "reconcileIssues"}
MOST = 5000


def _query(site: JiraSite, call: Call, jql: str) -> Query:
    try:
        return parse(jql, site.site, account(site, call).timezone, site.now())
    except (ValueError, KeyError) as wrong:
        raise refuse(400, str(wrong)) from None


def _indexed(site: JiraSite) -> list[Issue]:
    """Give what the search knows of by now."""
    newest = site.now() - site.search_lag
    return [issue for issue in site.site.issues.values() if not site.search_lag or issue.updated_at <= newest]


def by_token(site: JiraSite, call: Call) -> Answer:
    """Search by GET (Cloud)."""
    query = call.request.query
    names = ("jql", "maxResults", "nextPageToken")
    wanted: dict[str, Any] = {name: query[name] for name in names if name in query}
    wanted |= {"fields": call.names("fields"), "expand": query.get("expand", "")}
    return _cloud(site, call, wanted)


def by_token_post(site: JiraSite, call: Call) -> Answer:
    """Search by POST (Cloud); unknown keys and nulls are refused."""
    if set(call.json) - KNOWN or None in call.json.values():
        raise refuse(400, UNREADABLE)
    return _cloud(site, call, call.json)


def _cloud(site: JiraSite, call: Call, wanted: dict[str, Any]) -> Answer:
    query = _query(site, call, str(wanted.get("jql", "")))
    if not query.bounded:
        raise refuse(400, UNBOUNDED)
    start, most = _place(wanted.get("nextPageToken")), min(int(wanted.get("maxResults", 50)), MOST)
    found = query.run(_indexed(site))
    fields, expand = tuple(wanted.get("fields") or ("id",)), tuple(str(wanted.get("expand", "")).split(","))
    page = [_shown(site, issue, fields, expand, version(call)) for issue in found[start : start + most]]
    last = start + most >= len(found)
    return Answer(body={"issues": page, "isLast": last} | ({} if last else {"nextPageToken": _token(start + most)}))


def _shown(site: JiraSite, issue: Any, fields: tuple[str, ...], expand: tuple[str, ...], form: str) -> dict[str, Any]:
    if fields == ("id",):
        return {"id": issue.id}
    return shown(site, issue, fields, expand, form)


def _token(place: int) -> str:
    return base64.urlsafe_b64encode(f"page:{place}".encode()).decode()


def _place(token: str | None) -> int:
    if not token:
        return 0
    try:
        return int(base64.urlsafe_b64decode(token).decode().removeprefix("page:"))
    except (binascii.Error, ValueError):
        raise refuse(400, "The provided next page token is invalid or expired.") from None


def by_number(site: JiraSite, call: Call) -> Answer:
    """Search by GET or POST with startAt and total (Data Center)."""
    query = call.request.query
    wanted: dict[str, Any] = dict(call.json) if call.request.method == "POST" else dict(query.items())
    if call.request.method == "GET" and "fields" in query:
        wanted["fields"] = call.names("fields")
    found = _query(site, call, str(wanted.get("jql", ""))).run(_indexed(site))
    start, most = int(wanted.get("startAt", 0)), int(wanted.get("maxResults", 50))
    fields = tuple(wanted.get("fields") or ("*navigable",))
    asked = wanted.get("expand", "")
    expand = tuple(asked.split(",") if isinstance(asked, str) else asked)
    page = [shown(site, issue, fields, expand, "2") for issue in found[start : start + most]]
    body = {"expand": "schema,names", "startAt": start, "maxResults": most, "total": len(found), "issues": page}
    return Answer(body=body)


def gone(_: JiraSite, __: Call) -> Answer:
    """Say that the old search has been removed (Cloud)."""
    return Answer(410, {"errorMessages": [GONE], "errors": {}})


CLOUD_TABLE: Table = (
    ("GET", "/search/jql", by_token),
    ("POST", "/search/jql", by_token_post),
    ("GET", "/search", gone),
    ("POST", "/search", gone),
)
DATACENTER_TABLE: Table = (
    ("GET", "/search", by_number),
    ("POST", "/search", by_number),
)
