"""What the watch looks at: a few facts about sites, processes, channels and what is due, each read by an index."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, Text, bindparam, exists, func, select

from connector.store.alerts import open_alerts
from connector.store.heartbeats import Heartbeat, latest
from connector.store.tables import Instant, agenda, missed, notices, open_cycles, sites
from policies.notices import NoticeState

MISSED_FOR = timedelta(hours=1)
"""How long webhooks count as not arriving after the last one that was missed, at least."""

WEBHOOKS_MISSING = "webhooks_missing"
"""The kind of the trouble that they don't arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """A site as it stands: whether it fails, since when and why, and since when its oldest due ticket waits."""

    name: str
    paused_until: datetime
    failures: int = 0
    reason: str | None = None
    failing_since: datetime | None = None
    oldest_due_at: datetime | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """A channel of which a notice failed: since when, why, and when it last took one."""

    name: str
    since: datetime
    error: str
    last_sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that the watch needs to know; `open_alerts` are the names of the trouble already told."""

    sites: tuple[SiteFacts, ...] = ()
    heartbeats: tuple[Heartbeat, ...] = ()
    channels: tuple[ChannelFacts, ...] = ()
    latest_due_at: datetime | None = None
    open_alerts: frozenset[str] = frozenset()


def read_facts(conn: Connection, now: datetime) -> Facts:
    """Read the facts in one short transaction."""
    told = open_alerts(conn)
    quiet = [alert.trouble.site for alert in told if alert.trouble.kind == WEBHOOKS_MISSING]
    lost = dict.fromkeys((site for site in quiet if _no_event_since(conn, site)), 1)
    lost |= {row.site: row.lost for row in conn.execute(_MISSED, {"since": now - MISSED_FOR})}
    return Facts(
        sites=tuple(
            SiteFacts(
                name=row.name,
                paused_until=row.paused_until,
                failures=row.failures,
                reason=row.reason,
                failing_since=row.failing_since,
                oldest_due_at=row.oldest,
                missed=lost.get(row.name, 0),
            )
            for row in conn.execute(_SITES, {"now": now})
        ),
        heartbeats=latest(conn),
        channels=tuple(
            ChannelFacts(name=row.channel, since=row.since, error=row.error or "", last_sent_at=row.last)
            for row in conn.execute(_CHANNELS)
        ),
        latest_due_at=conn.execute(_LATEST_DUE).scalar_one(),
        open_alerts=frozenset(alert.trouble.name for alert in told),
    )


def _no_event_since(conn: Connection, site: str) -> bool:
    """Say whether no event came since the last change of which none told: a quiet night mends no webhook."""
    last = conn.execute(_LAST_MISSED, {"of_site": site}).scalar_one()
    return last is not None and not conn.execute(_TOLD_SINCE, {"of_site": site, "last": last}).scalar_one()


def _channels() -> Select[tuple[str, datetime | None, str | None, datetime | None]]:
    """Find each channel's failing notices; what is sent keeps in `next_at` when it was."""
    sent = notices.alias("sent")
    last = (
        select(func.max(sent.c.next_at))
        .where(sent.c.channel == notices.c.channel, sent.c.state == NoticeState.SENT.value)
        .scalar_subquery()
    )
    failing = notices.c.since.is_not(None)
    state = func.coalesce(notices.c.state, "")  # else SQLite walks all that are planned, not the index of the failing
    return (
        select(
            notices.c.channel,
            func.min(notices.c.since).label("since"),
            func.max(notices.c.error).label("error"),
            last.label("last"),
        )
        .where(failing, state.in_([NoticeState.PLANNED.value, NoticeState.FAILED.value]))
        .group_by(notices.c.channel)
    )


# Built once: composing them costs more than running them.
_OLDEST = (
    select(func.min(agenda.c.look_at))
    .where(agenda.c.site == sites.c.name, agenda.c.look_at <= bindparam("now", type_=Instant))
    .scalar_subquery()
)
_SITES = select(sites, _OLDEST.label("oldest")).order_by(sites.c.name)
_MISSED = (
    select(missed.c.site, func.count().label("lost"))
    .where(missed.c.counted_at > bindparam("since", type_=Instant))
    .group_by(missed.c.site)
)
_OF_SITE = bindparam("of_site", type_=Text)
_LAST_MISSED = select(func.max(missed.c.found_at)).where(missed.c.site == _OF_SITE, missed.c.counted_at.is_not(None))
_TOLD_SINCE = select(exists().where(agenda.c.site == _OF_SITE, agenda.c.told_at > bindparam("last", type_=Instant)))
_CHANNELS = _channels()
_LATEST_DUE = select(func.max(open_cycles.c.due_at))
