"""Every kind of bad input has a test named after it, and the command line's own are here."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
RECEIVER = "tests/connector/web/test_receiver.py"
HERE = "tests/test_bad_input.py"
TICKETS = "tests/scenarios/test_bad_tickets.py"
NOTIFIER, SEND = "tests/worker/test_notifier.py", "tests/connector/notify/test_send.py"
FAULTS, STORE = "tests/worker/test_stated_faults.py", "tests/worker/test_store_faults.py"
MAPPING, REPLAN = "tests/policies/test_mapping.py", "tests/policies/test_replan.py"
ITEMS = {
    "a policy with a fault": [f"{HERE}::test_a_policy_with_a_fault"],
    "a mapping with a fault": [f"{HERE}::test_a_mapping_with_a_fault"],
    "a webhook with broken JSON": [f"{RECEIVER}::test_broken_json"],
    "wrong signature": [f"{RECEIVER}::test_wrong_signature", f"{RECEIVER}::test_wrong_signature_of_a_zendesk"],
    "11 MiB": [
        f"{RECEIVER}::test_a_webhook_of_11_mib",
        f"{RECEIVER}::test_a_webhook_of_11_mib_that_never_says_its_length",
    ],
    "unknown site": [f"{RECEIVER}::test_unknown_site"],
    "deep nesting": [f"{RECEIVER}::test_deep_nesting"],
    "wrong types": [f"{RECEIVER}::test_wrong_types"],
    "huge numbers": [f"{RECEIVER}::test_huge_numbers"],
    "duplicate keys": [f"{RECEIVER}::test_duplicate_keys"],
    "lone surrogates": [f"{RECEIVER}::test_lone_surrogates"],
    "a ticket that was deleted": [
        f"{TICKETS}::test_a_ticket_that_was_deleted",
        f"{TICKETS}::test_a_ticket_that_was_deleted_before_it_was_ever_fetched",
    ],
    "a ticket that was moved": [f"{TICKETS}::test_a_ticket_that_was_moved"],
    "a priority with no level": [f"{TICKETS}::test_a_priority_with_no_level"],
    "a zone that does not exist": [
        f"{TICKETS}::test_a_zone_that_does_not_exist",
        f"{HERE}::test_a_zone_that_does_not_exist",
    ],
    "a start in the year 1 or 9999": [
        f"{TICKETS}::test_a_start_in_the_year_1_or_9999",
        f"{TICKETS}::test_a_start_in_the_year_1_or_9999_in_a_date_time_field",
        f"{HERE}::test_a_start_in_the_year_1_or_9999",
    ],
    "a naive time": [f"{TICKETS}::test_a_naive_time", f"{HERE}::test_a_naive_time"],
    "a comment without an author": [
        f"{TICKETS}::test_a_comment_without_an_author",
        f"{TICKETS}::test_a_comment_without_an_author_on_zendesk",
    ],
    "a channel that hangs": [
        f"{NOTIFIER}::test_a_channel_that_hangs_holds_up_no_other",
        f"{SEND}::test_a_send_that_hangs_is_given_up_and_three_of_them_stop_more",
    ],
    "a channel that answers 429 or 500": [
        f"{NOTIFIER}::test_a_failed_notice_waits_longer_each_time_and_then_stands_under_failures"
    ],
    "a channel that answers with rubbish": [f"{SEND}::test_rubbish_that_is_no_http_is_a_failure"],
    "an Apprise address that is wrong": [f"{NOTIFIER}::test_a_wrong_address_is_a_failure_that_does_not_tell_it"],
    "an escalation naming no channel": [f"{MAPPING}::test_a_fault_elsewhere_is_refused_with_its_key_path"],
    "a step after the end": [
        f"{REPLAN}::test_when_it_is_over_the_rest_is_cancelled_and_whoever_was_told_hears_it_once",
        f"{MAPPING}::test_a_step_before_any_ticket_can_be_filed_is_warned_of",
    ],
    "a mapping that names a field of another site": [
        "tests/connector/cli/test_sites.py::test_one_planted_fault_is_named_alone"
    ],
    "a tracker down for an hour": [
        f"{FAULTS}::test_a_tracker_that_is_down_for_an_hour_is_asked_seldom_told_of_once_and_caught_up_with"
    ],
    "credentials revoked at 3 a.m.": [
        f"{FAULTS}::test_credentials_revoked_at_three_in_the_morning_are_told_at_once_and_taken_again_soon"
    ],
    "the database locked for 10 seconds": [
        f"{STORE}::test_a_database_locked_for_over_ten_seconds",
        f"{NOTIFIER}::test_a_database_locked_for_more_than_ten_seconds_after_a_send_makes_no_repeat",
    ],
    "the disk full": [f"{STORE}::test_a_full_disk"],
    "two admins applying at once": [
        "tests/connector/store/test_races.py::test_two_admins_who_apply_at_once_get_a_version_each",
        "tests/connector/cli/test_apply.py::test_a_file_made_from_an_older_version_is_refused",
    ],
    "a clock that jumps": [
        f"{FAULTS}::test_a_time_that_runs_ahead_breaches_early_and_is_put_right_when_it_is_put_back",
        f"{NOTIFIER}::test_a_time_that_jumps_loses_nothing_and_sends_nothing_twice",
    ],
}
CONFIG = """
sites:
  acme:
    tracker: jira
    deployment: cloud
    url: http://127.0.0.1:9
    auth: {user: bot@acme.example, token: t}
"""
MAPPINGS = """
mappings:
  - name: okta
    site: acme
    match: {project: [SUP]}
    policy: okta-premier-success
    plan: gold
    customer: {timezone: Europe/Paris}
    levels: {Highest: 1}
    owed_by: us
"""


def dueby(folder: Path, *words: str, told: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the command as people do, in a folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("DUEBY_", "DATABASE_", "REDIS"))}
    return subprocess.run(  # noqa: S603  # our own command
        [sys.executable, "-m", "worker.main", *words],
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT)},
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def names_in(file: Path) -> set[str]:
    """Give the names of a file's tests without importing it."""
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("item", ITEMS)
def test_every_kind_of_bad_input_has_a_test_named_after_it(item: str) -> None:
    for node in ITEMS[item]:
        file, _, name = node.partition("::")
        assert name in names_in(ROOT / file), node


def test_a_policy_with_a_fault(tmp_path: Path) -> None:
    shipped = (ROOT / "policies/vendors/hosteur-ragnarokkr.yaml").read_text("utf-8")
    own = shipped.replace("id: hosteur-ragnarokkr", "id: ours")
    file = tmp_path / "own" / "ours.yaml"
    file.parent.mkdir()
    file.write_text(own.replace("1: {target: 2h,", "1: {target: soon,").replace("default: clock-hours", "default: x"))
    done = dueby(tmp_path, "policies", "lint", str(file))
    assert done.returncode == 1
    told = done.stdout.splitlines()
    assert [line.startswith(f"{file}:") and ", expected " in line for line in told] == [True] * len(told)
    assert any(line.startswith(f"{file}:targets.first_response.standard.1") for line in told)
    assert dueby(tmp_path, "policies", "lint").returncode == 0
    (tmp_path / "dueby.yaml").write_text(f"policies: own\n{CONFIG}")
    (tmp_path / "maps.yaml").write_text(MAPPINGS)
    refused = dueby(tmp_path, "mappings", "apply", "maps.yaml")
    assert refused.returncode == 1
    assert "ours.yaml:targets.first_response.standard.1" in refused.stderr
    file.write_text(own)
    assert dueby(tmp_path, "mappings", "apply", "maps.yaml").returncode == 0


def test_a_mapping_with_a_fault(tmp_path: Path) -> None:
    (tmp_path / "dueby.yaml").write_text(CONFIG)
    file = tmp_path / "maps.yaml"
    file.write_text(MAPPINGS)
    assert dueby(tmp_path, "mappings", "apply", "maps.yaml").returncode == 0
    file.write_text(
        MAPPINGS.replace("plan: gold", "plan: golden").replace("Europe/Paris", "Europe/Pari") + "    colour: red\n"
    )
    refused = dueby(tmp_path, "mappings", "apply", "maps.yaml")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "maps.yaml:mappings.0.colour: unknown key, expected one of the documented keys" in refused.stderr
    file.write_text(MAPPINGS.replace("plan: gold", "plan: golden").replace("Europe/Paris", "Europe/Pari"))
    refused = dueby(tmp_path, "mappings", "apply", "maps.yaml")
    assert [line.partition(": ")[0] for line in refused.stderr.splitlines()] == [
        "maps.yaml:mappings.0.plan",
        "maps.yaml:mappings.0.customer.timezone",
    ]
    assert dueby(tmp_path, "mappings", "export").stdout == MAPPINGS


def answers(folder: Path, *bad: dict[str, object]) -> list[dict[str, object]]:
    """Ask for due times line by line, a good one last: it must be answered whatever came before."""
    good = {"policy": "okta-premier-success", "plan": "gold", "level": 1, "start": "2026-11-20T15:00:00Z"}
    lines = "".join(json.dumps({**good, **one}) + "\n" for one in (*bad, {}))
    done = dueby(folder, "due", "--jsonl", told=lines)
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [set(one) for one in told[:-1]] == [{"error"}] * len(bad)
    assert told[-1]["due_at"] == "2026-11-20T15:30:00Z"
    return told[:-1]


def refusal(folder: Path, *words: str) -> str:
    """Ask for one due time that cannot be had: exit status 1 and one line."""
    done = dueby(folder, "due", "--policy", "okta-premier-success", "--plan", "basic", "--level", "1", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    return done.stderr


def test_a_zone_that_does_not_exist(tmp_path: Path) -> None:
    said = refusal(tmp_path, "--start", "2026-11-20T15:00:00Z", "--timezone", "Mars/Olympus")
    assert said == "no time zone is called 'Mars/Olympus': give an IANA name such as Europe/Paris\n"
    [told] = answers(tmp_path, {"plan": "basic", "timezone": "Mars/Olympus"})
    assert "Mars/Olympus" in str(told["error"])


def test_a_start_in_the_year_1_or_9999(tmp_path: Path) -> None:
    for year, start in (("1", "0001-01-01T00:00:00Z"), ("9999", "9999-12-31T23:59:59Z")):
        said = refusal(tmp_path, "--start", start, "--timezone", "America/New_York")
        assert f"the year {year} is out of range" in said
    told = answers(
        tmp_path,
        {"start": "0001-01-01T00:00:00+14:00"},
        {"start": "9999-12-31T23:59:59-12:00"},
        {"start": "10000-01-01T00:00:00Z"},
    )
    assert all(told)


def test_a_naive_time(tmp_path: Path) -> None:
    said = refusal(tmp_path, "--start", "2026-11-20T15:00:00", "--timezone", "America/New_York")
    assert said == "start '2026-11-20T15:00:00' has no UTC offset: end it with Z or an offset such as +01:00\n"
    [told] = answers(tmp_path, {"start": "2026-11-20T15:00:00"})
    assert "no UTC offset" in str(told["error"])
