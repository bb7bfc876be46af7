"""Alerts: trouble of dueby's own, told once and once more when it is over, whoever finds it and however many do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Connection, Row, and_, delete, select, update

from connector.store.tables import alerts, notices
from connector.store.upsert import insert_once
from policies.escalation_schema import Channel
from policies.notices import OVER, NoticeState

METRIC = STEP = "alert"
"""The metric and the step that a notice of an alert carries."""

FLAPS_FOR = timedelta(minutes=1)
"""Trouble that comes back sooner is the same trouble; that it is over is told only after as long."""

KEPT_FOR = timedelta(days=7)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Trouble:
    """One trouble: its kind, the site or the channel it is about, and the cause in words."""

    kind: str
    site: str = ""
    channel: str = ""
    detail: str = ""

    @property
    def name(self) -> str:
        """Tell it from every other trouble; the cause may change meanwhile."""
        return ":".join(part for part in (self.kind, self.site or self.channel) if part)


@dataclass(frozen=True, slots=True)
class Alert:
    """A trouble as stored: since when, and when it ended if it did."""

    trouble: Trouble
    since: datetime
    over_at: datetime | None


def raise_alert(conn: Connection, trouble: Trouble, channel: str | None, now: datetime) -> None:
    """Note a trouble and have the channel told, where there is one. Cheap to repeat: it is told once."""
    if _begins(conn, trouble, now):
        told = {"site": trouble.site or None, "channel": trouble.channel or None}
        _log.error("alert", alert=trouble.kind, detail=trouble.detail, **told)
    since = _since(conn, trouble.name)
    if channel is not None and since is not None:
        _tell(conn, trouble, since, STEP, channel, now)


def end_alert(conn: Connection, name: str, now: datetime) -> bool:
    """Note that a trouble is over and have told whoever heard of it, in a minute; False: it was over already."""
    over = update(alerts).where(alerts.c.name == name, alerts.c.over_at.is_(None)).values(over_at=now)
    found = conn.execute(over.returning(*alerts.c)).one_or_none()
    if found is None:
        return False
    trouble = _read(found).trouble
    told = select(notices.c.channel).where(_of(trouble), notices.c.start_at == found.since, notices.c.step == STEP)
    for channel in conn.execute(told).scalars().all():
        _tell(conn, trouble, found.since, OVER, channel, now + FLAPS_FOR)
    _log.info("alert_over", alert=trouble.kind, site=trouble.site or None, channel=trouble.channel or None)
    return True


def can_be_told(name: str, channels: Iterable[Channel]) -> bool:
    """Say whether alerts can go to a channel: it is there, and is no comment on a ticket."""
    return any(channel.name == name and channel.url is not None for channel in channels)


def open_alerts(conn: Connection) -> tuple[Alert, ...]:
    """Return the trouble there is, by name."""
    found = conn.execute(select(alerts).where(alerts.c.over_at.is_(None)).order_by(alerts.c.name))
    return tuple(_read(row) for row in found)


def find_alert(conn: Connection, name: str) -> Alert | None:
    """Return a trouble that is or was, by the name that its notices carry in the ticket's place."""
    found = conn.execute(select(alerts).where(alerts.c.name == name)).one_or_none()
    return None if found is None else _read(found)


def purge_alerts(conn: Connection, now: datetime) -> None:
    """Forget trouble that has been over for a week."""
    conn.execute(delete(alerts).where(alerts.c.over_at < now - KEPT_FOR))


def _begins(conn: Connection, trouble: Trouble, now: datetime) -> bool:
    """Write a trouble down; False: it is known, or it has only been away for a moment."""
    fresh = {"kind": trouble.kind, "site": trouble.site or None, "detail": trouble.detail, "since": now}
    if insert_once(conn, alerts, {"name": trouble.name, **fresh}):
        return True
    mine = alerts.c.name == trouble.name
    ended = alerts.c.over_at <= now - FLAPS_FOR
    if conn.execute(update(alerts).where(mine, ended).values(**fresh, over_at=None)).rowcount:
        return True
    if conn.execute(update(alerts).where(mine, alerts.c.over_at.is_not(None)).values(over_at=None)).rowcount:
        unsent = (notices.c.step == OVER, notices.c.state == NoticeState.PLANNED.value)
        conn.execute(delete(notices).where(_of(trouble), *unsent))
    changed = (mine, alerts.c.detail != trouble.detail)
    conn.execute(update(alerts).where(*changed).values(detail=trouble.detail))
    return False


def _since(conn: Connection, name: str) -> datetime | None:
    return conn.execute(select(alerts.c.since).where(alerts.c.name == name)).scalar_one_or_none()


def _read(row: Row[*tuple[object, ...]]) -> Alert:
    channel = "" if row.site else row.name.partition(":")[2]
    trouble = Trouble(kind=row.kind, site=row.site or "", channel=channel, detail=row.detail)
    return Alert(trouble, row.since, row.over_at)


def _of(trouble: Trouble) -> ColumnElement[bool]:
    columns = notices.c
    return and_(columns.site == trouble.site, columns.ticket == trouble.name, columns.metric == METRIC)


def _tell(  # noqa: PLR0913, PLR0917  # one notice
    conn: Connection, trouble: Trouble, since: datetime, step: str, channel: str, send_at: datetime
) -> None:
    """Plan a notice like any other, with the trouble's name in the ticket's place."""
    of_a_cycle = {"site": trouble.site, "ticket": trouble.name, "metric": METRIC, "start_at": since, "due_at": since}
    first = {"step": step, "channel": channel, "repetition": 0, "state": NoticeState.PLANNED.value}
    insert_once(conn, notices, {**of_a_cycle, **first, "send_at": send_at, "next_at": send_at})
