"""The use-case: bring one ticket up to date. Fetch, decide, write, and note when to look again."""

import time

import structlog

from connector.errors import TrackerError
from connector.store import agenda
from connector.store.agenda import Lease
from connector.store.engine import StoreAway, writing
from connector.store.rates import NoRoomError
from connector.trackers.port import Wanted
from policies.decision import Decision
from policies.model import TicketRef
from worker.deps import Deps
from worker.leasekeeper import LostLeaseError
from worker.look import fetch, look
from worker.mishaps import internal
from worker.seen import Seen
from worker.settle import fail, finish, put_back, rekey, to_write

_log = structlog.get_logger(__name__)


def sync(ref: TicketRef, deps: Deps) -> Decision | None:
    """Bring one ticket up to date. Safe to repeat; None where there was nothing to do or it failed. Raise StoreAway."""
    taken_at = deps.now()
    with writing(deps.engine) as conn:
        lease = agenda.start(conn, ref, taken_at)
    if lease is None:
        return None
    with deps.keeper.holding(lease, taken_at), structlog.contextvars.bound_contextvars(site=ref.site, ticket=ref.id):
        try:
            return _held(lease, deps)
        except LostLeaseError:
            _log.warning("lease_lost")
            return None


def _held(lease: Lease, deps: Deps) -> Decision | None:
    seen: Seen | None = None
    began = time.perf_counter()
    try:
        fetched = fetch(lease.ref, deps)
        if fetched.ref != lease.ref:
            rekey(lease, fetched.ref, deps)
            return None
        seen = look(fetched, lease.reason, deps)
        changed = _write(seen, deps)
        finish(lease, seen, deps)
    except (LostLeaseError, StoreAway):
        raise
    except NoRoomError as full:
        put_back(lease, seen, full, deps)
        return None
    except TrackerError as error:
        fail(lease, seen, error, deps)
        return None
    except Exception as error:  # noqa: BLE001  # a job's door: it fails as this ticket's failure, and others go on
        _log.exception("sync_broke")
        _fail_over(lease, seen, internal(error), deps)
        return None
    _tell(seen, changed, time.perf_counter() - began)
    return seen.decision


def _fail_over(lease: Lease, seen: Seen | None, error: TrackerError, deps: Deps) -> None:
    """Note the failure with what was learnt, and without it where that is what can't be stored."""
    try:
        fail(lease, seen, error, deps)
    except (LostLeaseError, StoreAway):
        raise
    except Exception:
        if seen is None:
            raise
        fail(lease, None, error, deps)


def _write(seen: Seen, deps: Deps) -> tuple[str, ...]:
    """Write what differs; the tracker renews the lease before the request leaves."""
    if not to_write(seen, deps):
        return ()
    decision = seen.decision
    wanted = Wanted(decision.due_at, decision.state.value, seen.summary)
    return deps.tracker(seen.ticket.ref.site).write(seen.ticket, wanted)


def _tell(seen: Seen, changed: tuple[str, ...], seconds: float) -> None:
    _log.info(
        "synced",
        key=seen.ticket.key,
        state=seen.decision.state.value,
        due_at=seen.decision.due_at.isoformat() if seen.decision.due_at else None,
        changed=list(changed),
        ms=round(seconds * 1000),
    )
