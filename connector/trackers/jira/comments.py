"""A Jira ticket's comments as they stand now, read over REST to the last one."""

from collections.abc import Iterator

from requests.auth import AuthBase

from connector.trackers.http import Http
from connector.trackers.jira.people import person
from connector.trackers.optional import unless_refused
from connector.trackers.shapes import Json, count, instant, record, records, word
from policies.model import Comment

PAGE = 100
_INTERNAL = "sd.public.comment"
_NO_SERVICE_DESK = frozenset({"software", "business", "product_discovery"})


def comments_of(issue: Json, http: Http, auth: AuthBase, own_account: str) -> tuple[Comment, ...]:
    """Give all comments from old to new: those in the issue's answer if it holds all of them, else page by page.

    On a Data Center service desk whether a comment is internal stands in a property, asked for once a ticket.
    """
    fields = record(issue.get("fields"))
    here = record(fields.get("comment"))
    found, total = records(here.get("comments")), count(here.get("total"))
    project_type = word(record(fields.get("project")).get("projectTypeKey"))
    by_property = http.site.deployment == "datacenter" and project_type not in _NO_SERVICE_DESK
    cut = total > len(found)
    if cut or (found and by_property):
        found = _all_comments(http, auth, word(issue.get("id")), None if cut else found)
    read = [comment for comment in (_comment(raw, own_account) for raw in found) if comment]
    return tuple(sorted(read, key=lambda comment: comment.created_at))


def _all_comments(http: Http, auth: AuthBase, issue_id: str, whole: list[Json] | None) -> list[Json]:
    """Give the comments from their own list, or `whole`, those in the issue, where Jira has no such list for dueby."""

    def ask() -> list[Json]:
        return list(_paged(http, auth, issue_id))

    return ask() if whole is None else unless_refused(ask, whole)


def _paged(http: Http, auth: AuthBase, issue_id: str) -> Iterator[Json]:
    start, total = 0, 1
    while start < total:
        params: dict[str, str | int] = {"startAt": start, "maxResults": PAGE, "orderBy": "created"}
        if http.site.deployment == "datacenter":
            params["expand"] = "properties"
        answer = http.get(f"/rest/api/2/issue/{issue_id}/comment", params, auth)
        page, total = records(answer.get("comments")), count(answer.get("total"))
        yield from page
        start = start + len(page) if page else total


def _comment(raw: Json, own_account: str) -> Comment | None:
    created_at = instant(raw.get("created"))
    if created_at is None:
        return None
    return Comment(
        id=word(raw.get("id")),
        created_at=created_at,
        updated_at=instant(raw.get("updated")) or created_at,
        author=person(raw.get("author"), own_account),
        public=is_public(raw),
    )


def is_public(raw: Json) -> bool:
    """Say whether everybody who sees the ticket sees a comment."""
    hidden = raw.get("jsdPublic") is False or bool(raw.get("visibility"))
    return not hidden and not any(
        word(prop.get("key")) == _INTERNAL and word(record(prop.get("value")).get("internal")) == "true"
        for prop in records(raw.get("properties"))
    )
