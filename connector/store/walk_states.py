"""The walks as people see them: how far back everything has been seen, and which one fails since when and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from connector.store.tables import sites, walks
from connector.store.walks import WalkKind

_LONG = timedelta(minutes=30)
"""A walk that fails for so long, or that is not tried before, stands under failures."""


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
    attempts: int


def walk_states(conn: Connection) -> tuple[WalkState, ...]:
    """Return every site's walks, by site and kind."""
    rows = conn.execute(select(walks).order_by(walks.c.site, walks.c.kind))
    return tuple(
        WalkState(
            site=row.site,
            kind=WalkKind(row.kind),
            walked_at=row.walked_at,
            next_at=row.next_at,
            reason=row.reason,
            sentence=row.sentence,
            failing_since=row.failing_since,
            attempts=row.attempts,
        )
        for row in rows
    )


def failed_walks(conn: Connection) -> tuple[WalkState, ...]:
    """Return the walks that gave up, once a site, unless the whole site fails."""
    failing_sites = set(conn.execute(select(sites.c.name).where(sites.c.failures > 0)).scalars())
    failed = {
        state.site: state
        for state in reversed(walk_states(conn))
        if state.failing_since is not None and state.next_at - state.failing_since >= _LONG
    }
    return tuple(failed[site] for site in sorted(failed.keys() - failing_sites))


def retry_walks(conn: Connection, site: str | None, now: datetime) -> int:
    """Have the failing walks of a site, or of all with None, begin now; return how many."""
    of_site = [] if site is None else [walks.c.site == site]
    again = update(walks).where(walks.c.failing_since.is_not(None), *of_site).values(next_at=now)
    return conn.execute(again).rowcount
