"""START, RENEW, FINISH and FAIL: one sync at a time holds a ticket's row, and only its holder may end it."""

from dataclasses import dataclass
from datetime import datetime
from os import getpid
from socket import gethostname
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, literal, or_, update

from connector.errors import TrackerError
from connector.store.feed import RESERVED_FOR
from connector.store.tables import EPOCH, Instant, agenda, sites
from connector.store.waits import Failing, Wait, note_failure, note_success
from connector.trackers.port import Rank
from policies.model import TicketRef


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to sync one ticket, and what its row said when it was taken."""

    ref: TicketRef
    token: str
    version: int
    rank: Rank
    reason: str
    attempts: int


def start(conn: Connection, ref: TicketRef, now: datetime) -> Lease | None:
    """Take a ticket's row if it is due and free; None: nothing to do, or someone else does it."""
    columns = agenda.c
    token = f"{gethostname()}:{getpid()}:{uuid4().hex}"  # for people who look who holds a row
    reserved = and_(columns.token.is_(None), columns.busy_until > now)
    due = and_(columns.look_at <= now, or_(columns.token.is_(None), columns.busy_until <= now))
    paused = exists().where(sites.c.name == ref.site, sites.c.paused_until > now)
    row = conn.execute(
        update(agenda)
        .where(columns.site == ref.site, columns.ticket == ref.id, or_(reserved, due), ~paused)
        .values(token=token, busy_until=now + RESERVED_FOR)
        .returning(columns.version, columns.rank, columns.reason, columns.attempts)
    ).one_or_none()
    return None if row is None else Lease(ref, token, row.version, Rank(row.rank), row.reason, row.attempts)


def renew(conn: Connection, lease: Lease, now: datetime) -> bool:
    """Keep the row for another while; False: someone else has it, stop."""
    kept = update(agenda).where(*_mine(lease)).values(busy_until=now + RESERVED_FOR)
    return conn.execute(kept).rowcount == 1


def finish(conn: Connection, lease: Lease, look_at: datetime | None, now: datetime) -> bool:
    """Release the row after a success and say when to look next; False: it was someone else's, roll all back.

    Where an event came meanwhile the row stays due.
    """
    columns = agenda.c
    unchanged = columns.version == lease.version
    released = (
        update(agenda)
        .where(*_mine(lease))
        .values(
            token=None,
            busy_until=EPOCH,
            attempts=0,
            held_until=EPOCH,
            through_site=False,
            look_at=case((unchanged, literal(look_at, Instant)), else_=columns.look_at),
            rank=case((unchanged, int(Rank.URGENT)), else_=columns.rank),
        )
    )
    if conn.execute(released).rowcount != 1:
        return False
    note_success(conn, lease.ref, now)
    return True


def fail(conn: Connection, lease: Lease, error: TrackerError, now: datetime, jitter: float) -> Wait | None:
    """Release the row after a failure, to be looked at again after a wait; None: it was someone else's.

    `jitter` is a number from 0 to 1.
    """
    columns = agenda.c
    if not renew(conn, lease, now):
        return None
    wait = note_failure(conn, Failing(lease.ref, error, lease.attempts, now, jitter))
    unchanged = or_(columns.version == lease.version, literal(wait.hold))
    conn.execute(
        update(agenda)
        .where(*_mine(lease))
        .values(
            token=None,
            busy_until=EPOCH,
            attempts=wait.attempts,
            held_until=wait.until if wait.hold else EPOCH,
            through_site=wait.through_site,
            look_at=case((unchanged, literal(wait.until, Instant)), else_=columns.look_at),
        )
    )
    return wait


def rekey(conn: Connection, lease: Lease) -> bool:
    """Remove a row that was named by a key, once its id has been woken; False: it was someone else's."""
    return conn.execute(delete(agenda).where(*_mine(lease))).rowcount == 1


def _mine(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    columns = agenda.c
    return columns.site == lease.ref.site, columns.ticket == lease.ref.id, columns.token == lease.token
