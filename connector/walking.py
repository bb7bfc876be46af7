"""Walk one site: page by page put what changed on the agenda, and rest where the tracker or the site asks for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from connector.scopes import scope_of
from connector.steps import Ground, LostWalkError, Steps
from connector.store import agenda
from connector.store.engine import writing
from connector.store.missed import CATCH_UP, RECONCILE
from connector.store.tables import sites
from connector.store.walks import WalkKind, finish_walk, keep_place, rest_walk
from connector.trackers.port import Changes, Rank, Scope
from connector.worth_a_look import worth_a_look
from policies.model import TicketRef

_MINUTE = timedelta(seconds=61)
"""A second more than is promised: a request leaves a little later than it is counted."""

_OPEN = "mappings"


def walk(steps: Steps, ground: Ground) -> Iterator[None]:
    """Walk on to the end, a step a page or a rest; the caller may stop after any, and `rest` then.

    Raise TrackerError, StoreAway, LostWalkError.
    """
    pages = _pages(steps, ground)
    while True:
        steps.rests_until = _next_turn(steps, ground)
        if steps.rests_until is not None:
            yield
            continue
        page = _asked(pages, steps, ground)
        if page is None:
            return _end(steps, ground)
        _keep(page, steps, ground)
        yield


def hold(steps: Steps, ground: Ground) -> None:
    """Keep a walk while it rests. Raise StoreAway, LostWalkError."""
    place = steps.walk.cursor if steps.since else steps.cursor
    with writing(ground.engine) as conn:
        if not keep_place(conn, steps.walk, place, steps.asked, ground.now()):
            raise LostWalkError


def rest(steps: Steps, ground: Ground, until: datetime) -> None:
    """Let go of a walk that goes on later. Raise StoreAway."""
    with writing(ground.engine) as conn:
        rest_walk(conn, steps.walk, until)


def _pages(steps: Steps, ground: Ground) -> Iterator[Changes]:
    held = steps.walk
    if held.kind is WalkKind.OPEN:
        return ground.tracker.open_tickets(Scope(held.projects), steps.cursor)
    return ground.tracker.changed_since(steps.since or held.since, steps.cursor, scope_of(ground.specs))


def _next_turn(steps: Steps, ground: Ground) -> datetime | None:
    """Say when the next page may be asked for, where that is not now; forget what counts no more."""
    now, most = ground.now(), ground.pages_a_minute
    if steps.paused_until is not None and steps.paused_until > now:
        return steps.paused_until
    asked = steps.asked = [at for at in steps.asked if now - _MINUTE < at <= now]
    return asked[-most] + _MINUTE if most is not None and len(asked) >= most else None


def _asked(pages: Iterator[Changes], steps: Steps, ground: Ground) -> Changes | None:
    counts = ground.pages_a_minute is not None and steps.walk.kind is WalkKind.CHANGES
    if counts:
        steps.asked.append(ground.now())  # first: a request that fails counts too
    page = next(pages, None)
    if counts and page is None:
        steps.asked.pop()
    return page


def _keep(page: Changes, steps: Steps, ground: Ground) -> None:
    """Put a page's tickets on the agenda and note the place behind it, in one transaction."""
    now, held = ground.now(), steps.walk
    steps.cursor = page.cursor
    with writing(ground.engine) as conn:
        if not keep_place(conn, held, held.cursor if steps.since else page.cursor, steps.asked, now):
            raise LostWalkError
        chosen = worth_a_look(conn, ground.site.name, page.tickets, ground.specs)
        rank = Rank.RECONCILE if held.kind is WalkKind.CHANGES else Rank.RECOMPUTE
        hints = [(TicketRef(ground.site.name, ticket), rank, now) for ticket in chosen]
        agenda.wake_all(conn, hints, _reason(steps, ground))
        steps.paused_until = conn.execute(select(sites.c.paused_until).where(sites.c.name == held.site)).scalar()
    steps.pages += 1
    steps.found += len(page.tickets)
    steps.woken += len(chosen)
    steps.reached = max((changed.updated_at for changed in page.tickets), default=steps.reached)


def _reason(steps: Steps, ground: Ground) -> str:
    held = steps.walk
    if held.kind is WalkKind.OPEN:
        return _OPEN
    return CATCH_UP if steps.since or held.late or not ground.site.webhook_secrets else RECONCILE


def _end(steps: Steps, ground: Ground) -> None:
    with writing(ground.engine) as conn:
        if steps.since is not None:
            kept = rest_walk(conn, steps.walk, steps.walk.next_at)
        else:
            kept = finish_walk(conn, steps.walk, steps.cursor, ground.now())
    if not kept:
        raise LostWalkError
