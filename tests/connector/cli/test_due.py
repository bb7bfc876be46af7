"""`dueby due`: the contract's object, lines in and out, and every kind of bad input."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from connector.cli.due import due

ROOT = Path(__file__).parents[3]
CLOUDTALK: dict[str, Any] = {"policy": "cloudtalk", "plan": "advanced", "level": 1, "start": "2026-12-25T12:00+01:00"}
OKTA = ["--policy", "okta-premier-success", "--plan", "basic", "--level", "2", "--start", "2026-07-31T18:00-04:00"]


def run(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(due, list(arguments), input=given)


def ask(*lines: str | dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    result = run("--jsonl", given=text)
    return [json.loads(line) for line in result.stdout.splitlines()], result.exit_code


def test_one_answer_is_the_contracts_object() -> None:
    result = run(*OKTA, "--timezone", "America/New_York", "--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    receipt = answer.pop("receipt")
    assert answer == {
        "due_at": "2026-08-03T10:02:00Z",
        "state": "running",
        "level": 2,
        "target": "PT12H",
        "calendar": "24x5",
        "timezone": "America/New_York",
        "readings": {"support-hours": "2026-08-03T10:02:00Z", "clock-hours": "2026-08-01T10:00:00Z"},
    }
    assert {"rule", "text", "source"} == set(receipt[0])
    assert "Counted: 2026-07-31 18:00 to 2026-07-31 23:59, 5 h 59 min." in [line["text"] for line in receipt]
    target = next(line for line in receipt if line["rule"] == "target")
    assert target["source"].startswith("001_5a9b6948c4f4da64.txt, ")


def test_a_receipt_for_people() -> None:
    result = run(*OKTA, "--timezone", "America/New_York")
    assert result.exit_code == 0
    assert result.stdout.startswith("Okta basic, level 2: 12 h, due 2026-08-03 06:02 America/New_York\n")
    assert "Counted: 2026-08-03 00:01 to 2026-08-03 06:02" in result.stdout


def test_no_promise_has_neither_due_time_nor_target_nor_calendar() -> None:
    (answer,), status = ask({**CLOUDTALK, "plan": "basic"})
    assert status == 0
    assert (answer["state"], answer["due_at"], answer["target"], answer["calendar"]) == ("no_promise", None, None, None)
    assert set(answer["readings"].values()) == {None}


def test_fractions_are_told_only_where_they_are_not_zero() -> None:
    (whole, fraction), _ = ask(CLOUDTALK, {**CLOUDTALK, "start": "2026-12-25T12:00:00.250000+01:00"})
    assert (whole["due_at"], fraction["due_at"]) == ("2026-12-25T12:00:00Z", "2026-12-25T12:00:00.250000Z")


def test_a_readings_zone_that_was_not_given_is_null() -> None:
    line = {"policy": "okta-premier-success", "plan": "basic", "level": 1, "start": "2026-11-20T16:00Z"}
    (answer,), _ = ask({**line, "readings": ["clock-hours"]})
    assert answer["readings"] == {"support-hours": None, "clock-hours": "2026-11-20T18:00:00Z"}


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        pytest.param({"attributes": {"environment": "Staging"}}, 3, id="a text"),
        pytest.param({"attributes": {"environment": ["production", "test"]}}, 3, id="several values"),
        pytest.param({"attributes": {"environment": None}}, 1, id="null is unset"),
        pytest.param({"attributes": {"unknown": True}}, 1, id="an attribute that the policy does not use"),
        pytest.param({"level": None}, 3, id="no level: the default"),
        pytest.param({"region": "mars", "metric": None, "readings": []}, 1, id="a region where the policy has none"),
    ],
)
def test_what_a_line_may_hold(changes: dict[str, Any], level: int) -> None:
    (answer,), status = ask({**CLOUDTALK, **changes})
    assert (answer.get("level"), status) == (level, 0), answer


def test_false_is_a_text_like_any_other() -> None:
    line = {"policy": "credenti", "plan": "premium", "level": 1, "start": "2026-11-20T16:00Z", "timezone": "UTC"}
    (answer,), _ = ask({**line, "attributes": {"customer_reachable": False}})
    assert answer["level"] == 2


BAD: list[tuple[str, str | dict[str, Any], str]] = [
    ("broken JSON", '{"policy": ', "no JSON"),
    ("an empty line", "", "no JSON"),
    ("no object", "[1]", "a list"),
    ("deep nesting", "[" * 100_000, "nests too deep"),
    ("NaN", '{"policy": "cloudtalk", "level": NaN}', "NaN"),
    ("Infinity", '{"level": -Infinity}', "Infinity"),
    ("duplicate keys", '{"policy": "cloudtalk", "policy": "credenti"}', "'policy' stands twice"),
    ("duplicate keys below", '{"attributes": {"a": "1", "a": "2"}}', "'a' stands twice"),
    ("huge numbers", '{"level": ' + "9" * 5000 + "}", "no JSON"),
    ("a huge level", {**CLOUDTALK, "level": 10**30}, "no level"),
    ("an unknown key", {**CLOUDTALK, "colour": "red"}, "colour"),
    ("a missing key", {"policy": "cloudtalk", "plan": "basic"}, "start is missing"),
    ("a level as text", {**CLOUDTALK, "level": "1"}, "level is text"),
    ("a level as truth", {**CLOUDTALK, "level": True}, "level is true or false"),
    ("a start as number", {**CLOUDTALK, "start": 0}, "start is a number"),
    ("attributes as list", {**CLOUDTALK, "attributes": []}, "attributes is a list"),
    ("an attribute as object", {**CLOUDTALK, "attributes": {"environment": {}}}, "attributes.environment"),
    ("an unknown policy", {**CLOUDTALK, "policy": "nobody"}, "no policy is called 'nobody'"),
    ("a policy file that is not there", {**CLOUDTALK, "policy": "nobody.yaml"}, "nobody.yaml"),
    ("an unknown plan", {**CLOUDTALK, "plan": "gold"}, "no plan 'gold'"),
    ("an unknown level", {**CLOUDTALK, "level": 0}, "no level 0"),
    ("an unknown metric", {**CLOUDTALK, "metric": "resolution"}, "no metric"),
    ("an unknown reading", {**CLOUDTALK, "readings": ["as-written"]}, "no reading"),
    ("two readings of one clause", {**CLOUDTALK, "readings": ["slovakia", "no-holidays"]}, "same clause"),
    ("a zone that does not exist", {**CLOUDTALK, "timezone": "Mars/Phobos"}, "Mars/Phobos"),
    ("a holiday code that does not exist", {**CLOUDTALK, "holidays": "XX"}, "'XX'"),
    ("lone surrogates", '{"policy": "\\ud800", "plan": "x", "start": "y"}', "no policy"),
    ("a lone surrogate as zone", json.dumps(CLOUDTALK)[:-1] + ', "timezone": "\\ud800"}', "no time zone"),
    ("a naive time", {**CLOUDTALK, "start": "2026-12-25T12:00"}, "no UTC offset"),
    ("no time", {**CLOUDTALK, "start": "tomorrow"}, "no instant"),
    ("a start in the year 1", {**CLOUDTALK, "start": "0001-01-01T00:00:00+14:00"}, "out of range"),
    ("a start in the year 9999", {**CLOUDTALK, "start": "9999-12-31T23:59:59-12:00"}, "out of range"),
    ("a year without holiday data", {**CLOUDTALK, "level": 2, "start": "2150-01-01T00:00Z"}, "not known for 2150"),
    (
        "an unknown region",
        {**CLOUDTALK, "policy": "credenti", "plan": "basic", "timezone": "UTC", "region": "mars"},
        "no region",
    ),
    ("no zone where one is needed", {**CLOUDTALK, "policy": "credenti", "plan": "basic"}, "timezone"),
    (
        "no level where none is the default",
        {"policy": "credenti", "plan": "basic", "start": "2026-01-01T00:00Z", "timezone": "UTC"},
        "no level",
    ),
]


@pytest.mark.parametrize(("line", "problem"), [pytest.param(*row[1:], id=row[0]) for row in BAD])
def test_a_bad_line_gives_an_error_in_its_place_and_the_rest_go_on(line: str | dict[str, Any], problem: str) -> None:
    (first, answer, last), status = ask(CLOUDTALK, line, CLOUDTALK)
    assert status == 1
    assert list(answer) == ["error"]
    assert problem in answer["error"]
    assert first == last
    assert first["due_at"] == "2026-12-25T12:00:00Z"


def test_a_line_that_is_no_utf_8_is_an_error_in_its_place() -> None:
    result = run("--jsonl", given=b'{"policy": "\xff"}\n' + json.dumps(CLOUDTALK).encode())
    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert "UTF-8" in first["error"]
    assert second["state"] == "running"


def test_no_lines_give_no_answers() -> None:
    assert ask() == ([], 0)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        pytest.param([], 2, "--policy is missing", id="nothing given"),
        pytest.param(["--jsonl", "--plan", "x"], 2, "no other option", id="jsonl beside another option"),
        pytest.param(["--jsonl", "--json"], 2, "no other option", id="jsonl beside json"),
        pytest.param([*OKTA, "--attribute", "staging"], 2, "K=V", id="an attribute without a value"),
        pytest.param([*OKTA, "--level", "one"], 2, "not a valid integer", id="a level that is no number"),
        pytest.param([*OKTA, "--colour"], 2, "No such option", id="an unknown option"),
        pytest.param(OKTA, 1, "give a timezone", id="a zone that is needed"),
        pytest.param([*OKTA, "--reading", "nothing"], 1, "no reading", id="an unknown reading"),
    ],
)
def test_a_wrong_call_says_what_to_do(arguments: list[str], status: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == status
    assert said in result.stderr
    assert not result.stdout
    if status == 1:
        assert len(result.stderr.splitlines()) == 1


def test_an_own_policy_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    text = (ROOT / "policies/vendors/hosteur-ragnarokkr.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("target: 6h", "target: 7h"), encoding="utf-8")
    arguments = ("--policy", str(path), "--plan", "standard", "--level", "2", "--start", "2026-01-01T00:00Z", "--json")
    assert json.loads(run(*arguments).stdout)["due_at"] == "2026-01-01T07:00:00Z"


def test_an_own_policy_file_with_a_fault_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text("id: own", encoding="utf-8")
    result = run("--policy", str(path), "--plan", "x", "--start", "2026-01-01T00:00Z")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)


def test_the_help_has_an_example() -> None:
    assert "dueby due --policy okta-premier-success" in run("--help").stdout


def test_it_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    script = (
        "import sys; from connector.cli.due import due; due(sys.argv[1:], standalone_mode=False); heavy = "
        "{'rich', 'sqlalchemy', 'redis', 'flask', 'holidays', 'requests'}; "
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    arguments = ["--policy", "hosteur-ragnarokkr", "--plan", "standard", "--level", "1", "--start", "2026-01-01T00:00Z"]
    done = subprocess.run(  # noqa: S603  # our own interpreter
        [sys.executable, "-c", script, *arguments, "--json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
