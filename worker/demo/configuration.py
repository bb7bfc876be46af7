"""The demo's configuration and mappings, as an admin would write them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from worker.demo.desk import ATTRIBUTES, Desk, marker, tag
from worker.demo.rows import STEPS, Row


def write_configuration(folder: Path, desks: Iterable[Desk]) -> Path:
    """Write dueby.yaml (JSON is YAML) and return its path."""
    sites = {
        desk.site: {
            "tracker": desk.tracker,
            "url": desk.sandbox.url,
            **({"deployment": desk.flavour.removeprefix("jira-")} if desk.tracker == "jira" else {}),
            "auth": dict(desk.auth()),
            "webhook_secret": "${DEMO_WEBHOOK_SECRET}",
            "timezone": "Europe/Paris",
            "language": "fr" if desk.flavour == "jira-datacenter" else "en",
            "fields": dict(desk.own),
        }
        for desk in desks
    }
    path = folder / "dueby.yaml"
    path.write_text(json.dumps({"sites": sites}, indent=1), encoding="utf-8")
    return path


def write_mappings(folder: Path, desks: Iterable[Desk], rows: Iterable[Row]) -> Path:
    """Write mappings.yaml: for each site and policy one mapping, and before it one for each choice of readings."""
    told = sorted({(row.flavour, row.policy, row.readings) for row in rows if row.policy}, key=_readings_first)
    of = {desk.flavour: desk for desk in desks}
    specs = [_mapping(of[flavour], policy, readings) for flavour, policy, readings in told]
    path = folder / "mappings.yaml"
    document = {
        "mappings": specs,
        "escalations": [{"name": "on-call", "steps": STEPS}],
        "channels": [{"name": "on-call", "url": "${DEMO_ON_CALL_URL}", "timezone": "Europe/Paris"}],
    }
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


def _readings_first(told: tuple[str, str, tuple[str, ...]]) -> tuple[str, str, bool, tuple[str, ...]]:
    flavour, policy, readings = told
    return flavour, policy, not readings, readings


def _mapping(desk: Desk, policy: str, readings: tuple[str, ...]) -> dict[str, Any]:
    jira = desk.tracker == "jira"
    names = ("Highest", "High", "Medium", "Low") if jira else ("urgent", "high", "normal", "low")
    levels = 3 if policy == "cloudtalk" else 4
    marks = {"labels": [marker(readings)]} if readings else {}
    match = {"project": [desk.of[policy]], **marks} if jira else {"tags": [tag(desk.of[policy], readings)]}
    return {
        "name": "-".join((desk.site, policy, *readings)),
        "site": desk.site,
        "match": match,
        "policy": policy,
        "plan": {"field": desk.given["plan"]},
        "customer": {name: {"field": desk.given[name]} for name in ("timezone", "region", "holidays")},
        "levels": {name: number for number, name in enumerate(names[:levels], start=1)},
        "attributes": {name: {"field": desk.given[name]} for name in ATTRIBUTES},
        "starts": {"field": desk.given["filed"]},
        "owed_by": "vendor",
        "answered_by": [{"public_comment": {"accounts": [desk.vendor()]}}],
        "readings": list(readings),
        "escalation": "on-call",
    }
