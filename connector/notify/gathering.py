"""Which rows of a channel go out now, alone or as one digest: nobody gets more than twenty single notices a minute."""

from collections.abc import Sequence
from datetime import datetime

from connector.store.due_notices import MINUTE, Lately, Waiting

MOST_ALONE = 20
"""How many notices a channel gets one by one in a minute; more become one that names every ticket."""

MOST_TOGETHER = 500
"""How many a digest names: what is longer no service takes."""


def gather(rows: Sequence[Waiting], lately: Lately, now: datetime) -> tuple[Waiting, ...]:
    """Choose the rows of the next message: one, those of a digest, or none that could go now.

    Rows overdue from earlier minutes go one by one while that leaves no more than twenty in any minute, else as one
    digest, of which there is one a minute. Those of this minute, also those still to come in it, go one by one where
    they and what this minute already saw are no more than twenty; else they wait for its end and are then overdue.
    """
    begins = now.replace(second=0, microsecond=0)
    overdue = tuple(row for row in rows if row.next_at < begins and row.ready)
    present = [row for row in rows if row.next_at >= begins]
    room = MOST_ALONE - sum(at > now - MINUTE for at in lately.alone)
    if 0 < len(overdue) <= room:
        return overdue[:1]
    if overdue and (lately.digest_at is None or lately.digest_at <= now - MINUTE):
        return overdue[:MOST_TOGETHER]
    due = tuple(row for row in present if row.next_at <= now and row.ready)
    seen = sum(at >= begins for at in lately.alone)
    return due[:1] if len(present) + seen <= MOST_ALONE and room > 0 else ()
