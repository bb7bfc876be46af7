"""A Zendesk ticket's comments as they stand now, without the first, which is the description."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from connector.trackers.shapes import Json, count, instant, records, word
from connector.trackers.zendesk.client import Client
from connector.trackers.zendesk.people import People
from policies.model import Comment


def comments_of(
    ticket_id: str, client: Client, people: People, made_private: Mapping[str, datetime]
) -> tuple[Comment, ...]:
    """Fetch all comments from old to new with their authors; a private one was last touched when it was made so."""
    raw: list[Json] = []
    for page in client.pages(f"/api/v2/tickets/{ticket_id}/comments", {"include": "users"}):
        people.add(records(page.get("users")))
        raw += records(page.get("comments"))
    return tuple(_after_description(raw, people, made_private))


def _after_description(raw: list[Json], people: People, made_private: Mapping[str, datetime]) -> Iterable[Comment]:
    dated = [(at, comment) for comment in raw if (at := instant(comment.get("created_at")))]
    dated.sort(key=lambda pair: (pair[0], count(pair[1].get("audit_id"))))
    for at, comment in dated[1:]:
        comment_id = word(comment.get("id"))
        yield Comment(
            id=comment_id,
            created_at=at,
            updated_at=max(at, made_private.get(comment_id, at)),
            author=people.person(word(comment.get("author_id"))),
            public=comment.get("public") is True,
        )
