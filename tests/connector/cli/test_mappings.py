"""`dueby mappings`: applied whole or not at all, exported as written, explained from the tracker."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from connector.store.agenda import agenda_row, wake
from connector.store.engine import reading, writing
from connector.store.mappings import current_mappings
from connector.store.tables import deliveries, tickets
from connector.trackers.port import Rank
from policies.model import TicketRef

Bench = Any
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def test_apply_migrates_the_database_and_says_what_changed(bench: Bench, mappings_text: str) -> None:
    done = bench.run("mappings", "apply", bench.file(mappings_text))
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "added mapping okta-gold",
        "added mapping help-desk",
        "added escalation desk",
        "added channel team",
        "mappings.yaml is in force as version 1; open tickets are looked at again.",
    ]
    with reading(bench.store()) as conn:
        stored = current_mappings(conn)
    assert stored is not None
    assert set(stored.first_applied) == {"okta-gold", "help-desk"}
    assert (
        stored.changed == "added mapping okta-gold; added mapping help-desk; added escalation desk; added channel team"
    )
    assert "@" in stored.who


def test_an_unchanged_file_says_so_and_wakes_nothing(bench: Bench, mappings_text: str) -> None:
    file = bench.file(mappings_text)
    bench.run("mappings", "apply", file)
    ref = TicketRef("acme", "10001")
    with writing(bench.store()) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", EPOCH)
    again = bench.run("mappings", "apply", file)
    assert again.stdout == "mappings.yaml is in force already as version 1; nothing changed.\n"
    with reading(bench.store()) as conn:
        row = agenda_row(conn, ref)
    assert row is not None
    assert (row.version, row.reason) == (1, "webhook")


def test_a_changed_file_names_the_parts_that_changed_and_puts_open_tickets_on_the_agenda(
    bench: Bench, mappings_text: str
) -> None:
    bench.run("mappings", "apply", bench.file(mappings_text))
    ref = TicketRef("acme", "10001")
    with writing(bench.store()) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", EPOCH)
    changed = mappings_text.replace("plan: gold", "plan: silver").replace("name: help-desk", "name: desk-two")
    done = bench.run("mappings", "apply", bench.file(changed))
    *changes, outcome = done.stdout.splitlines()
    assert changes == ["added mapping desk-two", "changed mapping okta-gold", "removed mapping help-desk"]
    assert outcome.startswith("mappings.yaml is in force as version 2 in place of version 1 of ")
    assert outcome.endswith("; open tickets are looked at again.")
    with reading(bench.store()) as conn:
        row = agenda_row(conn, ref)
    assert row is not None
    assert row.version == 2


def test_another_order_is_a_change(bench: Bench, mappings_text: str) -> None:
    bench.run("mappings", "apply", bench.file(mappings_text))
    head, first, second = mappings_text.partition("escalations:")[0].split("  - name: ", 2)
    turned = f"{head}  - name: {second}  - name: {first}" + mappings_text[mappings_text.index("escalations:") :]
    assert "moved mapping help-desk" in bench.run("mappings", "apply", bench.file(turned)).stdout


def test_a_faulty_file_is_refused_whole_with_every_fault_on_standard_error(bench: Bench, mappings_text: str) -> None:
    bench.run("mappings", "apply", bench.file(mappings_text))
    bad = mappings_text.replace("policy: credenti", "policy: credent").replace(
        "owed_by: us", "owed_by: nobody\n    x: 1"
    )
    done = bench.run("mappings", "apply", bench.file(bad))
    assert (done.exit_code, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert {line.split(": ")[0] for line in lines} >= {"mappings.yaml:mappings.1.owed_by", "mappings.yaml:mappings.1.x"}
    assert all(", expected " in line for line in lines)
    assert bench.run("mappings", "export").stdout == mappings_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "mappings.yaml:mappings: missing", id="an empty file"),
        pytest.param("customers: []\n", "mappings.yaml:mappings: missing", id="no mappings"),
        pytest.param("mappings: [\n", "mappings.yaml:line", id="broken YAML"),
        pytest.param("mappings: []\nmapings: []\n", "mappings.yaml:mapings: unknown key", id="an unknown section"),
    ],
)
def test_what_is_no_mappings_file_is_refused(bench: Bench, text: str, expected: str) -> None:
    done = bench.run("mappings", "apply", bench.file(text))
    assert done.exit_code == 1
    assert done.stderr.startswith(expected)


def test_a_file_without_any_mapping_is_legal(bench: Bench) -> None:
    assert bench.run("mappings", "apply", bench.file("mappings: []\n")).exit_code == 0


def test_a_file_that_is_no_text_is_refused_in_one_line(bench: Bench) -> None:
    (bench.folder / "bytes.yaml").write_bytes(b"\xff\xfe")
    done = bench.run("mappings", "apply", "bytes.yaml")
    assert (done.exit_code, done.stderr) == (1, "bytes.yaml can't be read (it is no UTF-8 text).\n")


def test_a_file_that_is_not_there_is_wrong_use(bench: Bench) -> None:
    assert bench.run("mappings", "apply", "nowhere.yaml").exit_code == 2


def test_an_export_holds_variables_as_written_and_can_be_applied_again(bench: Bench, mappings_text: str) -> None:
    bench.run("mappings", "apply", bench.file(mappings_text))
    exported = bench.run("mappings", "export").stdout
    assert exported == mappings_text
    assert "${TEAM_URL}" in exported
    again = bench.run("mappings", "apply", bench.file(exported, "exported.yaml"))
    assert again.stdout == "exported.yaml is in force already as version 1; nothing changed.\n"


def test_before_the_first_apply_the_export_is_an_empty_file_that_can_be_applied(bench: Bench) -> None:
    assert bench.run("mappings", "export").stdout == "mappings: []\n"


def test_the_list_shows_the_mappings_in_the_order_in_which_they_are_tried(bench: Bench, mappings_text: str) -> None:
    assert bench.run("mappings", "list").stdout.startswith("There are no mappings;")
    bench.run("mappings", "apply", bench.file(mappings_text))
    lines = bench.run("mappings", "list").stdout.splitlines()
    assert "version 1" in lines[0]
    assert lines[2].split()[:6] == ["1", "okta-gold", "acme", "project:", "OKTA", "okta-premier-success"]
    assert lines[3].split()[:3] == ["2", "help-desk", "help"]
    assert "field 360010, else basic" in lines[3]
    told = json.loads(bench.run("mappings", "list", "--json").stdout)
    assert [spec["name"] for spec in told] == ["okta-gold", "help-desk"]


def test_explain_prints_what_wins_and_why_and_writes_nothing(bench: Bench, mappings_text: str) -> None:
    ticket = bench.sandbox.create(
        project="OKTA", summary="Login fails", fields={"priority": "High"}, at=datetime(2026, 11, 20, 9, tzinfo=UTC)
    )
    internal = bench.sandbox.comment(ticket, "x", public=False, at=datetime(2026, 11, 20, 9, 5, tzinfo=UTC))
    public = bench.sandbox.comment(ticket, "y", at=datetime(2026, 11, 20, 9, 10, tzinfo=UTC))
    bench.run("mappings", "apply", bench.file(mappings_text))
    done = bench.run("mappings", "explain", "acme", "okta-1")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "ticket   OKTA-1  Login fails",
        "mapping  okta-gold",
        "state    breached",
        "due      2026-11-20 11:00:00 Europe/Paris",
    ]
    assert any(f"comment {internal} " in line and "internal" in line for line in lines)
    assert any(f"comment {public} " in line and "not among those named" in line for line in lines)
    assert bench.sandbox.ticket(ticket)["fields"]["customfield_10100"] is None
    with reading(bench.store()) as conn:
        assert conn.execute(select(func.count()).select_from(tickets)).scalar_one() == 0
        assert conn.execute(select(func.count()).select_from(deliveries)).scalar_one() == 0


def test_explain_as_json_names_rules_and_sources(bench: Bench, mappings_text: str) -> None:
    ticket = bench.sandbox.create(project="OKTA", fields={"priority": "High"}, at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    bench.run("mappings", "apply", bench.file(mappings_text))
    told = json.loads(bench.run("mappings", "explain", "acme", ticket, "--json").stdout)
    assert (told["ticket"], told["key"], told["mapping"]) == (ticket, "OKTA-1", "okta-gold")
    assert (told["state"], told["due_at"]) == ("breached", "2026-11-20T10:00:00Z")
    assert {"mapping", "plan", "start", "level", "target", "due"} <= {fact["rule"] for fact in told["receipt"]}


def test_explain_says_why_a_ticket_is_unmapped(bench: Bench, mappings_text: str) -> None:
    ticket = bench.sandbox.create(project="SUP")
    bench.run("mappings", "apply", bench.file(mappings_text))
    lines = bench.run("mappings", "explain", "acme", ticket).stdout.splitlines()
    assert [line for line in lines if line.startswith(("mapping", "state", "due", "reason"))] == [
        "mapping  none",
        "state    unmapped",
        "due      none",
        "reason   no_match",
    ]


def test_explain_of_a_ticket_that_ended_before_its_mapping_says_so(bench: Bench, mappings_text: str) -> None:
    ticket = bench.sandbox.create(project="OKTA", at=datetime(2026, 11, 20, 9, tzinfo=UTC))
    bench.sandbox.change(ticket, fields={"status": "Done"}, at=datetime(2026, 11, 20, 10, tzinfo=UTC))
    bench.run("mappings", "apply", bench.file(mappings_text))
    assert "reason   ended_before_mapping" in bench.run("mappings", "explain", "acme", ticket).stdout.splitlines()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(("acme", "NOPE-1"), 1, "acme: ticket NOPE-1 does not exist", id="a ticket that is not there"),
        pytest.param(("nobody", "1"), 2, "has no site 'nobody', expected one of: acme, help.", id="an unknown site"),
        pytest.param(("help", "OKTA-1"), 2, "is no ticket of a zendesk", id="a key for a zendesk"),
        pytest.param(("acme", "../1"), 2, "is no ticket of a jira", id="a path instead of a ticket"),
    ],
)
def test_what_cannot_be_explained_is_told_in_one_line(
    bench: Bench, words: tuple[str, str], status: int, said: str
) -> None:
    done = bench.run("mappings", "explain", *words)
    assert done.exit_code == status
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_configuration_is_told_in_one_line(bench: Bench) -> None:
    (bench.folder / "dueby.yaml").unlink()
    done = bench.run("mappings", "list")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "there is no such file" in done.stderr
