"""What is counted for /metrics, in one read: each statement walks an index, so that 100,000 rows cost little."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, true

from connector.store.alerts import Trouble, open_alerts
from connector.store.heartbeats import Heartbeat, latest
from connector.store.rates import WINDOW
from connector.store.tables import (
    Instant,
    agenda,
    deliveries,
    failures,
    missed,
    notices,
    open_cycles,
    requests,
    tickets,
    walks,
)
from connector.store.tables import sites as site_table
from connector.store.watched import MISSED_FOR
from policies.notices import NoticeState

LATELY = timedelta(minutes=5)
_UNSENT = [NoticeState.PLANNED.value, NoticeState.FAILED.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Numbers and instants by site, or by site and state, site and reason, channel, channel and state."""

    due: Mapping[str, int]
    oldest_due_at: Mapping[str, datetime]
    open_cycles: Mapping[tuple[str, str], int]
    failures: Mapping[tuple[str, str], int]
    paused_until: Mapping[str, datetime]
    failing_since: Mapping[str, datetime]
    notices: Mapping[tuple[str, str], int]
    late_notice_at: Mapping[str, datetime]
    webhooks: Mapping[str, int]
    missed: Mapping[str, int]
    requests: Mapping[str, int]
    synced_at: Mapping[str, datetime]
    walked_at: Mapping[str, datetime]
    heartbeats: tuple[Heartbeat, ...]
    alerts: tuple[Trouble, ...]


def read_measures(conn: Connection, now: datetime) -> Measures:
    """Count everything at one instant."""
    at = {"now": now, "lately": now - LATELY, "minute": now - WINDOW, "hour": now - MISSED_FOR}
    due = conn.execute(_DUE, at).all()
    places = conn.execute(select(site_table)).all()
    return Measures(
        due={row.site: row.number for row in due},
        oldest_due_at={row.site: row.oldest for row in due},
        open_cycles=_pairs(conn, _OPEN_CYCLES),
        failures=_pairs(conn, _FAILURES),
        paused_until={row.name: row.paused_until for row in places},
        failing_since={row.name: row.failing_since for row in places if row.failing_since is not None},
        notices=_pairs(conn, _NOTICES),
        late_notice_at=_by_name(conn, _LATE, at),
        webhooks=_by_name(conn, _WEBHOOKS, at),
        missed=_by_name(conn, _MISSED, at),
        requests=_by_name(conn, _REQUESTS, at),
        synced_at=_by_name(conn, _SYNCED, {}),
        walked_at=_by_name(conn, _WALKED, {}),
        heartbeats=latest(conn),
        alerts=tuple(alert.trouble for alert in open_alerts(conn)),
    )


def _by_name(conn: Connection, statement: Any, given: Mapping[str, datetime]) -> dict[str, Any]:
    return {name: value for name, value in conn.execute(statement, given) if value is not None}


def _pairs(conn: Connection, statement: Any) -> dict[tuple[str, str], int]:
    return {(name, word): number for name, word, number in conn.execute(statement)}


def _moment(name: str) -> Any:
    return bindparam(name, type_=Instant)


# Built once: composing them costs more than running them.
_NUMBER = func.count().label("number")
_DUE = (
    select(agenda.c.site, _NUMBER, func.min(agenda.c.look_at).label("oldest"))
    .where(agenda.c.look_at <= _moment("now"))
    .group_by(agenda.c.site)
)
_OPEN_CYCLES = select(open_cycles.c.site, open_cycles.c.state, _NUMBER).group_by(
    open_cycles.c.site, open_cycles.c.state
)
_FAILURES = (
    select(failures.c.site, failures.c.reason, _NUMBER)
    .where(failures.c.given_up == true())
    .group_by(failures.c.site, failures.c.reason)
)
_NOTICES = select(notices.c.channel, notices.c.state, _NUMBER).group_by(notices.c.channel, notices.c.state)
_LATE = (
    select(notices.c.channel, func.min(notices.c.send_at))
    .where(notices.c.state.in_(_UNSENT), notices.c.next_at <= _moment("now"))
    .group_by(notices.c.channel)
)
_WEBHOOKS = (
    select(deliveries.c.site, _NUMBER).where(deliveries.c.received_at > _moment("lately")).group_by(deliveries.c.site)
)
_MISSED = select(missed.c.site, _NUMBER).where(missed.c.counted_at > _moment("hour")).group_by(missed.c.site)
_REQUESTS = select(requests.c.site, _NUMBER).where(requests.c.at > _moment("minute")).group_by(requests.c.site)
_SYNCED = select(
    site_table.c.name,
    select(func.max(tickets.c.synced_at)).where(tickets.c.site == site_table.c.name).scalar_subquery(),
)
_WALKED = select(walks.c.site, func.min(walks.c.walked_at)).where(walks.c.kind == "changes").group_by(walks.c.site)
