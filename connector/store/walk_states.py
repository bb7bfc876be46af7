"""The walks as people see them: how far back everything has been seen, and which one fails since when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from connector.store.tables import walks
from connector.store.walks import WalkKind


@dataclass(frozen=True, slots=True)
class WalkState:
    """One walk; all that changed before `walked_at` has been seen, `sentence` says what is wrong and what to do."""

    site: str
    kind: WalkKind
    walked_at: datetime | None
    next_at: datetime
    reason: str | None
    sentence: str | None
    failing_since: datetime | None


def walk_states(conn: Connection) -> tuple[WalkState, ...]:
    """Return every site's walks, by site and kind."""
    rows = conn.execute(select(walks).order_by(walks.c.site, walks.c.kind))
    return tuple(
        WalkState(row.site, WalkKind(row.kind), row.walked_at, row.next_at, row.reason, row.sentence, row.failing_since)
        for row in rows
    )
