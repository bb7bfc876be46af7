"""Plan, customer and attributes taken from a ticket in every form a mapping can write."""

from typing import Any

import pytest

from policies.entitlement import Entitlement


@pytest.mark.parametrize(
    ("plan", "held", "expected"),
    [
        pytest.param("gold", None, "gold", id="a constant"),
        pytest.param("{field: p, values: {Gold: gold}}", "Gold", "gold", id="translated by values"),
        pytest.param("{field: p, values: {Gold: gold}, default: basic}", "Bronze", "basic", id="absent: the default"),
        pytest.param("{field: p, values: {Gold: gold}}", "silver", "silver", id="absent without default: it stands"),
        pytest.param("{field: p, values: {Gold: gold}, default: basic}", None, "basic", id="empty: the default"),
        pytest.param("{field: p}", "Silver", "silver", id="the plan's name"),
    ],
)
def test_the_plan(entitle: Any, told: Any, plan: str, held: str | None, expected: str) -> None:
    found = entitle(told.ticket(fields={"p": held}), f"plan: {plan}")
    assert isinstance(found, Entitlement)
    assert found.plan == expected


@pytest.mark.parametrize(
    ("timezone", "held", "expected"),
    [
        pytest.param("Asia/Tokyo", None, "Asia/Tokyo", id="a constant"),
        pytest.param("{field: z}", "Asia/Tokyo", "Asia/Tokyo", id="a field"),
        pytest.param("{field: z, values: {Japan: Asia/Tokyo}}", "Japan", "Asia/Tokyo", id="a field translated"),
        pytest.param("{field: z, default: Asia/Tokyo}", None, "Asia/Tokyo", id="an empty field's default"),
        pytest.param("requester", None, "Europe/Paris", id="the reporter's own"),
        pytest.param("{requester: true, default: Asia/Tokyo}", None, "Europe/Paris", id="the reporter first"),
        pytest.param("{field: z}", None, None, id="an empty field"),
        pytest.param("{field: z}", "Mars/Olympus", None, id="a zone that does not exist"),
    ],
)
def test_the_customers_zone(entitle: Any, told: Any, timezone: str, held: str | None, expected: str | None) -> None:
    found = entitle(told.ticket(fields={"z": held}), f"customer: {{timezone: {timezone}}}")
    assert found.customer.timezone == expected


def test_a_reporter_without_a_zone_takes_the_default(entitle: Any, told: Any) -> None:
    found = entitle(
        told.ticket(reporter=told.PEOPLE["agent"]), "customer: {timezone: {requester: true, default: Asia/Tokyo}}"
    )
    assert found.customer.timezone == "Asia/Tokyo"


def test_region_and_holidays_may_come_from_fields(entitle: Any, told: Any) -> None:
    changed = """
        policy: credenti
        plan: basic
        customer: {timezone: Europe/Paris, region: {field: r, values: {NA: north-america}}, holidays: {field: h}}
    """
    customer = entitle(told.ticket(fields={"r": "NA", "h": "US-CA"}), changed).customer
    assert (customer.region, customer.holidays) == ("north-america", "US-CA")


def test_unknown_regions_and_holidays_are_warned_of(entitle: Any, told: Any) -> None:
    changed = "{policy: credenti, plan: basic, customer: {region: {field: r}, holidays: {field: h}}}"
    found = entitle(told.ticket(fields={"r": "Moon", "h": "XX"}), changed)
    warned = {fact.values["warning"] for fact in found.facts if fact.rule == "warning"}
    assert warned == {"unknown_region", "unknown_holidays"}


@pytest.mark.parametrize(
    ("attribute", "held", "expected"),
    [
        pytest.param("{field: e, values: {Live: production}}", "Live", ("production",), id="a field translated"),
        pytest.param("{field: e}", "staging", ("staging",), id="a field as it stands"),
        pytest.param("{field: e}", None, None, id="an empty field is unset"),
        pytest.param("{labels: [dotnet, mssql]}", None, ("mssql",), id="labels that the ticket carries"),
        pytest.param("{labels: [java]}", None, None, id="labels that it does not carry"),
        pytest.param("false", None, ("false",), id="a constant is text"),
    ],
)
def test_attributes(entitle: Any, told: Any, attribute: str, held: str | None, expected: Any) -> None:
    found = entitle(told.ticket(fields={"e": held}), f"attributes: {{a: {attribute}}}")
    assert found.attributes.get("a") == expected
