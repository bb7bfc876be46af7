"""Puts the endpoints of a sandbox Jira together: which versions and which tables a flavour has."""

from collections.abc import Callable
from functools import partial

from connector.sandbox.calls import Answer, Call, Route
from connector.sandbox.jira.setup import JiraSite
from connector.sandbox.jira.views import catalogue, comments, desk, issues, portal, rights, search, workflow


def jira_routes(site: JiraSite) -> list[Route]:
    """Give the endpoints: Cloud has versions 2 and 3, Data Center 2 alone."""
    cloud = site.site.cloud
    versions = '"2","3","latest"' if cloud else '"2","latest"'
    tables = (*issues.TABLE, *workflow.TABLE, *comments.TABLE, *catalogue.TABLE, *rights.TABLE)
    if cloud:
        tables += (*issues.CLOUD_TABLE, *catalogue.CLOUD_TABLE, *search.CLOUD_TABLE)
    else:
        tables += search.DATACENTER_TABLE
    prefix = f"/rest/api/<any({versions}):version>"
    routes = [Route(method, prefix + rule, _bound(view, site)) for method, rule, view in tables]
    return routes + [
        Route(method, rule, _bound(view, site)) for method, rule, view in (*desk.DESK_TABLE, *portal.TABLE)
    ]


def _bound(view: Callable[[JiraSite, Call], Answer], site: JiraSite) -> Callable[[Call], Answer]:
    return partial(view, site)
