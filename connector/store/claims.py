"""Claims of notices: one notifier at a time sends a row, and only its token may say what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, literal, update

from connector.store.due_notices import CLAIMED_FOR, IS_DUE, SENDING, Waiting, at
from connector.store.tables import EPOCH, Instant, notices
from policies.notices import NoticeState

_C = notices.c


def claim(conn: Connection, rows: Sequence[Waiting], token: str, now: datetime, incident: str | None = None) -> bool:
    """Take rows to send them as one message; False: one is no longer to be had, so roll all back.

    A row whose claim lapsed becomes doubtful. `incident` is kept with rows that share one from now on.
    """
    until = now + CLAIMED_FOR
    values: dict[str, Any] = {"state": SENDING, "token": token, "busy_until": until, "next_at": until}
    values |= {"doubtful": case((_C.state == SENDING, True), else_=_C.doubtful)}
    values |= {"incident": incident} if incident else {}
    chosen = update(notices).where(_C.id.in_([row.id for row in rows]), IS_DUE).values(**values)
    return conn.execute(chosen, at(now)).rowcount == len(rows)


def mark_sent(conn: Connection, token: str, now: datetime) -> int:
    """Note that what was claimed was sent; return how many rows. The token stays: it tells what went out together."""
    values = {
        "state": NoticeState.SENT.value,
        "sent_at": now,
        "next_at": now,
        "busy_until": EPOCH,
        "error": None,
        "since": None,
    }
    return conn.execute(update(notices).where(*_held(token)).values(**values)).rowcount


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A failed attempt: how many that makes, why, when to try again, and whether it may have been received."""

    attempts: int
    given_up: bool
    why: str
    next_at: datetime
    doubtful: bool = False


def mark_failed(conn: Connection, token: str, failed: Failed, now: datetime) -> int:
    """Note a failed attempt of what was claimed; return how many rows that were."""
    values = {
        "state": (NoticeState.FAILED if failed.given_up else NoticeState.PLANNED).value,
        "attempts": failed.attempts,
        "error": failed.why,
        "since": func.coalesce(_C.since, literal(now, Instant)),
        **_freed(failed.next_at, doubtful=failed.doubtful),
    }
    return conn.execute(update(notices).where(*_held(token)).values(**values)).rowcount


def give_back(conn: Connection, token: str, now: datetime, *, doubtful: bool) -> int:
    """Let go of what was claimed and not marked, so that it is sent at once by another; return how many rows."""
    values = {"state": NoticeState.PLANNED.value, **_freed(now, doubtful=doubtful)}
    return conn.execute(update(notices).where(*_held(token)).values(**values)).rowcount


def put_off(conn: Connection, rows: Iterable[Waiting], until: datetime, now: datetime) -> None:
    """Let due rows wait for an opening, or for a site's pause to end."""
    values = {
        "state": case((_C.state == SENDING, NoticeState.PLANNED.value), else_=_C.state),
        "doubtful": case((_C.state == SENDING, True), else_=_C.doubtful),
        "token": None,
        "next_at": until,
    }
    conn.execute(update(notices).where(_C.id.in_([row.id for row in rows]), IS_DUE).values(**values), at(now))


def cancel(conn: Connection, rows: Iterable[Waiting], reason: str, now: datetime) -> None:
    """Cancel due rows, with a machine word that says why."""
    values = {"state": NoticeState.CANCELLED.value, "reason": reason}
    conn.execute(update(notices).where(_C.id.in_([row.id for row in rows]), IS_DUE).values(**values), at(now))


def _freed(next_at: datetime, *, doubtful: bool) -> dict[str, Any]:
    return {
        "token": None,
        "busy_until": EPOCH,
        "next_at": next_at,
        "doubtful": case((_C.doubtful, True), else_=literal(doubtful)),
    }


def _held(token: str) -> tuple[Any, ...]:
    return _C.state == SENDING, _C.token == token
