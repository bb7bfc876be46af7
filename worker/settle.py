"""How a sync ends: well, badly, put back for want of room, or handed over; each one transaction, and then FEED."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from connector.errors import TrackerError
from connector.store import agenda
from connector.store.agenda import Lease
from connector.store.engine import writing
from connector.store.rates import NoRoomError
from connector.store.tickets import end_gone, find_ticket
from policies.model import State, TicketRef
from worker.deps import Deps
from worker.leasekeeper import LostLeaseError
from worker.planning import keep_notices
from worker.seen import Seen, keep, wrote_before

_SOONEST = timedelta(seconds=1)
_ON_ITS_WAY = timedelta(seconds=10)
"""How soon to look again where a notice that should not go out any more is being sent."""
_log = structlog.get_logger(__name__)


def to_write(seen: Seen, deps: Deps) -> bool:
    """Say whether fields are ours to write: an unmapped ticket's only where dueby wrote before."""
    if not (seen.decision.write and seen.ticket.writable and deps.sites[seen.ticket.ref.site].write):
        return False
    return seen.decision.state is not State.UNMAPPED or wrote_before(seen)


def finish(lease: Lease, seen: Seen, deps: Deps) -> None:
    """Store what was seen and decided, and when to look again. Raise LostLeaseError."""
    now, wanted = deps.now(), seen.decision.look_at
    look_at = None if wanted is None else max(wanted, now + _SOONEST)
    with writing(deps.engine) as conn:
        if not agenda.finish(conn, lease, look_at, now):
            raise LostLeaseError
        if _keep(conn, seen, deps, now, synced=True):
            agenda.look_by(conn, lease.ref, now + _ON_ITS_WAY)
        fed = _fed(conn, lease.ref.site, deps, now)
    deps.enqueue(lease.ref.site, fed)


def fail(lease: Lease, seen: Seen | None, error: TrackerError, deps: Deps) -> None:
    """Note a failure and what was learnt before it: a tracker that refuses a write silences no notice.

    A ticket that was there and is gone is no failure. Raise LostLeaseError.
    """
    ref, now = lease.ref, deps.now()
    with writing(deps.engine) as conn:
        gone = find_ticket(conn, ref.site, ref.id) if error.gone and seen is None else None
        wait = None if gone else agenda.fail(conn, lease, error, now, deps.jitter())
        if gone:
            end_gone(conn, gone, now)
        if not (wait or (gone and agenda.finish(conn, lease, None, now))):
            raise LostLeaseError
        if seen is not None:
            _keep(conn, seen, deps, now, synced=False)
        fed = _fed(conn, ref.site, deps, now)
    deps.enqueue(ref.site, fed)
    if wait is None:
        _log.info("gone")
    else:
        _log.warning("sync_failed", reason=error.reason, field=error.field, why=error.sentence, again=str(wait.until))


def put_back(lease: Lease, seen: Seen | None, full: NoRoomError, deps: Deps) -> None:
    """Leave a ticket due, as it was: the site's rate has no room for its next request, nobody's failure."""
    with writing(deps.engine) as conn:
        if not agenda.put_back(conn, lease):
            raise LostLeaseError
        if seen is not None:
            _keep(conn, seen, deps, deps.now(), synced=False)
    _log.info("no_room", wait=full.retry_after.total_seconds() if full.retry_after else None)


def _keep(conn: Connection, seen: Seen, deps: Deps, now: datetime, *, synced: bool) -> bool:
    """Store what was seen and decided, and the plan of notices; True: an outdated one is being sent just now."""
    ref, watched = seen.ticket.ref, not deps.sites[seen.ticket.ref.site].write
    keep(conn, seen, now, wrote=wrote_before(seen) or (synced and to_write(seen, deps)), synced=synced)
    return keep_notices(conn, ref, None if seen.ticket.gone_at else seen.decision, now, silent=watched)


def _fed(conn: Connection, site: str, deps: Deps, now: datetime) -> tuple[tuple[str, int], ...]:
    configured = deps.sites.get(site)
    return agenda.reserve(conn, site, deps.slots, now, configured.per_minute if configured else None)


def rekey(lease: Lease, ref: TicketRef, deps: Deps) -> None:
    """Let the row of the ticket's id take over from one named by its key. Raise LostLeaseError."""
    now = deps.now()
    with writing(deps.engine) as conn:
        agenda.wake(conn, ref, lease.rank, lease.reason, now)  # first: ids sort before keys, and all wake in that order
        if not agenda.rekey(conn, lease, now):
            raise LostLeaseError
        fed = _fed(conn, ref.site, deps, now)
    deps.enqueue(ref.site, fed)
