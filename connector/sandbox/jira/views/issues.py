"""Issues: look, history, create, edit, delete."""

from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira import changes, loose
from connector.sandbox.jira.issues import Issue
from connector.sandbox.jira.kinds import kind_of
from connector.sandbox.jira.model import Project
from connector.sandbox.jira.people import find_user
from connector.sandbox.jira.reading import Context
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.shapes import (
    show_comments,
    show_entries,
    show_field,
    show_fields,
    show_issue,
)
from connector.sandbox.jira.views.asking import EMPTY, NO_EDIT, Table, account, find, flag, need, refuse, version

NEWEST = 100
"""How many entries of the history Cloud gives inside an issue."""

NOT_SET = "Field '{}' cannot be set. It is not on the appropriate screen, or unknown."
NO_SILENCE = "To discard the user notification either admin or project admin permissions are required."


def look(site: JiraSite, call: Call) -> Answer:
    """Give an issue with the fields asked for, and its history where asked for."""
    issue = find(site, call)
    return Answer(body=shown(site, issue, call.names("fields") or ("*all",), call.names("expand"), version(call)))


def shown(site: JiraSite, issue: Issue, wanted: tuple[str, ...], expand: tuple[str, ...], form: str) -> dict[str, Any]:
    """Give an issue's JSON with chosen fields; `-name` leaves one out."""
    fields = show_fields(site.site, issue, form)
    everything = "*all" in wanted or "*navigable" in wanted or all(name.startswith("-") for name in wanted)
    if "comment" in wanted or ("*all" in wanted and "-comment" not in wanted):
        fields["comment"] = show_comments(site.site, issue, form, site.comment_page, properties="properties" in expand)
    kept = {name for name in fields if (everything or name in wanted) and f"-{name}" not in wanted}
    answer = {"expand": "renderedFields,names,schema,operations,editmeta,changelog"}
    answer |= show_issue(site.site, issue, {name: value for name, value in fields.items() if name in kept})
    return answer | ({"changelog": _history(site, issue)} if "changelog" in expand else {})


def _history(site: JiraSite, issue: Issue) -> dict[str, Any]:
    entries = issue.history[::-1][:NEWEST] if site.site.cloud else issue.history
    size = {"startAt": 0, "maxResults": len(entries), "total": len(issue.history)}
    return size | {"histories": show_entries(site.site, entries)}


def history(site: JiraSite, call: Call) -> Answer:
    """Give a page of an issue's history, the oldest first (Cloud)."""
    issue = find(site, call)
    start, most = call.number("startAt", 0), min(call.number("maxResults", NEWEST), NEWEST)
    page = issue.history[start : start + most]
    last = start + most >= len(issue.history)
    here = f"{site.url}{call.request.path}"
    answer = {"self": f"{here}?startAt={start}&maxResults={most}", "maxResults": most, "startAt": start}
    answer |= {"total": len(issue.history), "isLast": last, "values": show_entries(site.site, page)}
    return Answer(body=answer | ({} if last else {"nextPage": f"{here}?startAt={start + most}&maxResults={most}"}))


def read_fields(site: JiraSite, project: Project, wanted: dict[str, Any], form: str) -> dict[str, Any]:
    """Read the fields of a request; refuse it with one sentence for each field that is wrong."""
    values, errors = {}, {}
    for name, raw in wanted.items():
        field = site.site.fields.get(name)
        if field is None or name in project.off_screen:
            errors[name] = NOT_SET.format(name)
            continue
        try:
            context = Context(site=site.site, field=field, version=form, project=project)
            values[name] = None if raw is None else kind_of(field).read(raw, context)
        except ValueError as wrong:
            errors[name] = str(wrong)
    if wanted.get("summary", "") is None:
        errors["summary"] = "You must specify a summary of the issue."
    if errors:
        raise refuse(400, errors=errors)
    return values


def _object(call: Call, name: str) -> dict[str, Any]:
    given = call.json.get(name) or {}
    if not isinstance(given, dict):
        raise refuse(400, f"'{name}' must be an object")
    return dict(given)


def edit(site: JiraSite, call: Call) -> Answer:
    """Set fields of an issue, all or none."""
    issue = find(site, call)
    user = need(site, call, "edit", 403, NO_EDIT)
    if not flag(call, "notifyUsers", default=True):
        need(site, call, "silence", 403, NO_SILENCE)
    wanted = _object(call, "fields")
    for name, operations in _object(call, "update").items():
        for operation in operations:
            wanted[name] = operation.get("set")
    if not wanted and not call.json.get("update"):
        raise refuse(400, "one of 'fields' or 'update' required")
    values = read_fields(site, issue.project, wanted, version(call))
    before = {name: show_field(site.site, issue, name, "2") for name in values}
    at = site.at(None)
    happening = changes.set_values(site.site, issue, values, user, at)
    written = {name: (old, show_field(site.site, issue, name, "2")) for name, old in before.items()}
    site.log.note_write(at, issue.id, user.handle, written)
    site.happen(happening)
    return EMPTY


def create(site: JiraSite, call: Call) -> Answer:
    """Create an issue as the sender, or for the reporter that is named."""
    fields = _object(call, "fields")
    given, reporter = fields.pop("project", None) or {}, fields.pop("reporter", None)
    project = next(
        (one for one in site.site.projects.values() if given.get("key", given.get("id")) in (one.key, one.id)), None
    )
    missing = {} if fields.get("summary") else {"summary": "You must specify a summary of the issue."}
    if not fields.get("issuetype"):
        missing["issuetype"] = "Specify an issue type"
    if project is None:
        missing["project"] = "Specify a valid project ID or key"
    if project is None or missing:
        raise refuse(400, errors=missing)
    values = read_fields(site, project, fields, version(call))
    values.setdefault("priority", loose.named(site.site.priorities, "3"))
    if reporter:
        values["reporter"] = find_user(site.site, reporter)
    happening = changes.create(site.site, project, values, account(site, call), site.at(None))
    site.happen(happening)
    issue = happening.issue
    self = f"{site.url}/rest/api/{version(call)}/issue/{issue.id}"
    return Answer(201, {"id": issue.id, "key": issue.key, "self": self})


def delete(site: JiraSite, call: Call) -> Answer:
    """Delete an issue."""
    issue = find(site, call)
    site.happen(changes.delete(site.site, issue, account(site, call), site.at(None)))
    return EMPTY


TABLE: Table = (
    ("GET", "/issue/<issue>", look),
    ("PUT", "/issue/<issue>", edit),
    ("POST", "/issue", create),
    ("DELETE", "/issue/<issue>", delete),
)
CLOUD_TABLE: Table = (("GET", "/issue/<issue>/changelog", history),)
