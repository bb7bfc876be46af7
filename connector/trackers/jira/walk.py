"""Walk a Jira's tickets page by page: Cloud by its tokens, Data Center by numbers that shift while one reads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from pydantic import TypeAdapter
from requests.auth import AuthBase

from connector.errors import TrackerError
from connector.trackers.faults import bad_answer
from connector.trackers.http import Http, Params
from connector.trackers.jira.jql import OPEN, Among, field_in_jql, updated_within
from connector.trackers.port import Changed, Changes, Scope
from connector.trackers.shapes import Json, count, instant, record, records, word

OVERLAP = timedelta(minutes=5)
"""Jira's search lags behind, and rounds to minutes."""

PAGE = 500
STEP_BACK = 20
"""How many tickets a page of a Data Center repeats: as many may be updated, and so move to the end, meanwhile."""

_CLOUD, _DATACENTER = "/rest/api/3/search/jql", "/rest/api/2/search"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk stands: what is still to be asked, the first of it from `token` or `start` on.

    `last` is the ticket before `start`; `good` says that some project was not refused.
    """

    asking: tuple[Among, ...]
    rest: str
    token: str | None = None
    start: int = 0
    last: str | None = None
    good: bool = False


_CURSOR = TypeAdapter(_Place)
_Page = tuple[tuple[Changed, ...], _Place | None]


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks one Jira's tickets; `now` is asked of by whoever makes it."""

    http: Http
    auth: AuthBase
    now: datetime

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:
        """Give pages of tickets updated since then, those that dueby filled included where they left the projects."""
        projects = scope.projects
        among = Among() if projects is None else Among(projects, field_in_jql(self.http.site.fields))
        return self._walk(_Place((among,), updated_within(self.now - since + OVERLAP)), cursor)

    def open_tickets(self, scope: Scope, cursor: str | None) -> Iterator[Changes]:
        """Give pages of tickets in no status of category Done."""
        return self._walk(_Place((Among(scope.projects or ()),), OPEN), cursor)

    def _walk(self, beginning: _Place, cursor: str | None) -> Iterator[Changes]:
        place: _Place | None = _CURSOR.validate_json(cursor) if cursor else beginning
        while place is not None:
            found, place = self._page(place)
            yield Changes(found, _CURSOR.dump_json(place).decode() if place else None)

    def _page(self, place: _Place) -> _Page:
        try:
            return self._cloud(place) if self.http.site.deployment == "cloud" else self._datacenter(place)
        except TrackerError as error:
            if error.status != HTTPStatus.BAD_REQUEST or place.token or place.start:
                raise
            return (), _without_refused(place, error)

    def _cloud(self, place: _Place) -> _Page:
        told = {"nextPageToken": place.token} if place.token else {}
        answer = self._asked(_CLOUD, place, told)
        token = word(answer.get("nextPageToken"))
        if not token or answer.get("isLast") is True:
            return self._changed(answer), _next(place)
        if token == place.token:
            raise bad_answer(self.http.site.name, "a search whose token does not move on")
        return self._changed(answer), replace(place, token=token)

    def _datacenter(self, place: _Place) -> _Page:
        start = max(place.start - STEP_BACK, 0)
        answer = self._asked(_DATACENTER, place, {"startAt": start})
        found = self._changed(answer)
        ids = [changed.ticket for changed in found]
        if start and place.last not in ids:
            return found, replace(place, start=max(start - PAGE, 0))  # earlier ones moved on: some may be passed over
        end = start + len(found)
        if not found or end >= count(answer.get("total")):
            return found, _next(place)
        if end <= place.start:
            raise bad_answer(self.http.site.name, "a search whose pages do not move on")
        return found, replace(place, start=end, last=ids[-1])

    def _asked(self, path: str, place: _Place, where: Params) -> Json:
        jql = place.asking[0].jql(place.rest)
        return self.http.get(path, {"jql": jql, "fields": "updated", "maxResults": PAGE, **where}, self.auth)

    def _changed(self, answer: Json) -> tuple[Changed, ...]:
        found = [(word(issue.get("id")), record(issue.get("fields"))) for issue in records(answer.get("issues"))]
        return tuple(Changed(name, instant(fields.get("updated")) or self.now) for name, fields in found if name)


def _next(place: _Place) -> _Place | None:
    asking, good = place.asking[1:], place.good or place.asking[0].field is None
    return _Place(asking, place.rest, good=good) if asking else None


def _without_refused(place: _Place, error: TrackerError) -> _Place | None:
    """Ask each condition by itself: one project that is not there must not hide the tickets of the others."""
    asking = (*place.asking[0].apart(), *place.asking[1:])
    if place.asking[0].apart():
        return replace(place, asking=asking)
    if len(place.asking) == 1 and not place.good:
        raise error
    return replace(place, asking=place.asking[1:]) if place.asking[1:] else None
