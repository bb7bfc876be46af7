"""Metrics as Prometheus reads them: parsed by its own library, counted from rows put in by hand."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from connector.settings import Settings, load_settings
from connector.store.alerts import Trouble, raise_alert
from connector.store.engine import StoreAway, writing
from connector.store.heartbeats import beat
from connector.store.tables import (
    agenda,
    deliveries,
    failures,
    missed,
    notices,
    open_cycles,
    requests,
    sites,
    tickets,
    walks,
)
from connector.web.metrics import metrics_of
from connector.web.routes import Ports, join

DOCS = Path(__file__).parents[3] / "docs" / "operation"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
CONFIG = """\
sites:
  acme:
    tracker: jira
    deployment: cloud
    url: https://acme.example
    auth: {user: bot@acme.example, token: a-very-secret-token}
    webhook_secret: another-secret
    rate: {per_minute: 300}
  help:
    tracker: zendesk
    url: https://help.example
    auth: {client_id: dueby, client_secret: yet-another-secret}
"""
NAMES = {
    "dueby_agenda_due",
    "dueby_agenda_oldest_due_seconds",
    "dueby_alert",
    "dueby_failures",
    "dueby_last_sync_age_seconds",
    "dueby_last_walk_age_seconds",
    "dueby_notices",
    "dueby_notices_oldest_due_seconds",
    "dueby_open_cycles",
    "dueby_processes_alive",
    "dueby_processes_silent",
    "dueby_rate_requests_allowed",
    "dueby_rate_requests_last_minute",
    "dueby_site_failing_seconds",
    "dueby_site_paused",
    "dueby_webhooks_last_5_minutes",
    "dueby_webhooks_missed_last_hour",
}
"""Stable: whoever renames one breaks somebody's dashboard."""


@pytest.fixture
def settings(tmp_path: Path, engine: Engine) -> Settings:
    assert engine.url.database == f"{tmp_path}/dueby.db"
    (tmp_path / "dueby.yaml").write_text(CONFIG, encoding="utf-8")
    return load_settings({}, tmp_path)


def _ago(**by: float) -> datetime:
    return NOW - timedelta(**by)


def _fill(engine: Engine) -> None:
    at = {"start_at": NOW, "due_at": NOW, "send_at": _ago(seconds=30), "next_at": _ago(seconds=30)}
    notice = {"site": "acme", "metric": "first_response", "step": "breach", "repetition": 0, **at}
    ticket = {"key": "SUP-1", "title": "secret title", "url": "", "wrote": True, "ended": False, "state": "running"}
    cycle = {"metric": "first_response", "start_at": NOW, "receipt": []}
    failure = {"sentence": "", "since": NOW, "failed_at": NOW, "attempts": 10}
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (
            agenda,
            [
                {"site": "acme", "ticket": str(number), "rank": 0, "reason": "", "look_at": _ago(seconds=number)}
                for number in (-5, 10, 40)
            ],
        ),
        (
            open_cycles,
            [
                {"site": "acme", "ticket": "1", "state": "running", **cycle},
                {"site": "acme", "ticket": "2", "state": "running", **cycle},
                {"site": "help", "ticket": "3", "state": "paused", **cycle},
                {"site": "gone", "ticket": "4", "state": "running", **cycle},
            ],
        ),
        (
            failures,
            [
                {"site": "acme", "ticket": "1", "reason": "forbidden", "given_up": True, **failure},
                {"site": "acme", "ticket": "2", "reason": "server_error", "given_up": False, **failure},
                {"site": "gone", "ticket": "2", "reason": "forbidden", "given_up": True, **failure},
            ],
        ),
        (sites, [{"name": "acme", "paused_until": NOW + timedelta(seconds=9), "failing_since": _ago(minutes=3)}]),
        (
            notices,
            [
                {**notice, "ticket": "1", "channel": "ops", "state": "sent"},
                {**notice, "ticket": "2", "channel": "ops", "state": "planned", "next_at": NOW + timedelta(1)},
                {**notice, "ticket": "3", "channel": "team", "state": "failed"},
            ],
        ),
        (
            deliveries,
            [
                {"site": "acme", "delivery_id": str(number), "received_at": _ago(minutes=number)}
                for number in (1, 4, 6, 90)
            ],
        ),
        (missed, [{"site": "help", "ticket": "1", "changed_at": NOW, "found_at": NOW, "counted_at": _ago(minutes=59)}]),
        (requests, [{"site": "acme", "at": _ago(seconds=second)} for second in (0, 30, 62)]),
        (tickets, [{"site": "acme", "ticket": "1", "synced_at": _ago(seconds=7), "summary": "", **ticket}]),
        (walks, [{"site": "help", "kind": "changes", "walked_at": _ago(minutes=2)}]),
    ]
    with writing(engine) as conn:
        for table, several in rows:
            conn.execute(table.insert(), several)
        for kind, name, seconds in (("worker", "a", 5), ("worker", "b", 55), ("timekeeper", "c", 1)):
            beat(conn, kind, name, _ago(seconds=seconds))
        raise_alert(conn, Trouble(kind="credentials_refused", site="acme", detail="a sentence"), None, NOW)


def _samples(text: bytes) -> dict[str, float]:
    """Read metrics by Prometheus' own parser: name{label values, in the order of the labels' names} -> value."""
    return {
        f"{sample.name}{{{' '.join(sample.labels[name] for name in sorted(sample.labels))}}}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        pytest.param("dueby_agenda_due{acme}", 2, id="due, and one is still to come"),
        pytest.param("dueby_agenda_due{help}", 0, id="a site with nothing to do is there, at 0"),
        pytest.param("dueby_agenda_oldest_due_seconds{acme}", 40, id="the oldest"),
        pytest.param("dueby_open_cycles{acme running}", 2, id="open cycles"),
        pytest.param("dueby_open_cycles{help paused}", 1, id="paused ones"),
        pytest.param("dueby_open_cycles{acme breached}", 0, id="none breached"),
        pytest.param("dueby_failures{forbidden acme}", 1, id="what gave up"),
        pytest.param("dueby_site_paused{acme}", 1, id="paused"),
        pytest.param("dueby_site_paused{help}", 0, id="not paused"),
        pytest.param("dueby_site_failing_seconds{acme}", 180, id="failing for three minutes"),
        pytest.param("dueby_notices{ops sent}", 1, id="sent"),
        pytest.param("dueby_notices{ops failed}", 0, id="none failed"),
        pytest.param("dueby_notices{team failed}", 1, id="failed"),
        pytest.param("dueby_notices_oldest_due_seconds{ops}", 0, id="nothing late"),
        pytest.param("dueby_notices_oldest_due_seconds{team}", 30, id="late"),
        pytest.param("dueby_webhooks_last_5_minutes{acme}", 2, id="webhooks of five minutes"),
        pytest.param("dueby_webhooks_missed_last_hour{help}", 1, id="missed ones"),
        pytest.param("dueby_rate_requests_last_minute{acme}", 2, id="requests under a rate"),
        pytest.param("dueby_rate_requests_allowed{acme}", 300, id="the rate"),
        pytest.param("dueby_last_sync_age_seconds{acme}", 7, id="the last sync"),
        pytest.param("dueby_last_walk_age_seconds{help}", 120, id="the last walk"),
        pytest.param("dueby_processes_alive{worker}", 1, id="a worker lives"),
        pytest.param("dueby_processes_silent{worker}", 1, id="another is silent"),
        pytest.param("dueby_processes_alive{notifier}", 0, id="there is no notifier"),
        pytest.param("dueby_alert{ credentials_refused acme}", 1, id="an alert"),
    ],
)
def test_what_is_counted(settings: Settings, engine: Engine, sample: str, value: float) -> None:
    _fill(engine)
    assert _samples(metrics_of(settings, NOW))[sample] == value


@pytest.mark.parametrize(
    "absent",
    [
        pytest.param("dueby_last_sync_age_seconds{help}", id="an age of what never happened"),
        pytest.param("dueby_rate_requests_allowed{help}", id="a rate that is not set"),
        pytest.param("dueby_failures{server_error acme}", id="what is still tried"),
    ],
)
def test_what_is_not_there_is_left_out(settings: Settings, engine: Engine, absent: str) -> None:
    _fill(engine)
    assert absent not in _samples(metrics_of(settings, NOW))


def test_nothing_secret_and_nothing_unbounded_gets_out(settings: Settings, engine: Engine) -> None:
    _fill(engine)
    text = metrics_of(settings, NOW).decode()
    assert not re.search(r"secret|SUP-1|sentence|gone|bot@", text)


def test_names_and_kinds_are_stable(settings: Settings, engine: Engine) -> None:
    _fill(engine)
    families = list(text_string_to_metric_families(metrics_of(settings, NOW).decode()))
    assert {family.name for family in families} == NAMES
    assert {family.type for family in families} == {"gauge"}
    assert all(family.documentation for family in families)


def test_an_empty_database_can_be_counted(settings: Settings) -> None:
    samples = _samples(metrics_of(settings, NOW))
    assert samples["dueby_agenda_due{acme}"] == 0
    assert samples["dueby_processes_alive{timekeeper}"] == 0


def _asked(counted: Any) -> Any:
    def unused(*_: object) -> Any:
        pytest.fail("not asked for")

    ports = Ports(sites={}, store=unused, feed=unused, missing=unused, metrics=counted, now=unused)
    return join(ports).test_client().get("/metrics")


def test_prometheus_is_answered_in_its_own_format() -> None:
    answer = _asked(lambda: b"dueby_agenda_due 1\n")
    assert (answer.status_code, answer.data) == (200, b"dueby_agenda_due 1\n")
    assert answer.content_type.startswith("text/plain; version=")


def test_without_a_database_nothing_is_counted() -> None:
    def away() -> bytes:
        raise StoreAway("gone")

    assert _asked(away).status_code == 503


def _named(file: str) -> set[str]:
    return set(re.findall(r"\bdueby_[a-z0-9_]+", (DOCS / file).read_text(encoding="utf-8")))


def test_the_documentation_lists_every_metric_and_no_other() -> None:
    assert _named("watching.md") == NAMES


@pytest.mark.parametrize("file", ["prometheus-rules.yaml", "grafana.json"])
def test_rules_and_dashboard_ask_only_for_metrics_that_exist(file: str) -> None:
    named = _named(file)
    assert named, file
    assert named <= NAMES
