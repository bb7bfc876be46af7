"""`dueby policies`: list, show, lint."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from connector.cli.policies import policies

ROOT = Path(__file__).parents[3]
HOSTEUR = (ROOT / "policies/vendors/hosteur-ragnarokkr.yaml").read_text(encoding="utf-8")
IDS = ("auth0-self-service", "cloudtalk", "credenti", "hosteur-ragnarokkr", "okta-premier-success")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(policies, list(arguments))


def own(tmp_path: Path, text: str) -> str:
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("id: hosteur-ragnarokkr", "id: own"), encoding="utf-8")
    return str(path)


def test_the_list_names_every_policy() -> None:
    result = run("list")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in IDS)


@pytest.mark.parametrize("name", IDS)
def test_a_policy_is_shown_in_full(name: str) -> None:
    result = run("show", name)
    assert result.exit_code == 0
    assert all(heading in result.stdout for heading in ("first response", "Calendars", "Readings", "Notes"))


def test_an_own_file_is_shown(tmp_path: Path) -> None:
    assert "level 1 counts as 2" in run("show", own(tmp_path, HOSTEUR)).stdout


def test_an_unknown_policy_is_told_with_those_that_there_are() -> None:
    result = run("show", "nobody")
    assert result.exit_code == 1
    assert "credenti" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_shipped_policies_have_no_fault() -> None:
    result = run("lint")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "5 files, 0 errors, 0 warnings\n"


def test_every_fault_is_a_line_with_its_key_path(tmp_path: Path) -> None:
    text = HOSTEUR.replace(
        "  - text: The examples of levels 3 and 4 overlap.\n    levels: [3, 4]\n    source: examples\n",
        "  - text: No source.\n",
    )
    text = text.replace("      2: {target: 6h, calendar: 24x7,", "      2: {target: 6h, calendar: 24x9,")
    path = own(tmp_path, text)
    result = run("lint", path)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        f"{path}:notes.2.source: missing, expected a value",
        f"{path}:targets.first_response.standard.2.calendar: no calendar is called '24x9', expected one of 24x7",
    ]


def test_warnings_alone_are_no_failure(tmp_path: Path) -> None:
    path = own(tmp_path, HOSTEUR.replace("4: {target: 24h", "4: {target: 1h"))
    result = run("lint", path)
    assert result.exit_code == 0
    assert result.stdout == (
        f"{path}:targets.first_response.standard.4: level 4 has a tighter target (1h) than level 1 (2h), "
        "expected a longer one, or a reading of this cell or a note that silences tighter_at_lower_level (warning)\n"
    )
    assert result.stderr == "1 file, 0 errors, 1 warning\n"


def test_a_shipped_id_is_not_taken_silently(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(HOSTEUR, encoding="utf-8")
    result = run("lint", str(path))
    assert result.exit_code == 1
    assert "is a shipped policy's id" in result.stdout


def test_a_file_that_is_not_there_is_a_fault() -> None:
    result = run("lint", "nowhere.yaml")
    assert result.exit_code == 1
    assert result.stdout.startswith("nowhere.yaml: No such file")


def test_the_files_after_a_broken_one_are_checked_too(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: [", encoding="utf-8")
    result = run("lint", str(broken), own(tmp_path, HOSTEUR.replace("calendar: 24x7", "calendar: x")))
    assert "broken.yaml" in result.stdout
    assert "no calendar is called 'x'" in result.stdout


@pytest.mark.parametrize("command", [[], ["list"], ["show"], ["lint"]])
def test_every_help_has_an_example(command: list[str]) -> None:
    assert "Example:" in run(*command, "--help").stdout


def test_it_works_from_any_folder_without_configuration(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from connector.cli.policies import policies; policies(['lint'])"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "5 files, 0 errors, 0 warnings\n")
