"""Raise and end alerts as the watch finds them; timekeepers and notifiers watch each other through this."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import structlog
from sqlalchemy import Engine

from connector.decided import InForce
from connector.settings import Settings
from connector.store.alerts import Alert, Trouble, can_be_told, end_alert, open_alerts, raise_alert
from connector.store.engine import reading, writing
from connector.store.heartbeats import latest
from connector.store.watched import read_facts
from policies.escalation_schema import Channel
from policies.holidays_in_use import last_years_in_use
from worker.watch import WATCHED_KINDS, Known, Watching, silences, troubles

_SILENCES = frozenset(f"{kind}_silent" for kind in WATCHED_KINDS)
_log = structlog.get_logger(__name__)


class Alarm:
    """One process's watch: it remembers since when it looks, and which channel it last told."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._watching = settings, Watching()
        self._told: str | None = None
        self._missed: str | None = None
        self._years: tuple[InForce, Mapping[str, int]] | None = None

    def look(self, engine: Engine, rules: InForce, now: datetime) -> None:
        """Look at everything: raise what is trouble, end what is over. Raise StoreAway."""
        with reading(engine) as conn:
            facts, standing = read_facts(conn, now), open_alerts(conn)
        since, years = self._watching.look(now), self._last_years(rules)
        known = Known(sites=self._settings.sites, watching_since=since, last_years=years)
        self._settle(engine, standing, troubles(facts, known, now), self._channel(rules.mappings.channels), now)

    def look_at_others(self, engine: Engine, channels: Collection[Channel], now: datetime) -> None:
        """Look only whether timekeepers and notifiers are heard of. Raise StoreAway."""
        with reading(engine) as conn:
            heartbeats = latest(conn)
            standing = tuple(alert for alert in open_alerts(conn) if alert.trouble.kind in _SILENCES)
        told = {alert.trouble.name for alert in standing}
        found = tuple(silences(heartbeats, told, self._watching.look(now), now))
        self._settle(engine, standing, found, self._channel(channels), now)

    def _settle(
        self,
        engine: Engine,
        standing: Iterable[Alert],
        found: Collection[Trouble],
        channel: str | None,
        now: datetime,
    ) -> None:
        """Write only where something changed, or where another channel is to be told from now on."""
        before = {alert.trouble.name: alert.trouble for alert in standing}
        fresh = [trouble for trouble in found if channel != self._told or before.get(trouble.name) != trouble]
        over = before.keys() - {trouble.name for trouble in found}
        if fresh or over:
            with writing(engine) as conn:
                for trouble in fresh:
                    own = trouble.channel == channel  # of its own failure it can't tell
                    raise_alert(conn, trouble, None if own else channel, now)
                for name in sorted(over):
                    end_alert(conn, name, now)
        self._told = channel

    def _channel(self, channels: Iterable[Channel]) -> str | None:
        """Return the channel to tell; one that isn't there is said once in the log."""
        wanted = self._settings.alerts
        if wanted is None or can_be_told(wanted, channels):
            self._missed = None
            return wanted
        if self._missed != wanted:
            self._missed = wanted
            _log.warning("alerts_channel_missing", channel=wanted, todo="add it under `channels`, with a url")
        return None

    def _last_years(self, rules: InForce) -> Mapping[str, int]:
        if self._years is None or self._years[0] is not rules:
            self._years = rules, last_years_in_use(rules.mappings, rules.policies)
        return self._years[1]
