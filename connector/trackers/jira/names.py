"""The names that a Jira has, by what mappings may name."""

from collections.abc import Iterator
from dataclasses import dataclass

from requests.auth import AuthBase

from connector.trackers.http import Http
from connector.trackers.jira.discovery import Discovery
from connector.trackers.jira.values import named
from connector.trackers.optional import unless_refused
from connector.trackers.port import Catalogue
from connector.trackers.shapes import Json, count, records, word, words
from policies.model import Spelled

_PAGE = 50
_MOST_PAGES = 20
_DESK = "/rest/servicedeskapi"


@dataclass(frozen=True, slots=True)
class Project:
    """One project that dueby's account may see."""

    key: str
    spelled: Spelled
    service_desk: bool


def catalogue(http: Http, auth: AuthBase, discovery: Discovery) -> Catalogue:
    """Ask for all names; what only a service desk has is absent where there is none."""
    projects = list(projects_of(http, auth))
    names: dict[str, tuple[Spelled, ...] | None] = {
        "project": tuple(project.spelled for project in projects),
        "service_desk": tuple(project.spelled for project in projects if project.service_desk),
        "issue_type": _listed(http, auth, "issuetype"),
        "priority": _listed(http, auth, "priority"),
        "status": tuple(words(status.name, status.id) for status in discovery.statuses.get().values()) or None,
        "field": tuple(words(field.name, field.id) for field in discovery.fields.get().values()),
        "request_type": _request_types(http, auth),
        "organization": _desk_names(http, auth, f"{_DESK}/organization"),
    }
    return Catalogue({kind: tuple(filter(None, found)) for kind, found in names.items() if found is not None})


def projects_of(http: Http, auth: AuthBase) -> Iterator[Project]:
    """Give every project; Cloud page by page, Data Center in one list."""
    for raw in _project_records(http, auth):
        spelled = words(raw.get("key"), raw.get("name"), raw.get("id"))
        if key := word(raw.get("key")):
            yield Project(key, spelled, word(raw.get("projectTypeKey")) == "service_desk")


def _project_records(http: Http, auth: AuthBase) -> Iterator[Json]:
    if http.site.deployment == "datacenter":
        yield from http.get_list("/rest/api/2/project", None, auth)
        return
    start, last = 0, False
    while not last:
        answer = http.get("/rest/api/2/project/search", {"startAt": start, "maxResults": _PAGE}, auth)
        page = records(answer.get("values"))
        yield from page
        start, last = start + len(page), not page or start + len(page) >= count(answer.get("total"))


def _listed(http: Http, auth: AuthBase, kind: str) -> tuple[Spelled, ...]:
    return tuple(named(raw) for raw in http.get_list(f"/rest/api/2/{kind}", None, auth))


def _request_types(http: Http, auth: AuthBase) -> tuple[Spelled, ...] | None:
    desks = _desk_records(http, auth, f"{_DESK}/servicedesk")
    if desks is None:
        return None
    found = [_desk_names(http, auth, f"{_DESK}/servicedesk/{word(desk.get('id'))}/requesttype") for desk in desks]
    return tuple(dict.fromkeys(spelled for names in found for spelled in names or ()))


def _desk_names(http: Http, auth: AuthBase, path: str) -> tuple[Spelled, ...] | None:
    found = _desk_records(http, auth, path)
    return None if found is None else tuple(named(raw) for raw in found)


def _desk_records(http: Http, auth: AuthBase, path: str) -> list[Json] | None:
    """Give a service desk's whole list; None where there is none for dueby, or where it is too long to be worth it."""

    def ask() -> list[Json] | None:
        found: list[Json] = []
        for _ in range(_MOST_PAGES):
            answer = http.get(path, {"start": len(found), "limit": _PAGE}, auth)
            page = records(answer.get("values"))
            found += page
            if answer.get("isLastPage") is not False or not page:
                return found
        return None

    return unless_refused(ask, None)
