"""The catalogue of a Jira: its fields, people, statuses, priorities, projects and itself."""

from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira import instants
from connector.sandbox.jira.kinds import CUSTOM, schema_of
from connector.sandbox.jira.model import Field, Project
from connector.sandbox.jira.people import show_user
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.things import show_issue_type, show_named, show_priority, show_project, show_status
from connector.sandbox.jira.views.asking import Table, account, need, refuse


def fields(site: JiraSite, _: Call) -> Answer:
    """Give every field, custom ones with their type."""
    return Answer(body=[_field(site, field) for field in site.site.fields.values()])


def _field(site: JiraSite, field: Field) -> dict[str, Any]:
    number = field.id.removeprefix("customfield_")
    clauses = [f"cf[{number}]", field.name] if field.custom else [field.id]
    shown = {"id": field.id, "name": field.name, "custom": field.custom, "orderable": True, "navigable": True}
    shown |= {"searchable": True, "clauseNames": clauses, "schema": schema_of(field)}
    return shown | ({"key": field.id} if site.site.cloud else {})


def add_field(site: JiraSite, call: Call) -> Answer:
    """Create a custom field; it is on no edit screen yet."""
    need(site, call, "admin", 403, "Only administrators can create custom fields.")
    kind = next((name for name, one in CUSTOM.items() if one.custom == call.json.get("type")), None)
    name = call.json.get("name")
    if kind is None or not name:
        raise refuse(400, errors={"type": "Invalid field type"} if name else {"name": "You must specify a name."})
    taken = [int(field.id.removeprefix("customfield_")) for field in site.site.fields.values() if field.custom]
    field = Field(id=f"customfield_{max(taken) + 1}", name=str(name), kind=kind)
    site.site.fields[field.id] = field
    for project in site.site.projects.values():
        project.off_screen.add(field.id)
    return Answer(201, _field(site, field))


def myself(site: JiraSite, call: Call) -> Answer:
    """Give the sender."""
    return Answer(body=show_user(site.site, account(site, call)))


def user(site: JiraSite, call: Call) -> Answer:
    """Give one person: by accountId on Cloud, by username on Data Center."""
    wanted = call.request.query.get("accountId" if site.site.cloud else "username")
    for one in site.site.users.values():
        if wanted == (one.account_id if site.site.cloud else one.handle):
            return Answer(body=show_user(site.site, one))
    raise refuse(404, f"The user named '{wanted}' does not exist")


def statuses(site: JiraSite, _: Call) -> Answer:
    """Give every status."""
    return Answer(body=[show_status(site.site, one) for one in site.site.statuses])


def priorities(site: JiraSite, _: Call) -> Answer:
    """Give every priority."""
    return Answer(body=[show_priority(site.site, one) for one in site.site.priorities])


def issue_types(site: JiraSite, _: Call) -> Answer:
    """Give every type of issue."""
    return Answer(body=[show_issue_type(site.site, one) for one in site.site.issue_types])


def projects(site: JiraSite, _: Call) -> Answer:
    """Give every project."""
    return Answer(body=[show_project(site.site, one) for one in site.site.projects.values()])


def project(site: JiraSite, call: Call) -> Answer:
    """Give one project with its components."""
    for one in site.site.projects.values():
        if call.parts["project"] in (one.id, one.key):
            return Answer(body=_project(site, one))
    raise refuse(404, f"No project could be found with key '{call.parts['project']}'.")


def _project(site: JiraSite, one: Project) -> dict[str, Any]:
    parts = [show_named(site.site, "component", part) for part in one.components]
    types = [show_issue_type(site.site, kind) for kind in site.site.issue_types]
    return show_project(site.site, one) | {"components": parts, "issueTypes": types}


def project_search(site: JiraSite, call: Call) -> Answer:
    """Give a page of the projects (Cloud)."""
    start, most = call.number("startAt", 0), call.number("maxResults", 50)
    every = [show_project(site.site, one) for one in site.site.projects.values()]
    page = {"startAt": start, "maxResults": most, "total": len(every), "isLast": start + most >= len(every)}
    return Answer(body=page | {"self": f"{site.url}{call.request.path}", "values": every[start : start + most]})


def server_info(site: JiraSite, _: Call) -> Answer:
    """Give what kind of Jira this is."""
    cloud = site.site.cloud
    version = [1001, 0, 0] if cloud else [10, 3, 12]
    text = "1001.0.0-SNAPSHOT" if cloud else "10.3.12"
    info = {"baseUrl": site.url, "version": text, "versionNumbers": version, "buildNumber": 100290}
    info |= {"deploymentType": "Cloud" if cloud else "Server", "serverTitle": "Jira", "scmInfo": "sandbox"}
    return Answer(body=info | {"serverTime": instants.show(site.at(None), site.site.timezone)})


TABLE: Table = (
    ("GET", "/field", fields),
    ("POST", "/field", add_field),
    ("GET", "/myself", myself),
    ("GET", "/user", user),
    ("GET", "/status", statuses),
    ("GET", "/priority", priorities),
    ("GET", "/issuetype", issue_types),
    ("GET", "/project", projects),
    ("GET", "/project/<project>", project),
    ("GET", "/serverInfo", server_info),
)
CLOUD_TABLE: Table = (("GET", "/project/search", project_search),)
