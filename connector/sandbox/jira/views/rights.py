"""What the sender may do: global permissions, and those of one project or issue."""

from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira.model import Right
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.views.asking import HIDDEN, Table, account, refuse

PERMISSIONS: dict[str, tuple[str, str, Right]] = {
    "BROWSE_PROJECTS": ("10", "PROJECT", "browse"),
    "EDIT_ISSUES": ("12", "PROJECT", "edit"),
    "ADMINISTER_PROJECTS": ("23", "PROJECT", "silence"),
    "ADMINISTER": ("0", "GLOBAL", "admin"),
}


def my_permissions(site: JiraSite, call: Call) -> Answer:
    """Say which permissions the sender has: on Cloud those asked for, and there must be some; on Data Center all."""
    query, held = call.request.query, account(site, call).rights
    wanted = call.names("permissions")
    if site.site.cloud and not wanted:
        raise refuse(400, "The 'permissions' query parameter is required.")
    if unknown := [name for name in wanted if name not in PERMISSIONS]:
        raise refuse(400, f"Unrecognized permissions: {', '.join(unknown)}")
    issue, project = query.get("issueId", query.get("issueKey")), query.get("projectKey", query.get("projectId"))
    if issue and ("browse" not in held or not _has_issue(site, issue)):
        raise refuse(404, HIDDEN)
    if project and not any(project in (one.key, one.id) for one in site.site.projects.values()):
        raise refuse(404, f"No project could be found with key '{project}'.")
    names = wanted if site.site.cloud else tuple(PERMISSIONS)
    return Answer(body={"permissions": {name: _permission(name, held) for name in names}})


def _has_issue(site: JiraSite, issue: str) -> bool:
    try:
        return bool(site.site.issue(issue))
    except KeyError:
        return False


def _permission(name: str, held: frozenset[Right]) -> dict[str, Any]:
    number, kind, right = PERMISSIONS[name]
    shown = {"id": number, "key": name, "name": name.replace("_", " ").capitalize(), "type": kind, "description": ""}
    return shown | {"havePermission": right in held}


TABLE: Table = (("GET", "/mypermissions", my_permissions),)
