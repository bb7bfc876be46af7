"""Webhooks that should have come: changes that a walk found, and of which no event told."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, literal, select, update

from connector.store.fetched import Kept, digest_of
from connector.store.tables import Instant, agenda, missed
from connector.store.upsert import insert_once
from policies.model import Ticket

RECONCILE = "reconcile"
"""The reason of a look that a walk asked for where a webhook was to be expected."""

CATCH_UP = "catch_up"
"""The same where none was: dueby was away, a person asked, or the site has no secret and so refuses every webhook."""

WAIT = timedelta(minutes=20)
"""How long after a change an event may come; trackers send refused ones again."""

_SKEW = timedelta(minutes=2)
"""By how much the tracker's time may differ from ours: an event that came a little before the change told of it."""

_KEPT_FOR = timedelta(days=7)


def note_missed(conn: Connection, ticket: Ticket, before: Kept | None, now: datetime) -> None:
    """Remember a change that a walk found, if no event told of it and something other than dueby's fields changed."""
    mine = (agenda.c.site == ticket.ref.site, agenda.c.ticket == ticket.ref.id)
    row = conn.execute(select(agenda.c.reason, agenda.c.told_at).where(*mine)).one_or_none()
    if row is None or row.reason != RECONCILE or (before is not None and before.digest == digest_of(ticket)):
        return
    if row.told_at is None or row.told_at < ticket.updated_at - _SKEW:
        changed = {"site": ticket.ref.site, "ticket": ticket.ref.id, "changed_at": ticket.updated_at}
        insert_once(conn, missed, {**changed, "found_at": now})


def judge_missed(conn: Connection, now: datetime) -> None:
    """Count the changes of which no event told within twenty minutes; forget those that were told of, and old ones."""
    unjudged = (missed.c.counted_at.is_(None), missed.c.changed_at <= now - WAIT)
    earliest = missed.c.changed_at - literal(_SKEW // timedelta(microseconds=1))
    told = (
        select(agenda.c.id)
        .where(agenda.c.site == missed.c.site, agenda.c.ticket == missed.c.ticket, agenda.c.told_at >= earliest)
        .exists()
    )
    conn.execute(delete(missed).where(*unjudged, told))
    conn.execute(update(missed).where(*unjudged).values(counted_at=literal(now, Instant)))
    conn.execute(delete(missed).where(missed.c.found_at <= now - _KEPT_FOR))
