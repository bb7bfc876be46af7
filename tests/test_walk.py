"""The walk agrees with the worked examples and with single minutes, and the product with the walk on 10,000 cases."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.walk import walk_due
from tests.walk_cases import CELLS, Cell, counted_zone, seeded_cases
from tests.walk_examples import EXAMPLES
from tests.walk_time import one_minute
from tests.walk_zones import EARLIEST_AT, LATEST_AT, ZONES, clock_changes, near_change

ROOT = Path(__file__).parent.parent
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.(?!0+Z)\d+)?Z")
COMPARED = ("due_at", "state", "level", "target", "readings")


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    return list(seeded_cases())


@pytest.mark.parametrize(("case", "start", "due"), EXAMPLES.values(), ids=EXAMPLES)
def test_worked_example_is_what_the_walk_gives(case: dict[str, Any], start: str, due: str) -> None:
    walked = walk_due({**case, "start": start})
    assert datetime.fromisoformat(walked["due_at"]) == datetime.fromisoformat(due)


def test_no_clock_is_changed_twice_within_two_days_or_inside_a_minute() -> None:
    for zone in ZONES:
        clock, at, before, changed_at = ZoneInfo(zone), EARLIEST_AT, None, EARLIEST_AT - timedelta(days=9)
        while at < LATEST_AT:
            offset = at.astimezone(clock).utcoffset()
            assert offset is not None
            assert offset % timedelta(minutes=1) == timedelta(0)
            if before is not None and offset != before:
                assert at - changed_at > timedelta(days=2), f"{zone} {at}"
                changed_at = at
            before, at = offset, at + timedelta(hours=2)
        for change in clock_changes(zone):
            just_before = (change - timedelta(microseconds=1)).astimezone(clock)
            assert just_before.utcoffset() != change.astimezone(clock).utcoffset()


def test_long_strides_end_where_single_minutes_end(cases: list[dict[str, Any]]) -> None:
    hard = [case for case in cases if _is_near_change(case)]
    for case in hard[::8]:
        assert walk_due(case) == walk_due(case, one_minute), case


def test_the_cases_cover_what_they_promise(cases: list[dict[str, Any]]) -> None:
    cells = Counter(
        Cell(case["policy"], case["plan"], case.get("level", 3), reading)
        for case in cases
        for reading in case["readings"]
    )
    zones = Counter(counted_zone(case) for case in cases)
    starts = [datetime.fromisoformat(case["start"]).astimezone(UTC) for case in cases]
    assert len(cases) == 10_000
    assert min(cells[cell] for cell in CELLS) >= 50
    assert sum(map(_is_near_change, cases)) >= 2_000
    assert all(zones[zone] >= 50 for zone in ZONES)
    assert {start.year for start in starts} == set(range(2010, 2036))
    assert sum(start.microsecond > 0 for start in starts) >= 2_000
    assert sum(start.second > 0 for start in starts) >= 5_000
    assert sum("level" not in case for case in cases) >= 50
    assert sum("timezone" not in case for case in cases) >= 200
    assert _between(cases, "Pacific/Apia", "2011-12-28", "2012-01-02") >= 20
    assert _between(cases, "America/Sao_Paulo", "2017-01-01", "2018-01-01") >= 20
    holidays = Counter(case.get("holidays") for case in cases if case["policy"] == "credenti")
    assert all(count >= 50 for count in holidays.values())
    assert len(holidays) >= 12


def test_the_product_gives_the_same_due_times(cases: list[dict[str, Any]]) -> None:
    answered = subprocess.run(
        [sys.executable, "-m", "worker.main", "due", "--jsonl"],
        input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    lines = answered.stdout.splitlines()
    assert len(lines) == len(cases), answered.stderr
    wrong = [difference for case, line in zip(cases, lines, strict=True) if (difference := _difference(case, line))]
    assert not wrong, f"{len(wrong)} differences, the first: " + "\n".join(wrong[:5])
    assert answered.returncode == 0


def _difference(case: dict[str, Any], line: str) -> str:
    given, walked = json.loads(line), walk_due(case)
    if _with_instants({key: given.get(key) for key in COMPARED}) == _with_instants(walked):
        return ""
    return f"{json.dumps(case)}\n  product {line}\n  walk    {json.dumps(walked)}"


def _with_instants(answer: dict[str, Any]) -> dict[str, Any]:
    """Read the due times, since a fraction may be written with or without zeros at its end."""
    readings = {name: _instant(text) for name, text in (answer["readings"] or {}).items()}
    return {**answer, "due_at": _instant(answer["due_at"]), "readings": readings}


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    assert INSTANT.fullmatch(text), text
    return datetime.fromisoformat(text)


def _is_near_change(case: dict[str, Any]) -> bool:
    zone = counted_zone(case)
    return zone is not None and near_change(datetime.fromisoformat(case["start"]), zone)


def _between(cases: list[dict[str, Any]], zone: str, earliest: str, latest: str) -> int:
    return sum(earliest <= case["start"] < latest and counted_zone(case) == zone for case in cases)
