"""How long a ticket or a whole site waits after a failure, and what a success sets free."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, func, literal, select, update

from connector.errors import Scope, TrackerError
from connector.store.postgres import unheld
from connector.store.tables import EPOCH, Instant, agenda, failures, sites
from connector.store.upsert import insert_into, insert_once
from policies.model import TicketRef

GIVE_UP_AFTER = 10
INTERNAL, TIMEOUT, NO_POLICY, NO_SITE = "internal", "timeout", "no_policy", "no_site"
_OUR_OWN = frozenset({INTERNAL, TIMEOUT, NO_POLICY, NO_SITE})
"""Reasons that no site is to blame for."""
HOURLY = timedelta(hours=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
_LONGEST_PAUSE, _LONGEST_PAUSE_401 = timedelta(seconds=30), timedelta(seconds=60)
RUNNING_FAILURES = 3
"""So many failures in a row, of more than one ticket, are the whole site's."""
_SERVER_ERROR = 500
_UNAUTHORIZED, _TOO_MANY, _UNAVAILABLE = 401, 429, 503


@dataclass(frozen=True, slots=True)
class Failing:
    """One failed sync: which ticket, why, its own faults before, when, and a number from 0 to 1 that spreads waits."""

    ref: TicketRef
    error: TrackerError
    attempts: int
    now: datetime
    jitter: float


@dataclass(frozen=True, slots=True)
class Wait:
    """When to look again. `hold`: not even an event may look earlier; `through_site`: the site was at fault."""

    until: datetime
    attempts: int
    through_site: bool = False
    hold: bool = False
    given_up: bool = False
    paused_until: datetime | None = None


def note_success(conn: Connection, ref: TicketRef, now: datetime) -> None:
    """Forget a ticket's failure; the first success after a site's failures makes all that failed through it due."""
    conn.execute(_FORGET, {"of_site": ref.site, "of_ticket": ref.id})
    _site_answers(conn, ref.site, now)


def note_failure(conn: Connection, failing: Failing) -> Wait:
    """Write a failure down, pause the site where it is the site's, and say when to look again."""
    wait = note_site_fault(conn, failing)
    error, now = failing.error, failing.now
    values = {
        "reason": error.reason,
        "field": error.field,
        "sentence": error.sentence,
        "failed_at": now,
        "attempts": wait.attempts,
    }
    key = {"site": failing.ref.site, "ticket": failing.ref.id}
    fresh = {**key, "since": now, "given_up": wait.given_up, **values}
    again = {**values, "given_up": failures.c.given_up | literal(wait.given_up)}
    insert = insert_into(conn.dialect.name, failures).values(**fresh)
    conn.execute(insert.on_conflict_do_update(index_elements=list(key), set_=again))
    return wait


def note_site_fault(conn: Connection, failing: Failing) -> Wait:
    """Pause the site where the failure is the site's, and say when to try again; what failed is not written down."""
    wait = _wait(conn, failing)
    if wait.paused_until is not None:
        _pause(conn, failing.ref.site, wait.paused_until, failing.error.reason, failing.now)
    return wait


def _wait(conn: Connection, failing: Failing) -> Wait:
    error, attempts, now = failing.error, failing.attempts, failing.now
    running = _failures_running(conn, failing)
    if _pauses(error, running):
        until = now + (error.retry_after or _pause_for(error, running))
        return Wait(until, attempts, through_site=True, paused_until=until)
    if error.scope is Scope.SITE:
        return Wait(now + _grown(running - 1, failing.jitter), attempts, through_site=True)
    own = attempts + 1
    given_up = not error.retryable or own >= GIVE_UP_AFTER
    if error.retryable and error.retry_after:  # one of nothing would have the ticket looked at without end
        return Wait(now + error.retry_after, own, hold=True, given_up=given_up)
    return Wait(now + (HOURLY if given_up else _grown(attempts, failing.jitter)), own, given_up=given_up)


def _failures_running(conn: Connection, failing: Failing) -> int:
    """Count the site's failures in a row; one broken ticket alone never makes a site broken."""
    ref, error = failing.ref, failing.error
    if error.scope is not Scope.SITE and not _maybe_the_site(error):
        if error.status is not None:
            _site_answers(conn, ref.site, failing.now)  # it refused, so it is there
        return 0
    insert_once(conn, sites, {"name": ref.site})
    again = (sites.c.failed_ticket == ref.id) & literal(error.scope is not Scope.SITE)
    counted: int = conn.execute(
        update(sites)
        .where(sites.c.name == ref.site)
        .values(
            failures=sites.c.failures + case((again, 0), else_=1),
            failed_ticket=ref.id,
            reason=error.reason,
            failing_since=func.coalesce(sites.c.failing_since, literal(failing.now, Instant)),
        )
        .returning(sites.c.failures)
    ).scalar_one()
    return counted


def _maybe_the_site(error: TrackerError) -> bool:
    if not error.retryable or error.reason in _OUR_OWN:
        return False
    return error.status is None or error.status >= _SERVER_ERROR


def _pauses(error: TrackerError, running: int) -> bool:
    if error.scope is Scope.SITE and (error.status in {_UNAUTHORIZED, _TOO_MANY} or error.retry_after is not None):
        return True
    return running >= RUNNING_FAILURES


def _pause_for(error: TrackerError, running: int) -> timedelta:
    longest = _LONGEST_PAUSE_401 if error.status == _UNAUTHORIZED else _LONGEST_PAUSE
    return min(_doubled(running - 1), longest)


def _grown(times: int, jitter: float) -> timedelta:
    return min(_doubled(times), _LONGEST_WAIT) * (1 + jitter / 10)


def _doubled(times: int) -> timedelta:
    return _FIRST_WAIT * (1 << min(times, 10))


def _pause(conn: Connection, site: str, until: datetime, reason: str, now: datetime) -> None:
    """Pause a site, and give back what is only queued: it would find the site paused."""
    conn.execute(
        update(sites)
        .where(sites.c.name == site)
        .values(
            reason=reason,
            paused_until=case((sites.c.paused_until > until, sites.c.paused_until), else_=literal(until, Instant)),
        )
    )
    queued = agenda.c.token.is_(None) & (agenda.c.busy_until > now)
    conn.execute(update(agenda).where(_free(site, queued)).values(busy_until=EPOCH))


def _site_answers(conn: Connection, site: str, now: datetime) -> None:
    if conn.execute(_SITE_ANSWERS, {"of_site": site}).rowcount:
        conn.execute(
            update(agenda)
            .where(_free(site, agenda.c.through_site))
            .values(
                look_at=case((agenda.c.look_at <= now, agenda.c.look_at), else_=literal(now, Instant)),
                attempts=0,
                through_site=False,
            )
        )


def _free(site: str, chosen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Choose rows of a site that no other transaction holds; to wait for one could be to wait for each other.

    One that is held is being woken, started or ended: it needs nothing from here.
    """
    return agenda.c.id.in_(unheld(select(agenda.c.id).where(agenda.c.site == site, chosen)))


# Built once: both run at every success.
_FORGET = delete(failures).where(failures.c.site == bindparam("of_site"), failures.c.ticket == bindparam("of_ticket"))
_SITE_ANSWERS = (
    update(sites)
    .where(sites.c.name == bindparam("of_site"), sites.c.failures > 0)
    .values(failures=0, failed_ticket=None, reason=None, failing_since=None)
)
