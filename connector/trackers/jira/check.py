"""The preflight of a Jira: account, time, fields, and for each project rights, edit screens and options."""

from collections.abc import Iterable, Iterator

from requests.auth import AuthBase

from connector.errors import UNAUTHORIZED, TrackerError
from connector.sites import Site
from connector.trackers.findings import fault, field_findings, gathered, right, time_findings, told, usable, warning
from connector.trackers.http import Http
from connector.trackers.jira.discovery import Discovery
from connector.trackers.jira.names import Project, projects_of
from connector.trackers.jira.recent import Recent, recent, spoke_publicly
from connector.trackers.jira.screens import of_the, option_findings, screen_findings, screens_of
from connector.trackers.jira.write import KINDS
from connector.trackers.port import Finding, Scope
from connector.trackers.shapes import Json, record, word

_MOST = 20
_EDIT, _SILENCE = "EDIT_ISSUES", ("ADMINISTER_PROJECTS", "ADMINISTER")


def check(scope: Scope, http: Http, auth: AuthBase, discovery: Discovery) -> tuple[Finding, ...]:
    """Look at everything that dueby needs; without an `account` among the findings nothing else could be looked at."""
    try:
        account = http.get("/rest/api/2/myself", None, auth)
    except TrackerError as error:
        return (told(error, http.site, _todos(http.site)),)
    return gathered(_findings(account, scope, http, auth, discovery), http.site)


def _findings(account: Json, scope: Scope, http: Http, auth: AuthBase, discovery: Discovery) -> Iterator[Finding]:
    own = word(account.get("accountId")) or word(account.get("name"))
    yield right("account", f"dueby's account is {word(account.get('displayName')) or own} ({own})")
    yield from time_findings(http.guard.ahead)
    kinds = {field.id: field.kind for field in discovery.fields.get().values() if field.custom}
    of_fields = tuple(field_findings(http.site, kinds, KINDS))
    yield from of_fields
    fields, projects = of_the(usable(of_fields), http.site.fields), list(_chosen(scope, http, auth))
    if len(projects) > _MOST:
        found = f"mappings look at all {len(projects)} projects; {_MOST} of them are checked"
        yield warning("projects_unchecked", found, "name the projects in `match`")
    spoken: list[str] = []
    for project in projects[:_MOST]:
        tickets = recent(project.key, http, auth)
        spoken += [ticket.key for ticket in tickets if spoke_publicly(ticket, own, http, auth)]
        rights = tuple(_right_findings(project.key, tickets, http, auth))
        yield from rights
        if any(finding.code == "may_edit" for finding in rights):
            screens = screens_of(tickets, http, auth)
            yield from screen_findings(project.key, screens, fields)
            yield from option_findings(project.key, screens, fields)
    yield from _sharing(spoken, projects)


def _chosen(scope: Scope, http: Http, auth: AuthBase) -> Iterable[Project]:
    """Give the projects that mappings name; a name that no project has is the mapping's fault and told there."""
    if scope.projects == ():
        return ()
    wanted = None if scope.projects is None else {name.casefold() for name in scope.projects}
    known = projects_of(http, auth)
    return [one for one in known if wanted is None or wanted & {text.casefold() for text in one.spelled}]


def _right_findings(project: str, tickets: tuple[Recent, ...], http: Http, auth: AuthBase) -> Iterator[Finding]:
    where = {"issueId": tickets[0].id} if tickets else {"projectKey": project}
    asked = {"permissions": ",".join((_EDIT, *_SILENCE)), **where}
    held = record(http.get("/rest/api/2/mypermissions", asked, auth).get("permissions"))
    has = {name for name, permission in held.items() if record(permission).get("havePermission") is True}
    if _EDIT in has:
        yield right("may_edit", "dueby may edit tickets", project)
    else:
        todo = "give dueby's account the permission Edit Issues in the project"
        yield fault("no_edit_right", "dueby's account may not edit tickets", todo, project)
    if has & set(_SILENCE):
        yield right("may_silence", "dueby's writes send no mails", project)
    else:
        todo = "give dueby's account the permission Administer Projects in the project, or live with the mails"
        yield warning("no_silence_right", "each write of dueby may send mails to watchers", todo, project)


def _sharing(spoken: list[str], projects: list[Project]) -> Iterator[Finding]:
    if spoken:
        found = f"dueby's account has written public comments ({', '.join(spoken[:3])}): a person seems to use it"
        todo = "give dueby an account of its own: what this one does is never counted as an answer"
        yield warning("account_shared", found, todo)
    elif projects:
        yield right("account_own", "no public comment is from dueby's account in the latest tickets")


def _todos(site: Site) -> dict[str, str]:
    key = (
        "make a new API token as that user (id.atlassian.com > Security > API tokens)"
        if site.deployment == "cloud"
        else "make a new personal access token as that user (Profile > Personal access tokens)"
    )
    return {
        UNAUTHORIZED: f"{key} and put it into `auth`; check `auth.user` and `url` too",
        "forbidden": "give dueby's account access to Jira (a licence, an application role), and log in once as it",
    }
