"""START, RENEW, FINISH and FAIL: one sync at a time holds a ticket's row, and only its holder may end it."""

from dataclasses import dataclass
from datetime import datetime
from os import getpid
from socket import gethostname
from uuid import uuid4

from sqlalchemy import Connection, Integer, Text, Update, and_, bindparam, case, delete, exists, literal, or_, update
from sqlalchemy.sql.dml import ReturningUpdate

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
    token = f"{gethostname()}:{getpid()}:{uuid4().hex}"  # for people who look who holds a row
    given = {"of_site": ref.site, "of_ticket": ref.id, "mine": token, "now": now, "until": now + RESERVED_FOR}
    row = conn.execute(_START, given).one_or_none()
    return None if row is None else Lease(ref, token, row.version, Rank(row.rank), row.reason, row.attempts)


def renew(conn: Connection, lease: Lease, now: datetime) -> bool:
    """Keep the row for another while; False: someone else has it, stop."""
    return conn.execute(_RENEW, {**_named(lease), "until": now + RESERVED_FOR}).rowcount == 1


def finish(conn: Connection, lease: Lease, look_at: datetime | None, now: datetime) -> bool:
    """Release the row after a success and say when to look next; False: it was someone else's, roll all back.

    Where an event came meanwhile the row stays due.
    """
    if conn.execute(_FINISH, {**_named(lease), "read": lease.version, "next": look_at}).rowcount != 1:
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
        .where(*_MINE)
        .values(
            token=None,
            busy_until=EPOCH,
            attempts=wait.attempts,
            held_until=wait.until if wait.hold else EPOCH,
            through_site=wait.through_site,
            look_at=case((unchanged, literal(wait.until, Instant)), else_=columns.look_at),
        ),
        _named(lease),
    )
    return wait


def look_by(conn: Connection, ref: TicketRef, at: datetime) -> None:
    """Have a ticket looked at by then, if that is not to come before."""
    conn.execute(_LOOK_BY, {"of_site": ref.site, "of_ticket": ref.id, "by": at})


def put_back(conn: Connection, lease: Lease) -> bool:
    """Release the row as it was taken, still due and with nothing counted; False: it was someone else's."""
    return conn.execute(_PUT_BACK, _named(lease)).rowcount == 1


def rekey(conn: Connection, lease: Lease, now: datetime) -> bool:
    """Remove a row that was named by a key, with its failure, where its id is woken; False: it was someone else's."""
    if conn.execute(delete(agenda).where(*_MINE), _named(lease)).rowcount != 1:
        return False
    note_success(conn, lease.ref, now)  # it was found: a failure under its key would stand for ever
    return True


def _named(lease: Lease) -> dict[str, str]:
    return {"of_site": lease.ref.site, "of_ticket": lease.ref.id, "mine": lease.token}


def _start() -> ReturningUpdate[tuple[int, int, str, int]]:
    columns = agenda.c
    reserved = and_(columns.token.is_(None), columns.busy_until > _NOW)
    due = and_(columns.look_at <= _NOW, or_(columns.token.is_(None), columns.busy_until <= _NOW))
    paused = exists().where(sites.c.name == _SITE, sites.c.paused_until > _NOW)
    return (
        update(agenda)
        .where(*_THIS, or_(reserved, due), ~paused)
        .values(token=_TOKEN, busy_until=_UNTIL)
        .returning(columns.version, columns.rank, columns.reason, columns.attempts)
    )


def _finish() -> Update:
    columns = agenda.c
    unchanged = columns.version == bindparam("read", type_=Integer)
    return (
        update(agenda)
        .where(*_MINE)
        .values(
            token=None,
            busy_until=EPOCH,
            attempts=0,
            held_until=EPOCH,
            through_site=False,
            look_at=case((unchanged, bindparam("next", type_=Instant)), else_=columns.look_at),
            rank=case((unchanged, int(Rank.URGENT)), else_=columns.rank),
        )
    )


_SITE, _TOKEN = bindparam("of_site", type_=Text), bindparam("mine", type_=Text)
_NOW, _UNTIL = bindparam("now", type_=Instant), bindparam("until", type_=Instant)
_THIS = (agenda.c.site == _SITE, agenda.c.ticket == bindparam("of_ticket"))
_MINE = (*_THIS, agenda.c.token == _TOKEN)

# Built once: composing them costs more than running them.
_START, _FINISH = _start(), _finish()
_RENEW = update(agenda).where(*_MINE).values(busy_until=_UNTIL)
_BY = bindparam("by", type_=Instant)
_LOOK_BY = update(agenda).where(*_THIS, or_(agenda.c.look_at.is_(None), agenda.c.look_at > _BY)).values(look_at=_BY)
_PUT_BACK = update(agenda).where(*_MINE).values(token=None, busy_until=EPOCH)
