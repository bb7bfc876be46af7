"""The incidents that a channel was told of until it is over, and those of them that nobody else's cycle keeps open."""

from collections.abc import Collection

from sqlalchemy import Connection, and_, exists, func, or_, select

from connector.store.due_notices import SENDING, Waiting
from connector.store.tables import EPOCH, notices
from policies.notices import OVER, Notice, NoticeState

_C, _OTHER, _OVER = notices.c, notices.alias("other"), notices.alias("over")
_TOLD = (NoticeState.SENT.value, SENDING)


def told_of(conn: Connection, row: Waiting) -> tuple[tuple[Notice, str | None], ...]:
    """Return what a channel was told since the stand-down before this one, each with the incident that it shared.

    The start may have been corrected meanwhile: what was told of the earlier one is over too.
    """
    named = {"site": row.ref.site, "ticket": row.ref.id, "metric": row.notice.metric, "channel": row.notice.channel}
    mine = [_C[name] == value for name, value in named.items()]
    earlier = select(func.max(_C.send_at)).where(*mine, _C.step == OVER, _C.state == NoticeState.SENT, _C.id != row.id)
    over_at = conn.execute(earlier).scalar_one() or EPOCH
    chosen = select(notices).where(*mine, _C.step != OVER, _C.send_at > over_at)
    told = chosen.where(or_(_C.state.in_(_TOLD), _C.doubtful)).order_by(_C.send_at, _C.id)
    fields = Notice.__dataclass_fields__
    return tuple(
        (Notice(**{name: getattr(found, name) for name in fields}), found.incident) for found in conn.execute(told)
    )


def kept_open(conn: Connection, incidents: Collection[str]) -> frozenset[str]:
    """Return those incidents that also tell of a cycle whose stand-down has not come yet."""
    cycle = (_OVER.c[name] == _OTHER.c[name] for name in ("site", "ticket", "metric", "channel"))
    stood_down = exists().where(
        and_(*cycle), _OVER.c.step == OVER, _OVER.c.state.in_(_TOLD), _OVER.c.send_at >= _OTHER.c.send_at
    )
    standing = select(_OTHER.c.incident).where(_OTHER.c.incident.in_(incidents), _OTHER.c.state.in_(_TOLD), ~stood_down)
    return frozenset(conn.execute(standing.distinct()).scalars()) if incidents else frozenset()
