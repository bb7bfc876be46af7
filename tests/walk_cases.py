"""Ten thousand cases from a fixed seed: every policy, plan, level and reading, where calendars are hard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk import terms_in_force
from tests.walk_starts import start_text, started_at
from tests.walk_tables import LEVELS, PLANS, READINGS
from tests.walk_zones import ZONES

SEED = 20261124
HOLIDAYS = ("FR", "US", "US-CA", "DE", "DE-BY", "GB", "CA", "BR", "JP", "ES", "NZ", "XECB", "none")
ATTRIBUTES = {
    "environment": ("production", "Production", "staging", "development", "TEST"),
    "release": ("preview", "beta", "Beta", "stable"),
    "technology": ("dotnet", "mssql", "MSSQL", "php"),
    "customer_reachable": ("false", "False", "true"),
}
USED: Mapping[str, tuple[str, ...]] = {
    "auth0-self-service": (),
    "okta-premier-success": (),
    "credenti": ("customer_reachable",),
    "cloudtalk": ("environment", "release"),
    "hosteur-ragnarokkr": ("technology",),
}
USES_NO_CUSTOMER_ZONE = ("cloudtalk", "hosteur-ragnarokkr")
CLOUDTALK_DEFAULT = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """Name what each kind of case is made for."""

    policy: str
    plan: str
    level: int
    reading: str


CELLS = tuple(
    Cell(policy, plan, level, reading)
    for policy, plans in PLANS.items()
    for plan in plans
    for level in LEVELS[policy]
    for clause in READINGS[policy]
    for reading in clause
)


def seeded_cases(count: int = 10_000) -> Iterator[dict[str, Any]]:
    """Give that many inputs of `dueby due --jsonl`, always the same ones, going round the cells."""
    dice = Random(SEED)  # noqa: S311  a fixed seed is the point
    for number in range(count):
        yield _case(dice, CELLS[number % len(CELLS)])


def counted_zone(case: dict[str, Any]) -> str | None:
    """Name the zone whose clock decides the case, or nothing where the clock runs evenly."""
    zone = terms_in_force(case).zone
    return zone.key if isinstance(zone, ZoneInfo) else None


def _case(dice: Random, cell: Cell) -> dict[str, Any]:
    case: dict[str, Any] = {"policy": cell.policy, "plan": cell.plan, "timezone": dice.choice(ZONES)}
    if cell.policy != "cloudtalk" or cell.level < CLOUDTALK_DEFAULT or dice.random() < 0.8:
        case["level"] = cell.level
    case["readings"] = _readings(dice, cell)
    case["attributes"] = {
        name: dice.choice(ATTRIBUTES[name]) for name in ATTRIBUTES if dice.random() < _share(cell, name)
    }
    if cell.policy == "credenti" and dice.random() < 0.7:
        case["region"] = dice.choice(("worldwide", "north-america"))
    if dice.random() < (0.85 if cell.policy == "credenti" else 0.1):
        case["holidays"] = dice.choice(HOLIDAYS)
    if dice.random() < 0.2:
        case["metric"] = "first_response"
    terms = terms_in_force(case)
    zone = terms.zone.key if isinstance(terms.zone, ZoneInfo) else case["timezone"]
    case["start"] = start_text(dice, started_at(dice, zone, terms.holidays))
    if cell.policy in USES_NO_CUSTOMER_ZONE or terms.week is None:
        _drop(dice, case, "timezone")
    return {key: value for key, value in case.items() if value not in ({}, [])}


def _drop(dice: Random, case: dict[str, Any], key: str) -> None:
    if dice.random() < 0.3:
        del case[key]


def _readings(dice: Random, cell: Cell) -> list[str]:
    """Name the cell's reading, and now and then one of each other clause, in any order."""
    others = [clause for clause in READINGS[cell.policy] if cell.reading not in clause]
    named = [cell.reading, *(dice.choice(clause) for clause in others if dice.random() < 0.3)]
    dice.shuffle(named)
    return named


def _share(cell: Cell, attribute: str) -> float:
    return 0.25 if attribute in USED[cell.policy] else 0.05
