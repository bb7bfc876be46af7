"""The plan of notices in SQL: what stands for a ticket, what a new plan puts and cancels, what is old enough to go."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Text, bindparam, delete, exists, or_, select, update

from connector.store.tables import EPOCH, Instant, notices, open_cycles
from connector.store.upsert import insert_into
from policies.model import TicketRef
from policies.notices import Notice, NoticeState, Standing
from policies.replan import Plan

KEPT_FOR = timedelta(days=90)
"""How long notices of a cycle that is over are kept."""

_KEY = ("metric", "start_at", "due_at", "step", "channel", "repetition")
_FACTS = (*_KEY, "send_at")
_COLUMNS = notices.c
_SITE, _TICKET = bindparam("of_site", type_=Text), bindparam("of_ticket", type_=Text)
_MINE = (_COLUMNS.site == _SITE, _COLUMNS.ticket == _TICKET)
_UNSENT = or_(*(_COLUMNS.state == state.value for state in (NoticeState.PLANNED, NoticeState.FAILED)))
_UNTOLD = or_(_UNSENT, _COLUMNS.state == NoticeState.CANCELLED.value)
_OVER = [NoticeState.SENT.value, NoticeState.CANCELLED.value, NoticeState.FAILED.value]


def standing_notices(conn: Connection, ref: TicketRef) -> tuple[Standing, ...]:
    """Return a ticket's notices with what became of each, in the order in which they go out."""
    rows = conn.execute(_STANDING, _named(ref)).mappings()
    return tuple(Standing(_notice(row), NoticeState(row["state"]), row["doubtful"]) for row in rows)


def keep_plan(conn: Connection, ref: TicketRef, plan: Plan) -> bool:
    """Cancel and plan a ticket's notices; False: one to be cancelled is being sent by now, so plan anew.

    Whatever was sent, or is being sent, stays as it is. A notice to plan that stands otherwise is planned anew.
    """
    if plan.cancel:
        cancelled = [{**_named(ref), **_key(notice), "why": reason} for notice, reason in plan.cancel]
        if conn.execute(_CANCEL, cancelled).rowcount < len(cancelled):
            return False
    if plan.put:
        rows = [{"site": ref.site, "ticket": ref.id, **_row(notice)} for notice in plan.put]
        conn.execute(_put(conn.dialect.name), rows)
    return True


def purge_notices(conn: Connection, now: datetime) -> int:
    """Delete the notices of cycles that were over long ago; return how many. Those of open cycles stay."""
    return conn.execute(_PURGE, {"before": now - KEPT_FOR}).rowcount


def _notice(row: RowMapping) -> Notice:
    return Notice(**{name: row[name] for name in _FACTS})


def _named(ref: TicketRef) -> dict[str, Any]:
    return {"of_site": ref.site, "of_ticket": ref.id}


def _key(notice: Notice) -> dict[str, Any]:
    return {f"of_{name}": getattr(notice, name) for name in _KEY}


def _row(notice: Notice) -> dict[str, Any]:
    """Give a notice as a row that was never tried; it is sent at `next_at`, which trying moves."""
    key = {name: getattr(notice, name) for name in _KEY}
    return key | {"send_at": notice.send_at, "next_at": notice.send_at, "state": NoticeState.PLANNED.value, **_UNTRIED}


_UNTRIED: dict[str, Any] = {
    "reason": None,
    "busy_until": EPOCH,
    "token": None,
    "attempts": 0,
    "error": None,
    "since": None,
}  # but not `doubtful`: what may have been received once stays so


@cache
def _put(dialect: str) -> Any:
    insert = insert_into(dialect, notices)
    changed = {name: insert.excluded[name] for name in ("send_at", "next_at", "state", *_UNTRIED)}
    return insert.on_conflict_do_update(index_elements=["site", "ticket", *_KEY], set_=changed, where=_UNTOLD)


# Built once: they run at every sync.
_STANDING = (
    select(*(_COLUMNS[name] for name in (*_FACTS, "state", "doubtful")))
    .where(*_MINE)
    .order_by(_COLUMNS.send_at, _COLUMNS.id)
)
_CANCEL = (
    update(notices)
    .where(*_MINE, *(_COLUMNS[name] == bindparam(f"of_{name}", type_=_COLUMNS[name].type) for name in _KEY), _UNSENT)
    .values(state=NoticeState.CANCELLED.value, reason=bindparam("why", type_=Text))
)
_IS_OPEN = exists().where(
    open_cycles.c.site == _COLUMNS.site,
    open_cycles.c.ticket == _COLUMNS.ticket,
    open_cycles.c.metric == _COLUMNS.metric,
    open_cycles.c.start_at == _COLUMNS.start_at,
)
_PURGE = delete(notices).where(
    _COLUMNS.state.in_(_OVER), _COLUMNS.next_at < bindparam("before", type_=Instant), ~_IS_OPEN
)
