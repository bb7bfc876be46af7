"""`dueby mappings apply`: tried on the open tickets, told to nobody, and one admin at a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector import time_source
from connector.store.agenda import wake
from connector.store.engine import reading, writing
from connector.store.fetched import keep_fetched
from connector.store.mappings import current_mappings
from connector.store.tickets import Memory, remember
from connector.trackers.port import Rank
from policies.model import State, Status, Ticket, TicketRef

Bench = Any
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, 40, tzinfo=UTC)
FILE = """\
mappings:
  - name: gold
    site: acme
    match: {project: [OKTA]}
    policy: okta-premier-success
    plan: silver
    levels: {Highest: 1, High: 2, Medium: 3}
    owed_by: vendor
    answered_by: [{status: [Answered]}]
    escalation: desk
    notices_from: 2026-11-01T00:00:00Z
  - name: rest
    site: acme
    match: {project: [SUP]}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2, Medium: 3}
    owed_by: vendor
    answered_by: [{status: [Answered]}]
escalations:
  - name: desk
    steps: [{at: breach, notify: [team, lead]}]
channels:
  - {name: team, url: "${TEAM_URL}"}
  - {name: lead, url: "${LEAD_URL}"}
"""


@pytest.fixture(autouse=True)
def monday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_source, "now", lambda: NOW)


def filed(bench: Bench, number: int, project: str = "OKTA", priority: str = "Highest", mapping: str = "gold") -> None:
    """Let a ticket have been fetched and stored, as a sync leaves it."""
    ref = TicketRef("acme", str(number))
    key = f"{project}-{number}"
    ticket = Ticket(
        ref=ref,
        key=key,
        created_at=MONDAY,
        updated_at=MONDAY,
        status=Status(("Open", "1")),
        priority=(priority,),
        traits={"project": ((project,),)},
    )
    memory = Memory(
        key=key,
        title="",
        url="",
        wrote=True,
        ended=False,
        synced_at=MONDAY,
        state=State.RUNNING,
        due_at=MONDAY + timedelta(hours=1),
        summary="",
        mapping=mapping,
    )
    with writing(bench.store()) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", MONDAY)
        remember(conn, ref, memory)
        keep_fetched(conn, ticket, MONDAY)


def applied(bench: Bench, text: str = FILE) -> None:
    done = bench.run("mappings", "apply", bench.file(text))
    assert done.exit_code == 0, done.stderr


def rows_of(stdout: str) -> dict[str, list[str]]:
    """Read the table's lines by ticket, its cells apart."""
    lines = [line.split() for line in stdout.splitlines() if line.startswith(("OKTA-", "SUP-"))]
    return {cells[0]: cells[1:] for cells in lines}


def test_a_dry_run_shows_old_and_new_due_times_and_applies_nothing(bench: Bench) -> None:
    applied(bench)
    filed(bench, 1)
    filed(bench, 2, priority="High")
    filed(bench, 3, "SUP", mapping="rest")
    done = bench.run("mappings", "apply", bench.file(FILE.replace("plan: silver", "plan: gold")), "--dry-run")
    assert done.exit_code == 0
    assert "changed mapping gold" in done.stdout
    assert "2 of 2 open tickets that it touches would change." in done.stdout
    # Okta, level 1: silver 1 h, gold 30 min; level 2: silver 2 h, gold 1 h; both round the clock. Paris is UTC+1.
    assert {key: " ".join(cells) for key, cells in rows_of(done.stdout).items()} == {
        "OKTA-1": "gold running 2026-11-23 11:00 Europe/Paris gold breached 2026-11-23 10:30 Europe/Paris",
        "OKTA-2": "gold running 2026-11-23 12:00 Europe/Paris gold running 2026-11-23 11:00 Europe/Paris",
    }
    assert "1 would be breached at once: OKTA-1" in done.stdout
    assert done.stdout.endswith("Nothing was applied.\n")
    assert bench.run("mappings", "export").stdout == FILE


def test_a_dry_run_counts_who_would_be_told_at_once_and_silence_leaves_them_out(bench: Bench) -> None:
    applied(bench)
    filed(bench, 1)
    filed(bench, 2)
    file = bench.file(FILE.replace("plan: silver", "plan: gold"))
    loud = bench.run("mappings", "apply", file, "--dry-run").stdout
    assert "4 notices would go out at once (lead 2, team 2); --silent leaves them out." in loud
    assert "at once (" not in bench.run("mappings", "apply", file, "--dry-run", "--silent").stdout


def test_a_dry_run_names_tickets_and_mappings_that_would_match_nothing(bench: Bench) -> None:
    applied(bench)
    filed(bench, 1)
    filed(bench, 3, "SUP", mapping="rest")
    done = bench.run("mappings", "apply", bench.file(FILE.replace("[SUP]", "[SUPPORT]")), "--dry-run")
    assert "1 would match no mapping any more: SUP-3" in done.stdout
    assert "1 of the mappings that change match no open ticket fetched so far: rest" in done.stdout
    assert "OKTA-1 " not in done.stdout


def test_a_dry_run_of_a_first_file_says_what_it_cannot_know(bench: Bench) -> None:
    with writing(bench.store()) as conn:
        wake(conn, TicketRef("acme", "7"), Rank.EVENT, "webhook", MONDAY)
    done = bench.run("mappings", "apply", bench.file(FILE), "--dry-run")
    assert "0 of 0 open tickets" in done.stdout
    assert "1 more on the agenda were never fetched" in done.stdout
    assert bench.run("mappings", "export").stdout == "mappings: []\n"


def test_a_faulty_file_is_refused_in_a_dry_run_too(bench: Bench) -> None:
    done = bench.run("mappings", "apply", bench.file(FILE.replace("plan: silver", "plan: silvr")), "--dry-run")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "mappings.0.plan" in done.stderr


def test_a_silent_apply_is_remembered_until_the_next_silent_one(bench: Bench) -> None:
    applied(bench)
    assert bench.run("mappings", "apply", bench.file(FILE + "# more\n"), "--silent").exit_code == 0
    applied(bench, FILE + "# and more\n")
    with reading(bench.store()) as conn:
        stored = current_mappings(conn)
    assert stored is not None
    assert (stored.version, stored.silent_from) == (3, NOW)


def test_a_file_made_from_an_older_version_is_refused(bench: Bench) -> None:
    applied(bench)
    applied(bench, FILE.replace("plan: silver", "plan: gold"))
    late = bench.run("mappings", "apply", bench.file(FILE.replace("plan: silver", "plan: basic")), "--over", "1")
    assert (late.exit_code, late.stdout) == (2, "")
    assert late.stderr.startswith("Version 2 is in force, applied by ")
    with reading(bench.store()) as conn:
        stored = current_mappings(conn)
    assert stored is not None
    assert "plan: gold" in stored.text


def test_words_that_change_nothing_wake_nothing(bench: Bench) -> None:
    applied(bench)
    done = bench.run("mappings", "apply", bench.file("# a comment\n" + FILE))
    assert done.stdout.endswith("; no ticket is touched.\n")
