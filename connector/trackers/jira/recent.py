"""The latest tickets of a Jira project, as a preflight samples them, and what dueby's account said in them."""

from collections.abc import Iterable
from dataclasses import dataclass

from requests.auth import AuthBase

from connector.trackers.http import Http
from connector.trackers.jira.comments import is_public
from connector.trackers.jira.people import person
from connector.trackers.shapes import Json, count, record, records, word
from policies.model import Role

_SAMPLE = 10
_COMMENTS = 50


@dataclass(frozen=True, slots=True)
class Recent:
    """One ticket: `ended` where its status is of category Done."""

    id: str
    key: str
    issue_type: str
    ended: bool
    raw: Json


def recent(project: str, http: Http, auth: AuthBase) -> tuple[Recent, ...]:
    """Give the tickets of a project that were updated last."""
    jql = f'project = "{project}" ORDER BY updated DESC'
    path = "/rest/api/2/search" if http.site.deployment == "datacenter" else "/rest/api/2/search/jql"
    params: dict[str, str | int] = {"jql": jql, "maxResults": _SAMPLE, "fields": "status,issuetype,comment"}
    return tuple(map(_recent, records(http.get(path, params, auth).get("issues"))))


def _recent(raw: Json) -> Recent:
    fields = record(raw.get("fields"))
    category = word(record(record(fields.get("status")).get("statusCategory")).get("key"))
    issue_type = word(record(fields.get("issuetype")).get("name"))
    return Recent(word(raw.get("id")), word(raw.get("key")), issue_type, category == "done", fields)


def one_a_type(tickets: Iterable[Recent], most: int = 5) -> tuple[Recent, ...]:
    """Choose a ticket of each issue type, an open one where there is one: what has ended may be locked."""
    chosen: dict[str, Recent] = {}
    for ticket in sorted(tickets, key=lambda one: one.ended):
        chosen.setdefault(ticket.issue_type, ticket)
    return tuple(chosen.values())[:most]


def spoke_publicly(ticket: Recent, own_account: str, http: Http, auth: AuthBase) -> bool:
    """Say whether dueby's own account wrote one of the latest public comments; asks further only where it must.

    The ticket as searched may hold only some of its comments, and Data Center tells internal ones by a property alone.
    """
    shown = record(ticket.raw.get("comment"))
    found = records(shown.get("comments"))
    own = any(_is_own(comment, own_account) for comment in found)
    cut = count(shown.get("total")) > len(found)
    if cut or (own and http.site.deployment == "datacenter"):
        found = _latest(ticket, http, auth)
    return any(_is_own(comment, own_account) and is_public(comment) for comment in found)


def _latest(ticket: Recent, http: Http, auth: AuthBase) -> list[Json]:
    params: dict[str, str | int] = {"orderBy": "-created", "maxResults": _COMMENTS, "expand": "properties"}
    return records(http.get(f"/rest/api/2/issue/{ticket.id}/comment", params, auth).get("comments"))


def _is_own(comment: Json, own_account: str) -> bool:
    author = person(comment.get("author"), own_account)
    return author is not None and author.role is Role.DUEBY
