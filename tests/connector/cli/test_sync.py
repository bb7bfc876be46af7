"""`dueby sync`, `failures` and `db`: the agenda and what gave up, as people reach them."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from connector import time_source
from connector.cli import sync
from connector.errors import TrackerError
from connector.store.agenda import Lease, agenda_row, fail, finish, start
from connector.store.cycles import keep_receipt
from connector.store.engine import reading, writing
from connector.store.tickets import Memory, end_gone, remember
from connector.trackers.port import Rank
from policies.model import State, TicketRef
from policies.receipt import Fact

Bench = Any
REF = TicketRef("acme", "10001")
OFF_SCREEN = TrackerError(
    "not_on_screen",
    "The field due_at (customfield_10100) is not on the edit screen; add it there.",
    retryable=False,
    field="due_at",
    status=400,
)
DUE = datetime(2026, 11, 23, 13, 30, tzinfo=UTC)


def a_worker(bench: Bench, work: Callable[[Connection, Lease], object]) -> threading.Thread:
    """Do as a worker does with a row that is due, once."""

    def run() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with writing(bench.store()) as conn:
                lease = start(conn, REF, time_source.now())
                if lease:
                    work(conn, lease)
                    return
            time.sleep(0.02)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def synced(conn: Connection, lease: Lease) -> None:
    remembered(conn)
    finish(conn, lease, None, time_source.now())


def gave_up(conn: Connection, lease: Lease) -> None:
    fail(conn, lease, OFF_SCREEN, time_source.now(), jitter=0)


def still_gone(conn: Connection, lease: Lease) -> None:
    end_gone(conn, REF, time_source.now())
    finish(conn, lease, None, time_source.now())


def remembered(conn: Connection) -> None:
    memory = Memory(
        key="OKTA-1",
        title="Login fails",
        url="",
        wrote=True,
        ended=False,
        synced_at=time_source.now(),
        state=State.RUNNING,
        due_at=DUE,
        summary="Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris",
        mapping="okta-gold",
    )
    remember(conn, REF, memory)
    keep_receipt(conn, REF, (Fact("level", {"level": 1, "name": "urgent", "how": "priority", "value": "Highest"}),))


def a_failure(bench: Bench, error: TrackerError = OFF_SCREEN) -> None:
    bench.run("sync", "acme", "10001")
    a_worker(bench, lambda conn, lease: fail(conn, lease, error, time_source.now(), 0.0)).join()


def test_sync_puts_a_ticket_on_the_agenda(bench: Bench) -> None:
    done = bench.run("sync", "acme", "okta-7")
    assert (done.exit_code, done.stdout) == (0, "acme OKTA-7 is on the agenda.\n")
    with reading(bench.store()) as conn:
        row = agenda_row(conn, TicketRef("acme", "OKTA-7"))
    assert row is not None
    assert (row.rank, row.reason) == (Rank.URGENT, "sync")


def test_sync_finds_a_ticket_that_is_known_by_its_key(bench: Bench) -> None:
    with writing(bench.store()) as conn:
        remembered(conn)
    bench.run("sync", "acme", "OKTA-1")
    with reading(bench.store()) as conn:
        assert agenda_row(conn, REF) is not None
        assert agenda_row(conn, TicketRef("acme", "OKTA-1")) is None


def test_sync_waits_for_the_outcome_and_prints_it(bench: Bench) -> None:
    worker = a_worker(bench, synced)
    done = bench.run("sync", "acme", "10001", "--wait")
    worker.join()
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "ticket   OKTA-1  Login fails",
        "mapping  okta-gold",
        "state    running",
        "due      2026-11-23 14:30:00 Europe/Paris",
        "summary  Okta gold, level 1: 30 min, due 2026-11-23 14:30 Europe/Paris",
        "  - The level is 1 (urgent), from the priority Highest.",
    ]


def test_sync_of_a_ticket_that_is_gone_says_so(bench: Bench) -> None:
    with writing(bench.store()) as conn:
        remembered(conn)
        end_gone(conn, REF, time_source.now())
    worker = a_worker(bench, still_gone)
    done = bench.run("sync", "acme", "OKTA-1", "--wait")
    worker.join()
    assert (done.exit_code, done.stderr) == (0, "")
    assert "reason   deleted" in done.stdout.splitlines()


def test_sync_does_not_take_the_last_outcome_for_the_new_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync, "PATIENCE", timedelta(seconds=0.5))
    with writing(bench.store()) as conn:
        remembered(conn)
    done = bench.run("sync", "acme", "10001", "--wait")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "not synced within 0 s. Is `dueby run` running" in done.stderr


def test_sync_that_fails_exits_1_and_says_what_to_do(bench: Bench) -> None:
    worker = a_worker(bench, gave_up)
    done = bench.run("sync", "acme", "10001", "--wait")
    worker.join()
    assert (done.exit_code, done.stdout) == (1, "")
    expected = "acme 10001: The field due_at (customfield_10100) is not on the edit screen; add it there.\n"
    assert done.stderr == expected


def test_failures_are_listed_with_site_ticket_field_and_reason(bench: Bench) -> None:
    assert bench.run("failures", "list").stdout == "Nothing has failed.\n"
    assert json.loads(bench.run("failures", "list", "--json").stdout) == []
    a_failure(bench)
    line = bench.run("failures", "list").stdout.splitlines()[1]
    assert line.split()[:5] == ["1", "acme", "10001", "due_at", "not_on_screen"]
    told = json.loads(bench.run("failures", "list", "--json").stdout)
    assert [(one["id"], one["site"], one["ticket"], one["field"], one["reason"]) for one in told] == [
        (1, "acme", "10001", "due_at", "not_on_screen")
    ]


def test_what_a_tracker_says_in_brackets_is_listed_as_it_stands(bench: Bench) -> None:
    a_failure(bench, TrackerError("refused", "The tracker says: [/screen] is [red]wrong.", retryable=False, status=400))
    assert "[/screen] is [red]wrong." in bench.run("failures", "list").stdout


@pytest.mark.parametrize("words", [("1",), ("all",), ()], ids=["by its number", "all", "all when nothing is said"])
def test_a_failure_is_retried(bench: Bench, words: tuple[str, ...]) -> None:
    a_failure(bench)
    done = bench.run("failures", "retry", *words)
    assert (done.exit_code, done.stdout) == (0, "1 on the agenda again.\n")
    assert bench.run("failures", "list").stdout == "Nothing has failed.\n"
    with reading(bench.store()) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert row.reason == "retry"


@pytest.mark.parametrize(("which", "status"), [("7", 1), ("x", 2), ("-1", 2), ("1" * 40, 2)])
def test_a_failure_that_is_not_there_is_told_in_one_line(bench: Bench, which: str, status: int) -> None:
    done = bench.run("failures", "retry", "--", which)
    assert done.exit_code == status
    assert len(done.stderr.splitlines()) == 1


def test_the_database_is_migrated_once(bench: Bench) -> None:
    assert bench.run("db", "upgrade").stdout.endswith("/dueby.db: migrated.\n")
    assert bench.run("db", "upgrade").stdout.endswith("/dueby.db: up to date already, nothing to do.\n")


def test_a_database_that_is_away_is_told_in_one_line(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nonexistent/folder/dueby.db")
    done = bench.run("db", "upgrade")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        *[("mappings",), ("mappings", "apply"), ("mappings", "export"), ("mappings", "list"), ("mappings", "explain")],
        *[("sync",), ("failures",), ("failures", "list"), ("failures", "retry"), ("db",), ("db", "upgrade")],
        *[("channels",), ("channels", "test")],
    ],
    ids=" ".join,
)
def test_every_command_has_help_with_an_example(bench: Bench, words: tuple[str, ...]) -> None:
    done = bench.run(*words, "--help")
    assert done.exit_code == 0
    assert "Example:" in done.stdout
