"""The incidents that a channel was told of in a cycle, and those of them that nobody else's cycle keeps open."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, exists, or_, select

from connector.store.due_notices import SENDING, Waiting
from connector.store.tables import notices
from policies.notices import OVER, Notice, NoticeState

_C, _OTHER, _OVER = notices.c, notices.alias("other"), notices.alias("over")
_TOLD = (NoticeState.SENT.value, SENDING)


def told_of(conn: Connection, row: Waiting) -> tuple[tuple[Notice, str | None], ...]:
    """Return what a channel was told in the cycle of a row, each with the incident that it shared with others."""
    mine = (getattr(_C, name) == getattr(row.notice, name) for name in ("metric", "start_at", "channel"))
    chosen = select(notices).where(_C.site == row.ref.site, _C.ticket == row.ref.id, *mine, _C.step != OVER)
    told = chosen.where(or_(_C.state.in_(_TOLD), _C.doubtful)).order_by(_C.send_at, _C.id)
    fields = Notice.__dataclass_fields__
    return tuple(
        (Notice(**{name: getattr(found, name) for name in fields}), found.incident) for found in conn.execute(told)
    )


def kept_open(conn: Connection, incidents: Collection[str]) -> frozenset[str]:
    """Return those incidents that also tell of a cycle whose stand-down has not come yet."""
    cycle = (_OVER.c[name] == _OTHER.c[name] for name in ("site", "ticket", "metric", "start_at", "channel"))
    stood_down = exists().where(
        and_(*cycle), _OVER.c.step == OVER, _OVER.c.state.in_(_TOLD), _OVER.c.send_at >= _OTHER.c.send_at
    )
    standing = select(_OTHER.c.incident).where(_OTHER.c.incident.in_(incidents), _OTHER.c.state.in_(_TOLD), ~stood_down)
    return frozenset(conn.execute(standing.distinct()).scalars()) if incidents else frozenset()
