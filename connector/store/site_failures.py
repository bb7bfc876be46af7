"""Sites that fail as a whole: one row each, however many of their tickets wait."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, or_, select, update

from connector.errors import UNAUTHORIZED
from connector.store.postgres import unheld
from connector.store.tables import EPOCH, agenda, failures, sites
from connector.store.waits import RUNNING_FAILURES


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFailure:
    """A site that is paused or does not answer: why, since when, how often in a row, and how many tickets wait."""

    site: str
    reason: str
    sentence: str
    since: datetime
    attempts: int
    waiting: int
    paused_until: datetime


def list_site_failures(conn: Connection, now: datetime) -> tuple[SiteFailure, ...]:
    """Return the sites that fail as a whole, by name."""
    failing = or_(sites.c.failures >= RUNNING_FAILURES, sites.c.reason == UNAUTHORIZED, sites.c.paused_until > now)
    found = conn.execute(select(sites).where(sites.c.failures > 0, failing).order_by(sites.c.name)).all()
    return tuple(_failure(conn, row, now) for row in found)


def _failure(conn: Connection, row: Row[*tuple[object, ...]], now: datetime) -> SiteFailure:
    """Add to a site what its tickets tell: the sentence of the last one, the first one's moment, how many wait."""
    told = select(failures.c.sentence, failures.c.since).where(
        failures.c.site == row.name, failures.c.reason == row.reason
    )
    last = conn.execute(told.order_by(failures.c.failed_at.desc()).limit(1)).one_or_none()
    first = conn.execute(told.order_by(failures.c.since).limit(1)).one_or_none()
    waits = or_(agenda.c.through_site, agenda.c.look_at <= now)
    return SiteFailure(
        site=row.name,
        reason=row.reason or "",
        sentence=last.sentence if last else "",
        since=row.failing_since or (first.since if first else now),
        attempts=row.failures,
        waiting=conn.execute(select(func.count()).where(agenda.c.site == row.name, waits)).scalar_one(),
        paused_until=row.paused_until,
    )


def retry_site(conn: Connection, site: str | None, now: datetime) -> int:
    """End a site's pause, or all sites' with None, and make due what failed through it; return how many tickets."""
    of_site = [] if site is None else [sites.c.name == site]
    conn.execute(update(sites).where(*of_site).values(paused_until=EPOCH))
    waiting = select(agenda.c.id).where(agenda.c.through_site, *([] if site is None else [agenda.c.site == site]))
    again = {"look_at": now, "version": agenda.c.version + 1, "held_until": EPOCH, "reason": "retry"}
    woken = update(agenda).where(agenda.c.id.in_(unheld(waiting))).values(**again)
    return len(conn.execute(woken.returning(agenda.c.id)).all())
