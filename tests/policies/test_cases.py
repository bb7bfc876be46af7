"""The cases that a support manager can read come out of the public command as they stand in their files."""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

HERE = Path(__file__).parent
VENDORS = ("auth0-self-service", "cloudtalk", "credenti", "hosteur-ragnarokkr", "okta-premier-success")


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one case of a file; no due time means no promise."""

    name: str
    asked: dict[str, Any]
    filed_at: datetime
    due_at: datetime | None
    clock: ZoneInfo
    counts_as: int | None


def _read_cases(vendor: str) -> list[Case]:
    """Read one vendor's file; times are such as `Fri 2026-11-20 16:00 +01:00`."""
    written = yaml.safe_load((HERE / "cases" / f"{vendor}.yaml").read_text(encoding="utf-8"))
    assert written["policy"] == vendor
    return [_case(vendor, written["clock"], **case) for case in written["cases"]]


def _case(  # a case's keys are its arguments, so an unknown key is an error
    vendor: str,
    clock: str,
    *,
    case: str,
    plan: str,
    filed: str,
    due: str,
    level: int | None = None,
    customer: dict[str, str] | None = None,
    attributes: dict[str, str] | None = None,
    readings: list[str] | None = None,
    counts_as: int | None = None,
) -> Case:
    filed_at, who = _instant(filed), customer or {}
    given = {"level": level, "attributes": attributes, "readings": readings, **who}
    return Case(
        name=f"{vendor}: {case}",
        asked={
            "policy": vendor,
            "plan": plan,
            "start": filed_at.isoformat(),
            **{key: value for key, value in given.items() if value is not None},
        },
        filed_at=filed_at,
        due_at=None if due == "no promise" else _instant(due),
        clock=ZoneInfo(who.get("timezone", clock)),
        counts_as=level if counts_as is None else counts_as,
    )


def _instant(text: str) -> datetime:
    weekday, date, time, offset = text.split()
    at = datetime.fromisoformat(f"{date}T{time}{offset}")
    assert f"{at:%a}" == weekday, f"{text} is a {at:%A}"
    return at


CASES = [case for vendor in VENDORS for case in _read_cases(vendor)]


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    """Ask for all cases at once, as a script would."""
    asked = "".join(json.dumps(case.asked) + "\n" for case in CASES)
    answered = subprocess.run(
        [sys.executable, "-m", "worker.main", "due", "--jsonl"],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        cwd=HERE.parent.parent,
    )
    assert answered.returncode == 0, answered.stdout + answered.stderr
    return [json.loads(line) for line in answered.stdout.splitlines()]


def test_every_vendor_has_a_file_and_no_other_file_is_there() -> None:
    assert {path.stem for path in (HERE / "cases").iterdir()} == set(VENDORS)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_times_are_written_on_the_clock_that_they_are_told_by(case: Case) -> None:
    for at in (case.filed_at, case.due_at):
        assert at is None or at.astimezone(case.clock).utcoffset() == at.utcoffset()


@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.name for case in CASES])
def test_case_is_due_when_its_file_says(answers: list[dict[str, Any]], number: int) -> None:
    case, answer = CASES[number], answers[number]
    due_at = None if case.due_at is None else case.due_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    state = "no_promise" if due_at is None else "running"
    assert (answer["due_at"], answer["state"], answer["level"]) == (due_at, state, case.counts_as)
