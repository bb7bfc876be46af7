"""`/metrics` for Prometheus: gauges counted from SQL, so that several processes agree; no ticket, no secret."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from connector.settings import Settings
from connector.sites import Site
from connector.store.engine import StoreAway, open_engine, reading
from connector.store.measures import Measures, read_measures
from connector.web.health import SILENT_AFTER
from policies.model import State
from policies.notices import NoticeState

Metrics = Callable[[], bytes]
"""Give the metrics as text. Raises StoreAway where nothing can be counted."""

_OPEN = (State.RUNNING, State.BREACHED, State.PAUSED)
_KINDS = ("notifier", "timekeeper", "worker")


def metrics(text: Metrics) -> Response:
    """Answer with the metrics, or 503 where nothing can be counted."""
    try:
        return Response(text(), content_type=CONTENT_TYPE_LATEST)
    except (StoreAway, SQLAlchemyError):
        answer = jsonify(status="not_counted", missing=["database"])
        answer.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return answer


def metrics_of(settings: Settings, now: datetime) -> bytes:
    """Count everything now. Raise StoreAway."""
    with reading(open_engine(settings.database_url)) as conn:
        measures = read_measures(conn, now)
    registry = CollectorRegistry()
    registry.register(_Counted([*_of_sites(measures, settings.sites, now), *_of_dueby(measures, now)]))
    return generate_latest(registry)


class _Counted(Collector):
    """What was counted already."""

    def __init__(self, families: Iterable[GaugeMetricFamily]) -> None:
        self._families = list(families)

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Give it."""
        return self._families


def _of_sites(of: Measures, sites: Mapping[str, Site], now: datetime) -> Iterator[GaugeMetricFamily]:
    """Tell what is known of each configured site; where nothing was counted it is 0, so that alert rules see it."""
    names = sorted(sites)
    yield _by_site("dueby_agenda_due", "Tickets due for a look.", names, of.due)
    ages = _ages(of.oldest_due_at, now)
    yield _by_site("dueby_agenda_oldest_due_seconds", "How long the ticket due first has waited.", names, ages)
    cycles = {(name, state.value): of.open_cycles.get((name, state.value), 0) for name in names for state in _OPEN}
    yield _gauge("dueby_open_cycles", "Cycles that have not ended.", ("site", "state"), cycles.items())
    failing = {key: number for key, number in of.failures.items() if key[0] in sites}
    yield _gauge("dueby_failures", "Syncs that gave up.", ("site", "reason"), failing.items())
    paused = {name: int(until > now) for name, until in of.paused_until.items()}
    yield _by_site("dueby_site_paused", "1 while no request is sent to the site.", names, paused)
    since = _ages(of.failing_since, now)
    yield _by_site("dueby_site_failing_seconds", "For how long the site has failed; 0: it answers.", names, since)
    yield _by_site("dueby_webhooks_last_5_minutes", "Webhooks stored lately.", names, of.webhooks)
    yield _by_site("dueby_webhooks_missed_last_hour", "Changes of which no webhook told.", names, of.missed)
    rated = {name: site.per_minute for name, site in sites.items() if site.per_minute is not None}
    yield _by_site("dueby_rate_requests_last_minute", "Requests that count.", sorted(rated), of.requests)
    yield _by_site("dueby_rate_requests_allowed", "The site's rate.per_minute.", sorted(rated), rated)
    synced, walked = _ages(of.synced_at, now), _ages(of.walked_at, now)
    yield _by_site("dueby_last_sync_age_seconds", "Time since a ticket was synced.", _known(names, synced), synced)
    yield _by_site("dueby_last_walk_age_seconds", "Time up to which a walk is behind.", _known(names, walked), walked)


def _of_dueby(of: Measures, now: datetime) -> Iterator[GaugeMetricFamily]:
    """Tell what is known of notices, processes and alerts."""
    channels = sorted({channel for channel, _ in of.notices})
    counts = {(name, state.value): of.notices.get((name, state.value), 0) for name in channels for state in NoticeState}
    yield _gauge("dueby_notices", "Notices kept, by what became of them.", ("channel", "state"), counts.items())
    late = _ages(of.late_notice_at, now)
    named = [((name,), late.get(name, 0)) for name in channels]
    yield _gauge("dueby_notices_oldest_due_seconds", "How long the first unsent notice is late.", ("channel",), named)
    alive = [beat.kind for beat in of.heartbeats if abs(now - beat.at) < SILENT_AFTER]
    silent = [beat.kind for beat in of.heartbeats if abs(now - beat.at) >= SILENT_AFTER]
    yield _by_kind("dueby_processes_alive", "Processes heard of in the last 50 seconds.", alive)
    yield _by_kind("dueby_processes_silent", "Processes heard of within the hour, but not lately.", silent)
    raised = [((one.kind, one.site, one.channel), 1) for one in of.alerts]
    yield _gauge("dueby_alert", "1 for each alert that stands.", ("kind", "site", "channel"), raised)


def _by_site(name: str, text: str, names: Iterable[str], values: Mapping[str, float]) -> GaugeMetricFamily:
    return _gauge(name, text, ("site",), [((site,), values.get(site, 0)) for site in names])


def _by_kind(name: str, text: str, kinds: list[str]) -> GaugeMetricFamily:
    return _gauge(name, text, ("kind",), [((kind,), kinds.count(kind)) for kind in _KINDS])


def _gauge(
    name: str, text: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family


def _ages(moments: Mapping[str, datetime], now: datetime) -> dict[str, float]:
    return {name: max(now - at, timedelta()).total_seconds() for name, at in moments.items()}


def _known(names: Iterable[str], ages: Mapping[str, float]) -> list[str]:
    """Leave out what never happened: an age of 0 would be a lie."""
    return [name for name in names if name in ages]
