"""Walk one site as a job: a few pages, then the slot is free again and the timekeeper has it go on."""

import time
from datetime import timedelta

import structlog

from connector.errors import TrackerError
from connector.steps import Ground, LostWalkError, Steps, steps_of
from connector.store.agenda import feed
from connector.store.engine import StoreAway, reading, writing
from connector.store.rates import NoRoomError
from connector.store.waits import Failing
from connector.store.walks import fail_walk, start_walk
from connector.trackers.registry import KINDS
from connector.walking import rest, walk
from policies.model import TicketRef
from worker.deps import Deps
from worker.mishaps import internal, rules_of, site_named

MOST_PAGES = 10
MOST_SECONDS = 10.0
_log = structlog.get_logger(__name__)


def reconcile(site: str, deps: Deps) -> None:
    """Walk a site's changed tickets, or the open ones of a new mapping, if that is due. Raise StoreAway."""
    with writing(deps.engine) as conn:
        held = start_walk(conn, site, deps.now())
    if held is None:
        return
    steps = steps_of(held)
    with structlog.contextvars.bound_contextvars(site=site, walk=held.kind.value):
        try:
            done = _walked(steps, deps)
        except LostWalkError:
            _log.warning("walk_lost")
        except StoreAway:
            raise
        except TrackerError as error:
            _fail(steps, error, deps)
        except Exception as error:  # noqa: BLE001  # a job's door: the walk fails, and is tried again
            _log.exception("walk_broke")
            _fail(steps, internal(error), deps)
        else:
            _log.info("walked", pages=steps.pages, found=steps.found, woken=steps.woken, done=done)
    _feed(site, deps)


def _walked(steps: Steps, deps: Deps) -> bool:
    """Walk on as long as a slot may be held; say whether the walk came to its end."""
    ground, began = _ground(steps.walk.site, deps), time.monotonic()
    try:
        for _ in walk(steps, ground):
            if steps.rests_until is not None or steps.pages >= MOST_PAGES or time.monotonic() - began > MOST_SECONDS:
                rest(steps, ground, steps.rests_until or deps.now())
                return False
    except NoRoomError as full:
        rest(steps, ground, deps.now() + (full.retry_after or timedelta()))
        return False
    return True


def _ground(name: str, deps: Deps) -> Ground:
    site = site_named(deps.sites, name)
    with reading(deps.engine) as conn:
        rules = rules_of(deps.rules, conn)
    return Ground(
        engine=deps.engine,
        site=site,
        specs=tuple(spec for spec in rules.mappings.mappings if spec.site == name),
        tracker=deps.tracker(name),
        pages_a_minute=KINDS[site.tracker].pages_a_minute,
        now=deps.now,
    )


def _fail(steps: Steps, error: TrackerError, deps: Deps) -> None:
    now = deps.now()
    failing = Failing(TicketRef(steps.walk.site, ""), error, steps.walk.attempts, now, deps.jitter())
    with writing(deps.engine) as conn:
        wait = fail_walk(conn, steps.walk, steps.asked, failing)
    _log.warning("walk_failed", reason=error.reason, why=error.sentence, again=str(wait.until) if wait else None)


def _feed(name: str, deps: Deps) -> None:
    """Have what was woken begin at once."""
    site = deps.sites.get(name)
    deps.enqueue(name, feed(deps.engine, name, deps.slots, deps.now(), site.per_minute if site else None))
