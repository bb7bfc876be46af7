"""`dueby sync`: put one ticket on the agenda, and wait for what comes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import click
from redis.exceptions import RedisError
from sqlalchemy import Connection, Engine

from connector import time_source
from connector.cli.door import door, give_up, open_store, read_settings, site_named, ticket_named
from connector.cli.outcome import Outcome, planned, show
from connector.queue import feed_site, open_redis
from connector.settings import Settings
from connector.store.agenda import agenda_row, wake
from connector.store.cycles import receipt_of
from connector.store.engine import reading, writing
from connector.store.failures import failure_of
from connector.store.notices import standing_notices
from connector.store.tickets import find_ticket, remembered
from connector.trackers.port import Rank
from policies.model import TicketRef

PATIENCE = timedelta(seconds=60)
_PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class _Before:
    """What stood when the ticket was woken, to tell the new outcome from the last one."""

    woken_at: datetime
    synced_at: datetime | None
    failed_at: datetime | None


@click.command(short_help="Put one ticket on the agenda now.")
@click.argument("site")
@click.argument("ticket")
@click.option("--wait", is_flag=True, help="Wait up to 60 s for the outcome and print it.")
@click.option("--json", "as_json", is_flag=True, help="With --wait: print JSON for scripts.")
def sync(site: str, ticket: str, wait: bool, as_json: bool) -> None:  # noqa: FBT001  # click gives options as they are
    """Put TICKET (a key or an id) of SITE on the agenda now.

    \b
    Example:
      dueby sync acme OKTA-12 --wait
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    with door():
        settings = read_settings()
        chosen = site_named(settings, site)
        name = ticket_named(chosen, ticket)
        engine = open_store(settings)
        before = _woken(engine, site, name, time_source.now())
        _fed(engine, settings, site)
        if not wait:
            click.echo(f"{site} {name} is on the agenda.")
            return
        outcome = _outcome(engine, TicketRef(site, name), before, time_source.now)
        show(outcome, chosen, as_json=as_json)


def _woken(engine: Engine, site: str, name: str, now: datetime) -> _Before:
    with writing(engine) as conn:
        ref = find_ticket(conn, site, name) or TicketRef(site, name)
        memory, failure = remembered(conn, ref), failure_of(conn, ref)
        wake(conn, ref, Rank.URGENT, "sync", now)
    return _Before(now, memory.synced_at if memory else None, failure.failed_at if failure else None)


def _fed(engine: Engine, settings: Settings, site: str) -> None:
    """Spare the wait for the timekeeper's tick where the queue can be reached."""
    try:
        if settings.redis_url and open_redis(settings.redis_url).ping():
            redis = open_redis(settings.redis_url)
            feed_site(engine, redis, settings.sites[site], settings.workers, time_source.now())
    except RedisError:
        click.echo("Redis does not answer; the timekeeper will queue the ticket once it does.", err=True)


def _outcome(engine: Engine, named: TicketRef, before: _Before, now: Callable[[], datetime]) -> Outcome:
    seconds = int(PATIENCE.total_seconds())
    while True:
        with reading(engine) as conn:
            outcome = _new_outcome(conn, named, before)
        if isinstance(outcome, Outcome):
            return outcome
        if outcome:
            give_up(f"{named.site} {named.id}: {outcome}")
        if now() >= before.woken_at + PATIENCE:
            give_up(f"{named.site} {named.id}: not synced within {seconds} s. Is `dueby run` running, the site paused?")
        time.sleep(_PAUSE)


def _new_outcome(conn: Connection, named: TicketRef, before: _Before) -> Outcome | str | None:
    """Return the outcome, the failure's sentence, or None while there is neither."""
    ref = find_ticket(conn, named.site, named.id) or named
    failure = failure_of(conn, ref)
    if failure and failure.failed_at != before.failed_at:
        return failure.sentence
    memory, row = remembered(conn, ref), agenda_row(conn, ref)
    still_due = row is not None and row.look_at is not None and row.look_at <= before.woken_at
    if memory is None or still_due or memory.synced_at == before.synced_at:
        return None
    return Outcome(
        ref=ref,
        key=memory.key,
        title=memory.title,
        mapping=memory.mapping,
        state=memory.state.value,
        due_at=memory.due_at,
        reason=memory.reason,
        summary=memory.summary,
        receipt=receipt_of(conn, ref),
        notices=planned(standing_notices(conn, ref)),
    )
