"""The watch: what is trouble of dueby's own, decided from facts alone, so that operators see it before users do."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connector.errors import UNAUTHORIZED
from connector.store.alerts import Trouble
from connector.store.heartbeats import Heartbeat
from connector.store.waits import RUNNING_FAILURES
from connector.store.watched import WEBHOOKS_MISSING, ChannelFacts, Facts, SiteFacts

SILENT_FOR = timedelta(seconds=60)
BEHIND_FOR = timedelta(minutes=5)
FAILING_FOR = timedelta(minutes=10)
WATCHED_KINDS = ("notifier", "timekeeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the facts in SQL don't say.

    `watching_since`: since when this process has looked without a break; what was silent or waited while nobody looked
    is nobody's fault. `last_years`: each holiday code in use -> the last year for which it has data.
    """

    sites: Collection[str]
    watching_since: datetime
    last_years: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Watching:
    """Notes since when a process has looked without a break; a machine that slept has not looked."""

    since: datetime | None = None
    looked_at: datetime | None = None

    def look(self, now: datetime) -> datetime:
        """Note a look and return since when there was no break of a minute, and no time put back."""
        if self.since is None or self.looked_at is None or not timedelta() <= now - self.looked_at < SILENT_FOR:
            self.since = now
        self.looked_at = now
        return self.since


def troubles(facts: Facts, known: Known, now: datetime) -> tuple[Trouble, ...]:
    """Return all trouble there is now."""
    found = [*silences(facts.heartbeats, facts.open_alerts, known.watching_since, now)]
    for site in (site for site in facts.sites if site.name in known.sites):
        found += _of_site(site, facts.open_alerts, now)
    found += _broken(facts.heartbeats, now)
    found += _agenda_behind(facts, known, now)
    found += _holidays_end(facts.latest_due_at, known.last_years)
    for channel in facts.channels:
        found += _channel_failing(channel, now)
    return tuple(found)


def silences(
    heartbeats: Collection[Heartbeat], told: Collection[str], watching_since: datetime, now: datetime
) -> Iterator[Trouble]:
    """Find the kinds of which no process was heard of for a minute in which somebody listened; told ones stand."""
    for kind in WATCHED_KINDS:
        trouble = Trouble(kind=f"{kind}_silent")
        listened = trouble.name in told or now - watching_since >= SILENT_FOR
        if listened and not any(beat.kind == kind and _fresh(beat, now) for beat in heartbeats):
            yield trouble


def _fresh(beat: Heartbeat, now: datetime) -> bool:
    return abs(now - beat.at) < SILENT_FOR  # a sign of life of a time that has not come is from before a jump


def _of_site(site: SiteFacts, told: Collection[str], now: datetime) -> Iterator[Trouble]:
    """Find what keeps a whole site; refused credentials stand until it answers, whatever else happens meanwhile."""
    refused = Trouble(kind="credentials_refused", site=site.name)
    if site.failures and (site.reason == UNAUTHORIZED or refused.name in told):
        yield refused
    elif site.failing_since and now - site.failing_since >= FAILING_FOR and _whole_site(site, now):
        yield Trouble(kind="site_paused", site=site.name, detail=site.reason or "")
    if site.missed:
        yield Trouble(kind=WEBHOOKS_MISSING, site=site.name)


def _whole_site(site: SiteFacts, now: datetime) -> bool:
    return site.failures >= RUNNING_FAILURES or site.paused_until > now


def _broken(heartbeats: Collection[Heartbeat], now: datetime) -> Iterator[Trouble]:
    said = sorted(beat.trouble for beat in heartbeats if beat.trouble and _fresh(beat, now))
    if said:
        yield Trouble(kind="policy_broken", detail=said[0])


def _agenda_behind(facts: Facts, known: Known, now: datetime) -> Iterator[Trouble]:
    """Find due tickets that wait although their site answers and somebody has fed it all the while."""
    trouble = Trouble(kind="agenda_behind")
    able = [site for site in facts.sites if site.name in known.sites and not site.failures and site.paused_until <= now]
    waits = [site.oldest_due_at for site in able if site.oldest_due_at]
    if not waits:
        return
    since = min(waits) if trouble.name in facts.open_alerts else max(min(waits), known.watching_since)
    if now - since >= BEHIND_FOR:
        yield trouble


def _holidays_end(latest_due_at: datetime | None, last_years: Mapping[str, int]) -> Iterator[Trouble]:
    ended = [code for code, year in sorted(last_years.items()) if latest_due_at and year < latest_due_at.year]
    if ended:
        yield Trouble(kind="holidays_end", detail=", ".join(f"{code}: {last_years[code]}" for code in ended))


def _channel_failing(channel: ChannelFacts, now: datetime) -> Iterator[Trouble]:
    """Find a channel that takes nothing; one refused notice among others that go out is that notice's failure."""
    took_others = channel.last_sent_at is not None and channel.last_sent_at > channel.since
    if now - channel.since >= FAILING_FOR and not took_others:
        yield Trouble(kind="channel_failing", channel=channel.name, detail=channel.error)
