"""Tickets and mappings as the tests of the core tell them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from policies.entitlement import Entitlement, Unentitled, entitlement_for
from policies.loader import load_policies
from policies.mapping import read_mappings
from policies.model import Change, Comment, FieldValue, Person, Role, Status, StatusChange, Ticket, TicketRef
from policies.schema import Policy
from policies.yaml12 import read_yaml

OPEN, WAITING, DONE = Status(("Open", "1")), Status(("Waiting for customer", "5")), Status(("Done", "9"), ended=True)
STATUSES = {status.spelled[0]: status for status in (OPEN, WAITING, DONE, Status(("Vendor replied", "7")))}
PEOPLE = {
    "agent": Person("agent-1", "Ada", "ada@acme.example"),
    "reporter": Person("reporter-1", "Rob", "rob@acme.example", Role.CUSTOMER, "Europe/Paris"),
    "customer": Person("customer-2", "Cleo", "cleo@acme.example", Role.CUSTOMER),
    "app": Person("app-1", "Automation", None, Role.APP),
    "dueby": Person("dueby-1", "dueby", "dueby@acme.example", Role.DUEBY),
    "vendor": Person("okta-support", "Vera", "vera@support.vendor.example", Role.CUSTOMER),
    "vendor-mail": Person("u-77", "Max", "max@okta.example", Role.CUSTOMER),
    "nobody": None,
}


def at(text: str) -> datetime:
    """Read `2026-11-20 15:00` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def value(text: str | None) -> FieldValue:
    """Make a field's value of a text; None is empty."""
    return () if text is None else ((text,),)


def comment(when: str, who: str, *, public: bool = True, id: str = "c1") -> Comment:  # noqa: A002  # reads as data
    """Make a comment."""
    return Comment(id, at(when), at(when), PEOPLE[who], public)


def ticket(created: str = "2026-11-20 15:00", **told: Any) -> Ticket:
    """Make a ticket of a short telling: `status`, `statuses`, `priority`, `priorities`, `fields`, `comments`, ..."""
    moves = [(at(when), STATUSES[name]) for when, name in told.pop("statuses", [])]
    first = STATUSES[told.pop("status", "Open")]
    states = [first, *(status for _, status in moves)]
    changes = tuple(StatusChange(when, before, after) for (when, after), before in zip(moves, states[:-1], strict=True))
    priorities: list[tuple[str, str | None]] = told.pop("priorities", [])
    priority: str | None = told.pop("priority", "Highest")
    held = [priority, *(name for _, name in priorities)]
    raised = tuple(
        Change(at(when), "priority", value(before), value(after))
        for (when, after), before in zip(priorities, held[:-1], strict=True)
    )
    fields: Mapping[str, str | None] = told.pop("fields", {})
    return Ticket(
        ref=TicketRef("acme", "10001"),
        key="OKTA-1",
        created_at=at(created),
        updated_at=at(told.pop("updated", created)),
        status=states[-1],
        status_changes=changes,
        priority=(held[-1],) if held[-1] else (),
        reporter=told.pop("reporter", PEOPLE["reporter"]),
        traits={"project": (("OKTA", "10000", "Okta cases"),), "labels": (("production",), ("mssql",))},
        fields={key: value(text) for key, text in fields.items()},
        changes=(*raised, *told.pop("changes", ())),
        comments=tuple(told.pop("comments", ())),
        **told,
    )


BASE = """
name: okta-production
site: acme
match: {project: [OKTA]}
policy: okta-premier-success
plan: gold
customer: {timezone: America/New_York}
levels: {Highest: 1, High: 2, Medium: 3, Low: 4, Lowest: 4}
starts: created
owed_by: vendor
answered_by: [{public_comment: {accounts: [okta-support], domains: [okta.example]}}]
"""


@pytest.fixture
def told() -> SimpleNamespace:
    """Return the words that tickets are told in."""
    return SimpleNamespace(at=at, value=value, comment=comment, ticket=ticket, PEOPLE=PEOPLE)


Entitle = Callable[..., Entitlement | Unentitled]


class _Site:
    tracker = "jira"


CARE = """
policy: acme-care
plan: standard
customer: {timezone: Europe/Paris}
levels: {Highest: 1, Low: 2}
"""
OWN = Path(__file__).parent / "own"


@cache
def _policies() -> Mapping[str, Policy]:
    return load_policies(OWN)


@pytest.fixture
def entitle() -> Entitle:
    """Return what finds a ticket's entitlement under the base mapping with some keys changed (YAML).

    `steps` (YAML) become its escalation, telling any channel that they name.
    """

    def find(
        subject: Ticket,
        changed: str = "",
        *,
        first_applied: str | None = None,
        silent_from: str | None = None,
        version: int = 1,
        steps: str = "",
    ) -> Entitlement | Unentitled:
        spec = {**read_yaml(BASE, "base"), **(read_yaml(changed, "changed") or {})}
        spec = {key: item for key, item in spec.items() if item is not None}
        document: dict[str, Any] = {"mappings": [spec]}
        if steps:
            written = read_yaml(steps, "steps")
            spec["escalation"] = "desk"
            document["escalations"] = [{"name": "desk", "steps": written}]
            names = sorted({name for step in written for name in step["notify"]})
            document["channels"] = [{"name": name, "url": "json://127.0.0.1"} for name in names]
        policies = _policies()
        mappings = read_mappings(json.dumps(document), "mappings.yaml", policies, {"acme": _Site()}, version)
        mappings = replace(mappings, silent_from=at(silent_from) if silent_from else None)
        applied = {spec["name"]: at(first_applied)} if first_applied else {}
        return entitlement_for(subject, mappings, policies, applied)

    return find


@pytest.fixture
def care(entitle: Entitle) -> Entitle:
    """Return the same under the policy with three metrics, in Paris."""

    def find(subject: Ticket, changed: str = "", **more: Any) -> Entitlement | Unentitled:
        keys = {**read_yaml(CARE, "care"), **(read_yaml(changed, "changed") or {})}
        return entitle(subject, json.dumps(keys), **more)

    return find
