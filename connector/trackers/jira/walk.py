"""Walk a Jira's tickets page by page: Cloud by its tokens, Data Center by numbers that shift while one reads."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus

from requests.auth import AuthBase

from connector.errors import TrackerError
from connector.trackers.faults import bad_answer
from connector.trackers.http import Http, Params
from connector.trackers.jira.jql import Among, field_in_jql
from connector.trackers.jira.place import Place, behind, in_time, next_place, place_at, without_refused
from connector.trackers.port import Changed, Changes, Scope
from connector.trackers.shapes import Json, count, instant, record, records, word

PAGE = 500
STEP_BACK = 20
"""How many tickets a page of a Data Center repeats: as many may be updated, and so move to the end, meanwhile."""

_CLOUD, _DATACENTER = "/rest/api/3/search/jql", "/rest/api/2/search"
_Page = tuple[tuple[Changed, ...], Place | None]


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks one Jira's tickets."""

    http: Http
    auth: AuthBase
    now: Callable[[], datetime]

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:
        """Give pages of tickets updated since then, those that dueby filled included where they left the projects."""
        projects = scope.projects
        among = Among() if projects is None else Among(projects, field_in_jql(self.http.site.fields))
        return self._walk(Place((among,), self.now(), since, since), cursor)

    def open_tickets(self, scope: Scope, cursor: str | None) -> Iterator[Changes]:
        """Give pages of tickets in no status of category Done."""
        return self._walk(Place((Among(scope.projects or ()),), self.now()), cursor)

    def _walk(self, beginning: Place, cursor: str | None) -> Iterator[Changes]:
        place: Place | None = place_at(cursor) or beginning
        while place is not None:
            found, place = self._page(in_time(place, self.now()))
            yield Changes(found, place.cursor if place else None)

    def _page(self, place: Place) -> _Page:
        try:
            return self._cloud(place) if self.http.site.deployment == "cloud" else self._datacenter(place)
        except TrackerError as error:
            if error.status != HTTPStatus.BAD_REQUEST or place.token or place.start:
                raise
            return (), without_refused(place, error)

    def _cloud(self, place: Place) -> _Page:
        answer = self._asked(_CLOUD, place, {"nextPageToken": place.token} if place.token else {})
        found, token = self._changed(answer), word(answer.get("nextPageToken"))
        if not token or answer.get("isLast") is True:
            return found, next_place(place)
        if token == place.token:
            raise bad_answer(self.http.site.name, "a search whose token does not move on")
        return found, behind(place, found, token=token)

    def _datacenter(self, place: Place) -> _Page:
        start = max(place.start - STEP_BACK, 0)
        answer = self._asked(_DATACENTER, place, {"startAt": start})
        found = self._changed(answer)
        if start and place.last not in {changed.ticket for changed in found}:
            return found, replace(place, start=max(start - PAGE, 0))  # earlier ones moved on: some may be passed over
        end = start + len(found)
        if not found or end >= count(answer.get("total")):
            return found, next_place(place)
        if end <= place.start:
            raise bad_answer(self.http.site.name, "a search whose pages do not move on")
        return found, behind(place, found, end=end)

    def _asked(self, path: str, place: Place, where: Params) -> Json:
        return self.http.get(path, {"jql": place.jql, "fields": "updated", "maxResults": PAGE, **where}, self.auth)

    def _changed(self, answer: Json) -> tuple[Changed, ...]:
        found = [(word(issue.get("id")), record(issue.get("fields"))) for issue in records(answer.get("issues"))]
        return tuple(Changed(name, instant(fields.get("updated")) or self.now()) for name, fields in found if name)
