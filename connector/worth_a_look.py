"""Choose of the tickets that a walk found those that are worth a look."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from connector.scopes import may_match
from connector.store.tables import fetched, tickets
from connector.trackers.port import Changed
from policies.mapping_schema import Mapping as MappingSpec

_SETTLED = timedelta(seconds=3)
"""How long after a whole second a fetch has seen all of it: where a tracker tells seconds only, a change may follow in
the very second of the one that was fetched."""


def worth_a_look(
    conn: Connection, site: str, found: Collection[Changed], specs: Collection[MappingSpec]
) -> tuple[str, ...]:
    """Return the tickets that are newer than when last fetched, and that may be mapped or were written before."""
    newest = {changed.ticket: changed for changed in sorted(found, key=lambda changed: changed.updated_at)}
    held = select(fetched.c.ticket, fetched.c.updated_at, fetched.c.fetched_at)
    rows = conn.execute(held.where(fetched.c.site == site, fetched.c.ticket.in_(newest)))
    seen = {row.ticket: (row.updated_at, row.fetched_at) for row in rows}
    memory = select(tickets.c.ticket, tickets.c.wrote, tickets.c.gone_at)
    rows = conn.execute(memory.where(tickets.c.site == site, tickets.c.ticket.in_(newest)))
    known = {row.ticket: (row.wrote, row.gone_at) for row in rows}

    def is_worth_it(changed: Changed) -> bool:
        wrote, gone_at = known.get(changed.ticket, (False, None))
        if changed.deleted:
            return changed.ticket in known and gone_at is None
        if changed.ticket in seen and _has_seen(*seen[changed.ticket], changed.updated_at):
            return False
        return wrote or may_match(changed.traits, specs)

    return tuple(name for name, changed in newest.items() if is_worth_it(changed))


def _has_seen(updated_at: datetime, fetched_at: datetime, changed_at: datetime) -> bool:
    if updated_at == changed_at and not changed_at.microsecond:
        return fetched_at >= changed_at + _SETTLED
    return updated_at >= changed_at
