"""Remember comments seen internal, so that one made public later answers only from then on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from policies.model import Comment, Ticket


@dataclass(frozen=True, slots=True)
class Sighting:
    """A comment that was seen internal: its `updated` then, and, once it shows public, since when it counts."""

    updated_at: datetime
    public_since: datetime | None = None


def note_sightings(ticket: Ticket, known: Mapping[str, Sighting]) -> tuple[Ticket, Mapping[str, Sighting]]:
    """Return the ticket with `public_since` filled in, and what to remember from now on."""
    noted = dict(known)
    comments = []
    for comment in ticket.comments:
        if not comment.public:
            noted[comment.id] = Sighting(comment.updated_at)
        elif comment.id in noted:
            sighting = noted[comment.id]
            since = sighting.public_since or _since(ticket, comment, sighting)
            noted[comment.id] = replace(sighting, public_since=since)
            comments.append(replace(comment, public_since=since))
            continue
        comments.append(comment)
    return replace(ticket, comments=tuple(comments)), noted


def _since(ticket: Ticket, comment: Comment, sighting: Sighting) -> datetime:
    """Trust the comment's own `updated` where it moved since; some trackers move only the ticket's."""
    return comment.updated_at if comment.updated_at > sighting.updated_at else ticket.updated_at
