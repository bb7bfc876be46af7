"""Policy files: the shipped ones, an admin's own, and every fault that one can have."""

import copy
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from policies.due import due_time
from policies.faults import FaultsError
from policies.json_schema import json_schema
from policies.lint import lint
from policies.loader import load_policies, load_policy_file, read_policy, shipped_ids, shipped_policy
from policies.terms import Case, Customer, terms_for
from policies.yaml12 import read_yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[0]


def vendor_files() -> list[Path]:
    return sorted((ROOT / "policies/vendors").glob("*.yaml"))


def test_the_five_documents_are_shipped() -> None:
    assert shipped_ids() == (
        "auth0-self-service",
        "cloudtalk",
        "credenti",
        "hosteur-ragnarokkr",
        "okta-premier-success",
    )


@pytest.mark.parametrize("path", vendor_files(), ids=lambda path: path.stem)
def test_a_shipped_policy_has_no_fault_and_no_warning(path: Path) -> None:
    policy = load_policy_file(path)
    assert policy.id == path.stem
    assert lint(policy, path.name) == ()
    assert policy.version == shipped_policy(policy.id).version


@pytest.mark.parametrize("path", vendor_files(), ids=lambda path: path.stem)
def test_a_shipped_policy_fits_the_json_schema(path: Path) -> None:
    jsonschema.validate(read_yaml(path.read_text(encoding="utf-8"), path.name), json.loads(json_schema()))


def test_the_json_schema_in_the_docs_is_current() -> None:
    assert (ROOT / "docs/policy.schema.json").read_text(encoding="utf-8") == json_schema()


def test_a_paraphrase_is_no_sentence_of_the_document(shared: Path) -> None:
    for policy in load_policies().values():
        text = (shared / "vendor-documents" / policy.document).read_text(encoding="utf-8").casefold()
        for clause in policy.sources.values():
            assert clause.says.casefold() not in text


def example(tmp_path: Path, **changes: Any) -> Path:
    raw = read_yaml(EXAMPLE, "example")
    path = tmp_path / "acme.yaml"
    path.write_text(yaml.safe_dump({**raw, **changes}, sort_keys=False), encoding="utf-8")
    return path


def test_the_worked_example_on_the_page_loads_without_a_warning() -> None:
    policy = read_policy(EXAMPLE, "docs/policies.md")
    assert lint(policy, "docs/policies.md") == ()
    jsonschema.validate(read_yaml(EXAMPLE, "example"), json.loads(json_schema()))


def test_every_key_stands_on_the_page() -> None:
    schema = json.loads(json_schema())
    keys = set(schema["properties"]) | {key for part in schema["$defs"].values() for key in part.get("properties", ())}
    assert {key for key in keys if key not in PAGE} == set()


@pytest.mark.parametrize(
    ("case", "start", "due"),
    [
        pytest.param(
            Case(plan="night", level=3),
            "2026-11-23T21:00+01:00",
            "2026-11-24T06:00+01:00",
            id="a business day of the night plan is one night",
        ),
        pytest.param(
            Case(plan="office", level=1, customer=Customer("America/New_York", "americas")),
            "2026-11-23T08:00-05:00",
            "2026-11-23T10:00-05:00",
            id="the Americas start at eight",
        ),
        pytest.param(
            Case(plan="office", level=1, customer=Customer("Europe/Paris")),
            "2026-11-21T11:00+01:00",
            "2026-11-23T10:00+01:00",
            id="Saturday morning counts in Europe",
        ),
        pytest.param(
            Case(plan="night", level=2, readings=("strict",), attributes={"environment": ("production",)}),
            "2026-11-23T21:00+00:00",
            "2026-11-24T02:00+00:00",
            id="strictly, the nights are London's",
        ),
    ],
)
def test_the_worked_example_counts(case: Case, start: str, due: str) -> None:
    policy = read_policy(EXAMPLE, "docs/policies.md")
    assert due_time(policy, case, datetime.fromisoformat(start)).due_at == datetime.fromisoformat(due)


def test_a_later_version_holds_from_its_date() -> None:
    policy = read_policy(EXAMPLE, "docs/policies.md")
    before, after = datetime.fromisoformat("2026-12-31T23:59Z"), datetime.fromisoformat("2027-01-01T00:00Z")
    assert policy.at(before).strength.text == "The response times are aims."
    assert policy.at(after).strength.text == "The vendor guarantees the response times."
    assert policy.at(before).version != policy.at(after).version


def test_a_changed_file_is_another_version() -> None:
    changed = EXAMPLE.replace("target: 2bh", "target: 3bh")
    assert read_policy(changed, "a").version != read_policy(EXAMPLE, "a").version


def test_an_unset_attribute_fits_only_where_the_rule_says_so() -> None:
    policy = read_policy(EXAMPLE, "docs/policies.md")
    strictly = Case(plan="night", level=2, readings=("strict",))
    assert terms_for(policy, strictly).level == 3
    assert terms_for(policy, Case(plan="night", level=1)).level == 1


FAULTS: list[tuple[str, list[str | int], Any, str, str]] = [
    ("an unknown key", ["colour"], "red", "colour", "unknown key"),
    ("a calendar that never opens", ["calendars", "nights", "hours"], {}, "calendars.nights.hours", "never opens"),
    (
        "hours that cannot be read",
        ["calendars", "nights", "hours"],
        {"mon": "9-5"},
        "calendars.nights.hours",
        "opening",
    ),
    ("an unknown zone", ["calendars", "nights", "timezone"], "Mars/Phobos", "calendars.nights.timezone", "Mars/Phobos"),
    ("an unknown holiday code", ["calendars", "nights", "holidays"], "XX", "calendars.nights.holidays", "XX"),
    ("a calendar without a zone", ["calendars", "nights", "timezone"], None, "calendars.nights", "timezone is missing"),
    ("a source that is not there", ["plans", "night", "source"], "nowhere", "plans.night.source", "nowhere"),
    ("a target that is none", ["targets", "first_response", "night", "1", "target"], "0h", "night.1.target", "0h"),
    (
        "a calendar that is not there",
        ["targets", "first_response", "night", "1", "calendar"],
        "days",
        "1.calendar",
        "days",
    ),
    (
        "a plan that is not there",
        ["targets", "first_response", "gold"],
        {"1": {"target": "no promise", "source": "table"}},
        "first_response.gold.1",
        "gold",
    ),
    (
        "a level that is not there",
        ["targets", "first_response", "night", "4"],
        {"target": "no promise", "source": "table"},
        "night.4",
        "4",
    ),
    (
        "business days of different lengths",
        ["targets", "first_response", "office", "2", "target"],
        "1bd",
        "office.2.target",
        "different lengths",
    ),
    (
        "a promise without a calendar",
        ["targets", "first_response", "office", "2", "calendar"],
        None,
        "office.2",
        "calendar is missing",
    ),
    ("a region that is not there", ["default_region"], "mars", "default_region", "mars"),
    ("a rule that names no level", ["rules", 2, "levels"], {"9": 2}, "rules.2", "cannot match"),
    ("a rule that changes nothing", ["rules", 2, "levels"], {"2": 2}, "rules.2.levels.2", "itself"),
    ("a rule that is never on", ["rules", 2, "on"], False, "rules.2.on", "never on"),
    ("a rule with two effects", ["rules", 2, "no_promise"], True, "rules.2", "single effect"),
    (
        "a rule without a value to match",
        ["rules", 0, "when", "release", "any_of"],
        [],
        "rules.0.when.release",
        "any_of",
    ),
    ("a default that is no choice", ["readings", 0, "default"], "other", "readings.0", "no choice"),
    (
        "a rule switched on that is not there",
        ["readings", 1, "choices", 1, "changes", "rules_on"],
        ["none"],
        "changes.rules_on",
        "no rule",
    ),
    ("a reading twice", ["readings", 1, "choices", 1, "name"], "office-only", "readings", "stands 2 times"),
]


@pytest.mark.parametrize(("keys", "value", "path", "problem"), [pytest.param(*row[1:], id=row[0]) for row in FAULTS])
def test_a_fault_is_told_with_its_key_path(keys: list[str | int], value: Any, path: str, problem: str) -> None:
    raw = read_yaml(EXAMPLE, "example")
    part = raw
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    with pytest.raises(FaultsError) as caught:
        read_policy(yaml.safe_dump(raw, sort_keys=False), "acme.yaml")
    assert any(path in str(fault) and problem in str(fault) for fault in caught.value.faults), caught.value
    assert all(str(fault).startswith("acme.yaml:") and ", expected " in str(fault) for fault in caught.value.faults)


def test_a_clause_without_a_source_and_faults_of_later_checks_come_at_once() -> None:
    raw = read_yaml(EXAMPLE, "example")
    del raw["duties"][0]["source"]
    raw["calendars"]["nights"]["timezone"] = "Mars/Phobos"
    raw["targets"]["first_response"]["night"]["1"]["calendar"] = "days"
    raw["colour"] = "red"
    with pytest.raises(FaultsError) as caught:
        read_policy(yaml.safe_dump(raw, sort_keys=False), "acme.yaml")
    paths = {fault.path for fault in caught.value.faults}
    assert paths == {
        "duties.0.source",
        "calendars.nights.timezone",
        "targets.first_response.night.1.calendar",
        "colour",
    }


@pytest.mark.parametrize(
    ("rule", "shadowed"),
    [
        pytest.param({"when": {"release": {"any_of": ["BETA"]}}, "no_promise": True}, True, id="a narrower condition"),
        pytest.param({"when": {"release": {"any_of": ["rc"]}}, "no_promise": True}, False, id="another value"),
        pytest.param(
            {"when": {"release": {"any_of": ["beta"]}}, "levels": {1: 3}}, True, id="out of the promise before"
        ),
        pytest.param(
            {"when": {"environment": {"any_of": ["test"]}}, "levels": {1: 3}}, True, id="level 1 is gone by then"
        ),
        pytest.param(
            {"when": {"environment": {"any_of": ["test"]}}, "levels": {2: 3}}, False, id="level 2 is made before"
        ),
        pytest.param(
            {"when": {"environment": {"any_of": ["production"]}}, "levels": {1: 3}}, False, id="apart from it"
        ),
        pytest.param({"default_level": 2}, True, id="a second default level"),
    ],
)
def test_a_shadowed_rule_is_an_error(rule: dict[str, Any], *, shadowed: bool) -> None:
    raw = read_yaml(EXAMPLE, "example")
    raw["rules"].append({"name": "late", "source": "impact", **rule})
    text = yaml.safe_dump(raw, sort_keys=False)
    if not shadowed:
        read_policy(text, "acme.yaml")
        return
    with pytest.raises(FaultsError, match="shadowed"):
        read_policy(text, "acme.yaml")


@pytest.mark.parametrize(
    ("level", "cell", "extra", "warned"),
    [
        pytest.param(
            "2", {"target": "1h", "calendar": "24x7", "source": "table"}, {}, ["office.2"], id="a tighter target"
        ),
        pytest.param(
            "2", {"target": "2bh", "calendar": "office-hours", "source": "table"}, {}, [], id="an equal target"
        ),
        pytest.param("1", {"target": "no promise", "source": "table"}, {}, [], id="a promise at lower levels alone"),
        pytest.param("3", None, {}, ["office.3"], id="a level without a target"),
        pytest.param("3", None, {"levels": [3], "silences": ["level_without_target"]}, [], id="a note on the gap"),
        pytest.param(
            "3", None, {"levels": [2], "silences": ["level_without_target"]}, ["office.3"], id="a note on another level"
        ),
    ],
)
def test_what_looks_like_a_slip_is_a_warning(
    level: str, cell: dict[str, str] | None, extra: dict[str, Any], warned: list[str]
) -> None:
    raw = copy.deepcopy(read_yaml(EXAMPLE, "example"))
    raw["readings"][0]["choices"].pop()
    cells = raw["targets"]["first_response"]["office"]
    cells[level] = cell
    if cell is None:
        del cells[level]
    if extra:
        raw["notes"].append({"text": "It is meant.", "source": "table", **extra})
    faults = lint(read_policy(yaml.safe_dump(raw, sort_keys=False), "a"), "a")
    assert [fault.path for fault in faults] == [f"targets.first_response.{path}" for path in warned]
    assert all(fault.warning for fault in faults)


def test_without_its_reading_auth0s_level_3_is_flagged() -> None:
    raw = read_yaml((ROOT / "policies/vendors/auth0-self-service.yaml").read_text(encoding="utf-8"), "auth0")
    raw["readings"] = []
    (fault,) = lint(read_policy(yaml.safe_dump(raw, sort_keys=False), "auth0"), "auth0")
    assert fault.path == "targets.first_response.self-service.3"
    assert "tighter" in fault.problem


def test_own_policies_stand_beside_the_shipped_ones(tmp_path: Path) -> None:
    example(tmp_path)
    assert set(load_policies(tmp_path)) == {*shipped_ids(), "acme-support"}


def test_a_shipped_id_is_not_taken_silently(tmp_path: Path) -> None:
    example(tmp_path, id="credenti")
    with pytest.raises(FaultsError, match="shipped"):
        load_policies(tmp_path)
    example(tmp_path, id="credenti", replaces="credenti")
    assert load_policies(tmp_path)["credenti"].vendor == "Acme"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"replaces": "credenti"}, "not this file's own id", id="another policy's place"),
        pytest.param({"replaces": "acme-support"}, "no shipped policy", id="a place that is not there"),
    ],
)
def test_replaces_names_the_shipped_policy_of_the_same_id(
    tmp_path: Path, changes: dict[str, str], problem: str
) -> None:
    example(tmp_path, **changes)
    with pytest.raises(FaultsError, match=problem):
        load_policies(tmp_path)


def test_the_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    example(tmp_path, vendor="")
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "list.yml").write_text("- 1", encoding="utf-8")
    (tmp_path / "latin.yaml").write_bytes(b"id: caf\xe9")
    with pytest.raises(FaultsError) as caught:
        load_policies(tmp_path)
    assert {Path(fault.file).name for fault in caught.value.faults} == {
        "acme.yaml",
        "broken.yaml",
        "list.yml",
        "latin.yaml",
    }


@pytest.mark.parametrize("name", ["nowhere", pytest.param("x" * 300, id="a name that no system can look up")])
def test_a_folder_that_can_not_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(FaultsError, match="expected a folder of policy files"):
        load_policies(tmp_path / name)
