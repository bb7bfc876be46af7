"""The demo's expected due times are what the walk gives, for every plan, level and reading, on three flavours."""

import csv
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.expected_dues import WRITTEN, expected_dues
from tests.walk_demo import FLAVOURS
from tests.walk_examples import EXAMPLES
from tests.walk_tables import LEVELS, PLANS, READINGS

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with WRITTEN.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_the_file_is_what_the_walk_writes() -> None:
    assert WRITTEN.read_text(encoding="utf-8") == expected_dues(), "run: python -m tests.expected_dues"


def test_names_are_unique(rows: list[Row]) -> None:
    assert [name for name, count in Counter(row["case"] for row in rows).items() if count > 1] == []


def test_every_plan_and_level_stands_on_each_flavour_at_an_instant_of_its_own(rows: list[Row]) -> None:
    for policy, plans in PLANS.items():
        for plan in plans:
            for level in LEVELS[policy]:
                wanted = (policy, plan, str(level), "", "")
                found = [row for row in rows if _plain_cell(row) == wanted]
                assert {row["flavour"] for row in found} == set(FLAVOURS)
                assert len({row["filed_at"] for row in found}) == len(FLAVOURS)


def test_each_reading_is_chosen_somewhere(rows: list[Row]) -> None:
    chosen = {(row["policy"], reading) for row in rows for reading in row["readings"].split(";")}
    assert chosen >= {
        (policy, reading) for policy, clauses in READINGS.items() for clause in clauses for reading in clause
    }


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(
    ("level", "counted", "attributes"),
    [
        ("1", "2", "technology=mssql"),
        ("1", "2", "customer_reachable=false"),
        ("", "3", ""),
    ],
    ids=["mssql lowers 1 to 2", "an unreachable customer lowers 1 to 2", "no level counts as 3"],
)
def test_rules_show_on_each_flavour(rows: list[Row], flavour: str, level: str, counted: str, attributes: str) -> None:
    wanted = (flavour, level, counted, attributes)
    assert wanted in [(row["flavour"], row["level"], row["level_counted"], row["attributes"]) for row in rows]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_staging_counts_as_level_3_on_each_flavour(rows: list[Row], flavour: str) -> None:
    staged = [row for row in rows if row["flavour"] == flavour and row["attributes"] == "environment=staging"]
    assert [row["level_counted"] for row in staged] == ["3"]


@pytest.mark.parametrize(("case", "start", "due"), EXAMPLES.values(), ids=EXAMPLES)
def test_worked_example_is_in_the_demo(rows: list[Row], case: dict[str, Any], start: str, due: str) -> None:
    wanted = (
        case["policy"],
        case["plan"],
        str(case["level"]),
        ";".join(f"{key}={value}" for key, value in case.get("attributes", {}).items()),
        ";".join(case.get("readings", ())),
        _utc(start),
        _utc(due),
    )
    assert wanted in [(*_plain_cell(row), row["filed_at"], row["due_at"]) for row in rows]


def _plain_cell(row: Row) -> tuple[str, ...]:
    return row["policy"], row["plan"], row["level"], row["attributes"], row["readings"]


def _utc(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
