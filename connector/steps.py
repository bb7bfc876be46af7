"""What a walk needs of the world, and how far it has come."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from connector.sites import Site
from connector.store.walks import Walk
from connector.trackers.port import Tracker
from policies.mapping_schema import Mapping as MappingSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What is walked on: a site, its mappings, its tracker, how many pages a minute it gives, and where it is kept."""

    engine: Engine
    site: Site
    specs: Collection[MappingSpec]
    tracker: Tracker
    pages_a_minute: int | None
    now: Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class Steps:
    """How far a walk has come: pages read, tickets found, tickets woken, when pages were asked for.

    `since`: a person's own instant to walk from; the walk's place stays as it is then. `reached`: how far in time the
    pages came; `rests_until`: going on before would be one request too many, or one during the site's pause.
    """

    walk: Walk
    since: datetime | None = None
    cursor: str | None = None
    asked: list[datetime] = field(default_factory=list)
    pages: int = 0
    found: int = 0
    woken: int = 0
    reached: datetime | None = None
    paused_until: datetime | None = None
    rests_until: datetime | None = None


class LostWalkError(Exception):
    """Somebody else walks by now, or the wish was renewed; leave everything to them."""


def steps_of(held: Walk, since: datetime | None = None) -> Steps:
    """Begin where a walk stands, or at an instant of one's own."""
    return Steps(walk=held, since=since, cursor=None if since else held.cursor, asked=list(held.asked))
