"""The service desk's lists: its desks, their request types, and the customers' organizations."""

from collections.abc import Sequence
from typing import Any

from connector.sandbox.calls import Answer, Call
from connector.sandbox.jira.model import Named
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.views.asking import Table, refuse


def _listed(site: JiraSite, call: Call, shown: Sequence[Any]) -> Answer:
    start, limit = call.number("start", 0), min(call.number("limit", 50), 50)
    page = list(shown[start : start + limit])
    base = f"{site.url}{call.request.path}"
    links = {"self": base, "base": site.url, "context": ""}
    last = start + limit >= len(shown)
    links |= {} if last else {"next": f"{base}?start={start + limit}&limit={limit}"}
    body = {"_expands": [], "size": len(page), "start": start, "limit": limit, "isLastPage": last, "_links": links}
    return Answer(body=body | {"values": page})


def desks(site: JiraSite, call: Call) -> Answer:
    """Give the service desks: one for each project that is one."""
    found = [one for one in site.site.projects.values() if one.type == "service_desk"]
    shown = [
        {"id": one.id, "projectId": one.id, "projectName": one.name, "projectKey": one.key, "_links": {}}
        for one in found
    ]
    return _listed(site, call, shown)


def _options(site: JiraSite, kind: str) -> tuple[Named, ...]:
    return next((field.options for field in site.site.fields.values() if field.kind == kind), ())


def request_types(site: JiraSite, call: Call) -> Answer:
    """Give a desk's request types: every desk of the sandbox has the same."""
    desk = call.parts["desk"]
    if not any(one.id == desk and one.type == "service_desk" for one in site.site.projects.values()):
        raise refuse(404, "The service desk does not exist.")
    shown = [
        {"id": one.id, "name": one.name, "description": "", "serviceDeskId": desk, "issueTypeId": "10003", "_links": {}}
        for one in _options(site, "vp-origin")
    ]
    return _listed(site, call, shown)


def organizations(site: JiraSite, call: Call) -> Answer:
    """Give the organizations."""
    found = _options(site, "sd-customer-organizations")
    return _listed(site, call, [{"id": one.id, "name": one.name, "_links": {}} for one in found])


TABLE: Table = (
    ("GET", "/rest/servicedeskapi/servicedesk", desks),
    ("GET", "/rest/servicedeskapi/servicedesk/<desk>/requesttype", request_types),
    ("GET", "/rest/servicedeskapi/organization", organizations),
)
