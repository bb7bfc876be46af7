"""The service desk's list of a request's comments: it tells public from internal on both flavours."""

from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira import changes, instants
from connector.sandbox.jira.issues import Comment, Issue
from connector.sandbox.jira.people import show_desk_user
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.views.asking import Table, find, flag, refuse
from connector.sandbox.jira.views.comments import new_comment


def desk_list(site: JiraSite, call: Call) -> Answer:
    """Give a page of a request's comments as the service desk does, with `public` on both flavours."""
    issue = _request(site, call)
    start, limit = call.number("start", 0), call.number("limit", 50)
    kept = [one for one in issue.comments if flag(call, "internal" if one.internal else "public", default=True)]
    page = kept[start : start + limit]
    base = f"{site.url}/rest/servicedeskapi/request/{issue.id}/comment"
    last = start + limit >= len(kept)
    links = {"self": base, "base": site.url, "context": ""}
    links |= {} if last else {"next": f"{base}?start={start + limit}&limit={limit}"}
    answer = {"_expands": [], "size": len(page), "start": start, "limit": limit, "isLastPage": last, "_links": links}
    return Answer(body=answer | {"values": [_desk_comment(site, issue, one) for one in page]})


def _request(site: JiraSite, call: Call) -> Issue:
    issue = find(site, call)
    if issue.project.type != "service_desk":
        raise refuse(404, "The requested issue is not a request of a service project.")
    return issue


def _desk_comment(site: JiraSite, issue: Issue, comment: Comment) -> dict[str, Any]:
    at = instants.show(comment.created_at, site.site.timezone)
    created = {"iso8601": at[:19] + at[23:], "jira": at, "epochMillis": int(comment.created_at.timestamp() * 1000)}
    return {
        "_expands": ["attachment", "renderedBody"],
        "id": comment.id,
        "body": comment.text,
        "public": not comment.internal,
        "author": show_desk_user(site.site, comment.author),
        "created": created | {"friendly": f"{comment.created_at:%d/%b/%y %-I:%M %p}"},
        "_links": {"self": f"{site.url}/rest/servicedeskapi/request/{issue.id}/comment/{comment.id}"},
    }


def desk_add(site: JiraSite, call: Call) -> Answer:
    """Comment on a request, public or internal."""
    issue = _request(site, call)
    comment = new_comment(site, call, str(call.json.get("body", "")), internal=not call.json.get("public", True))
    site.happen(changes.add_comment(issue, comment))
    return Answer(201, _desk_comment(site, issue, comment))


DESK_TABLE: Table = (
    ("GET", "/rest/servicedeskapi/request/<issue>/comment", desk_list),
    ("POST", "/rest/servicedeskapi/request/<issue>/comment", desk_add),
)
