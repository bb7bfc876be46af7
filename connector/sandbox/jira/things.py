"""The small things of a Jira as JSON: statuses, priorities, issue types, options, projects, fields."""

from typing import Any

from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.model import Named, Project, Status

CATEGORIES = {
    "new": {"id": 2, "key": "new", "colorName": "blue-gray", "name": "To Do"},
    "indeterminate": {"id": 4, "key": "indeterminate", "colorName": "yellow", "name": "In Progress"},
    "done": {"id": 3, "key": "done", "colorName": "green", "name": "Done"},
}


def show_category(site: Site, status: Status) -> dict[str, Any]:
    """Give a status's category."""
    category = CATEGORIES[status.category]
    return {"self": f"{site.url}/rest/api/2/statuscategory/{category['id']}", **category}


def show_status(site: Site, status: Status) -> dict[str, Any]:
    """Give a status with its category."""
    return {
        "self": f"{site.url}/rest/api/2/status/{status.id}",
        "description": "",
        "iconUrl": f"{site.url}/images/icons/statuses/generic.png",
        "name": status.name,
        "id": status.id,
        "statusCategory": show_category(site, status),
    }


def show_named(site: Site, kind: str, thing: Named) -> dict[str, Any]:
    """Give a priority, component or resolution."""
    return {"self": f"{site.url}/rest/api/2/{kind}/{thing.id}", "name": thing.name, "id": thing.id}


def show_priority(site: Site, thing: Named) -> dict[str, Any]:
    """Give a priority with its icon."""
    return show_named(site, "priority", thing) | {"iconUrl": f"{site.url}/images/icons/priorities/{thing.id}.svg"}


def show_issue_type(site: Site, thing: Named) -> dict[str, Any]:
    """Give an issue type."""
    return show_named(site, "issuetype", thing) | {"description": "", "subtask": False}


def show_option(site: Site, option: Named) -> dict[str, Any]:
    """Give an option of a select field."""
    return {"self": f"{site.url}/rest/api/2/customFieldOption/{option.id}", "value": option.name, "id": option.id}


def show_organization(site: Site, thing: Named) -> dict[str, Any]:
    """Give a service desk's organization."""
    self = f"{site.url}/rest/servicedeskapi/organization/{thing.id}"
    return {"id": thing.id, "name": thing.name, "_links": {"self": self}}


def show_request_type(site: Site, thing: Named, status: Status | None = None) -> dict[str, Any]:
    """Give the value of a service desk's request type field."""
    self = f"{site.url}/rest/servicedeskapi/servicedesk/1/requesttype/{thing.id}"
    shown = {"_links": {}, "requestType": {"_links": {"self": self}, "id": thing.id, "name": thing.name}}
    return shown | ({"currentStatus": {"status": status.name}} if status else {})


def show_project(site: Site, project: Project) -> dict[str, Any]:
    """Give a project as issues show it."""
    shown = {
        "self": f"{site.url}/rest/api/2/project/{project.id}",
        "id": project.id,
        "key": project.key,
        "name": project.name,
        "projectTypeKey": project.type,
        "avatarUrls": {},
    }
    return shown | ({"simplified": False} if site.cloud else {})
