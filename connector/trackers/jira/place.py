"""Where a walk of a Jira stands: which condition is asked, from which instant and page on, and what comes next."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from connector.trackers.jira.jql import OPEN, Among, updated_within
from connector.trackers.port import Changed

OVERLAP = timedelta(minutes=5)
"""Jira's search lags behind, and rounds to minutes."""

_DRIFT = timedelta(minutes=3)
"""How far a distance from now may move on while pages are asked for; the overlap covers it."""

_TRUSTED = timedelta(minutes=1)
"""How long a Cloud's token is followed: nobody says what becomes of it when the distance moves on."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is still to be asked, the first of it from `token` or `start` on; open tickets where `since` is None.

    `begins` is the instant from which the first is asked, as a distance from `at`; `reached` is how far it came. `last`
    is the ticket before `start`; `good` says that some project was not refused.
    """

    asking: tuple[Among, ...]
    at: datetime
    since: datetime | None = None
    begins: datetime | None = None
    reached: datetime | None = None
    token: str | None = None
    start: int = 0
    last: str | None = None
    good: bool = False

    @property
    def jql(self) -> str:
        """Give the query, in the same words for each page."""
        rest = OPEN if self.begins is None else updated_within(self.at - self.begins + OVERLAP)
        return self.asking[0].jql(rest)

    @property
    def cursor(self) -> str:
        """Give the place as text."""
        return _CURSOR.dump_json(self).decode()


_CURSOR = TypeAdapter(Place)


def place_at(cursor: str | None) -> Place | None:
    """Read a place; what another version of dueby wrote is none."""
    try:
        return _CURSOR.validate_json(cursor) if cursor else None
    except ValidationError:
        return None


def in_time(place: Place, now: datetime) -> Place:
    """Ask anew from where the walk came to, if it rested so long that what comes next is out of the distance by now."""
    if place.begins is None:
        return place
    reached = max(place.begins, place.reached or place.begins)
    if now - place.at <= (_TRUSTED if place.token else max(_DRIFT, reached - place.begins)):
        return place
    return replace(place, at=now, begins=reached, token=None, start=0, last=None)


def behind(place: Place, found: Iterable[Changed], *, token: str | None = None, end: int = 0) -> Place:
    """Go on behind a page, by a Cloud's token or from a Data Center's `end` on."""
    page = tuple(found)
    reached = max((changed.updated_at for changed in page), default=place.reached)
    return replace(place, token=token, start=end, last=page[-1].ticket if end else None, reached=reached)


def next_place(place: Place) -> Place | None:
    """Go on with the next condition; None: that was all."""
    asking, good = place.asking[1:], place.good or place.asking[0].field is None
    return Place(asking, place.at, place.since, place.since, good=good) if asking else None


def without_refused(place: Place, error: Exception) -> Place | None:
    """Ask each condition by itself: one project that is not there must not hide the tickets of the others.

    Raise the refusal where it is of the last one, and none was good.
    """
    asking = (*place.asking[0].apart(), *place.asking[1:])
    if place.asking[0].apart():
        return replace(place, asking=asking)
    if len(place.asking) == 1 and not place.good:
        raise error
    return replace(place, asking=place.asking[1:]) if place.asking[1:] else None
