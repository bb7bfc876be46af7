"""What may be done with an issue: its transitions, and the fields of its edit screen."""

from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira import changes
from connector.sandbox.jira.kinds import schema_of
from connector.sandbox.jira.model import Field
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.things import show_option, show_priority, show_status
from connector.sandbox.jira.views.asking import EMPTY, NO_EDIT, Table, find, need, refuse


def transitions(site: JiraSite, call: Call) -> Answer:
    """Give the transitions: from every status to every other."""
    issue = find(site, call)
    others = [status for status in site.site.statuses if status != issue.status]
    listed = [
        {"id": f"{status.id}1", "name": status.name, "to": show_status(site.site, status), "hasScreen": False}
        for status in others
    ]
    return Answer(body={"expand": "transitions", "transitions": listed})


def transit(site: JiraSite, call: Call) -> Answer:
    """Follow a transition."""
    issue, user = find(site, call), need(site, call, "edit", 403, NO_EDIT)
    wanted = str((call.json.get("transition") or {}).get("id", ""))
    status = next((one for one in site.site.statuses if f"{one.id}1" == wanted and one != issue.status), None)
    if status is None:
        raise refuse(400, f"Transition id '{wanted}' is not valid for this issue.")
    site.happen(changes.set_status(site.site, issue, status, user, site.at(None)))
    return EMPTY


def editmeta(site: JiraSite, call: Call) -> Answer:
    """Give what the edit screen of an issue's project holds."""
    issue = find(site, call)
    on_screen = [field for field in site.site.fields.values() if field.id not in issue.project.off_screen]
    return Answer(body={"fields": {field.id: _meta(site, field) for field in on_screen}})


def _meta(site: JiraSite, field: Field) -> dict[str, Any]:
    meta = {"required": field.id == "summary", "schema": schema_of(field), "name": field.name, "key": field.id}
    meta["operations"] = ["set"]
    if field.id == "priority":
        meta["allowedValues"] = [show_priority(site.site, one) for one in site.site.priorities]
    elif field.options:
        meta["allowedValues"] = [show_option(site.site, one) for one in field.options]
    return meta


TABLE: Table = (
    ("GET", "/issue/<issue>/transitions", transitions),
    ("POST", "/issue/<issue>/transitions", transit),
    ("GET", "/issue/<issue>/editmeta", editmeta),
)
