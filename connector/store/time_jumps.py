"""The time was put back: what waits for an instant of the time before must not wait for it to come round again."""

from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, Connection, literal, update

from connector.store.agenda import put_open_tickets
from connector.store.due_notices import CLAIMED_FOR
from connector.store.feed import RESERVED_FOR
from connector.store.tables import Instant, agenda, notices, sites, walks
from connector.trackers.port import Rank
from policies.notices import NoticeState

REASON = "time_put_back"


def time_put_back(conn: Connection, by: timedelta, now: datetime) -> int:
    """Let leases, claims, pauses and waits end when they would have; look anew at every open ticket. Return how many.

    What was written and sent by the time before stands until then; another timekeeper may do the same.
    """
    beyond = now + by
    for column, longest in ((agenda.c.busy_until, RESERVED_FOR), (walks.c.busy_until, timedelta())):
        late = update(column.table).where(column > now + RESERVED_FOR)
        conn.execute(late.values({column: literal(now + longest, Instant)}))
    sending = notices.c.state == NoticeState.SENDING.value
    claimed = update(notices).where(sending, notices.c.next_at > now + CLAIMED_FOR)
    conn.execute(claimed.values(next_at=now + CLAIMED_FOR, busy_until=now + CLAIMED_FOR))
    tried = (notices.c.state != NoticeState.SENT.value, notices.c.attempts > 0, notices.c.next_at > beyond)
    conn.execute(update(notices).where(*tried).values(next_at=_earlier(notices.c.next_at, by)))
    for column in (sites.c.paused_until, agenda.c.held_until, walks.c.next_at):
        conn.execute(update(column.table).where(column > beyond).values({column: _earlier(column, by)}))
    return put_open_tickets(conn, None, Rank.RECOMPUTE, now, REASON)


def _earlier(column: ColumnElement[datetime], by: timedelta) -> ColumnElement[datetime]:
    return column - literal(by // timedelta(microseconds=1), BigInteger)
