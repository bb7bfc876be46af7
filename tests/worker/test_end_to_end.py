import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from sqlalchemy import text

from connector.store.engine import writing
from tests.worker.stage import MAPPINGS, Stage, staged, wait_until

pytestmark = pytest.mark.end_to_end


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with staged(tmp_path_factory.mktemp("stage")) as opened:
        opened.apply()
        opened.listen()
        yield opened


def test_a_new_ticket_gets_its_due_time_within_seconds(stage: Stage) -> None:
    filed_at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the sandbox's tickets are of today
    ticket = stage.sandbox.create(fields={"priority": "High"}, at=filed_at)
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    due, _, summary = stage.shown(ticket)
    assert datetime.strptime(due, "%Y-%m-%dT%H:%M:%S.%f%z") == filed_at + timedelta(hours=6)
    assert "level 2" in summary


def test_a_level_change_moves_it_and_an_answer_ends_it(stage: Stage) -> None:
    filed_at = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251  # the same
    ticket = stage.sandbox.create(fields={"priority": "High"}, at=filed_at)
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    stage.sandbox.change(ticket, fields={"priority": "Highest"})
    wait_until(lambda: "level 1" in stage.shown(ticket)[2], 5, "summary")
    stage.sandbox.comment(ticket, by="vendor")
    wait_until(lambda: stage.shown(ticket)[1] == "met", 5, "state")
    assert datetime.strptime(stage.shown(ticket)[0], "%Y-%m-%dT%H:%M:%S.%f%z") == filed_at + timedelta(hours=2)


def test_our_own_writes_come_back_as_webhooks_and_end_there(stage: Stage) -> None:
    ticket = stage.sandbox.create(fields={"priority": "Low"})
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    assert stage.sandbox.sender.idle()
    wait_until(lambda: _idle(stage), 5, "the agenda to rest")
    time.sleep(1)
    assert len(stage.sandbox.log.writes(ticket=ticket)) == 1


def test_a_ticket_without_a_mapping_is_never_written(stage: Stage) -> None:
    ticket = stage.sandbox.create(project="DEV")
    wait_until(lambda: _synced(stage, ticket), 5, "a sync")
    assert stage.sandbox.log.writes(ticket=ticket) == ()
    assert stage.rows(f"SELECT state, wrote FROM tickets WHERE ticket = '{ticket}'") == [("unmapped", 0)]  # noqa: S608


def test_a_field_off_the_screen_stands_in_the_failures_and_retry_mends_it(stage: Stage) -> None:
    stage.sandbox.add_project("OFF")
    stage.sandbox.off_screen("customfield_10101", "OFF")
    stage.apply(MAPPINGS.replace("[SUP]", "[SUP, OFF]"))
    ticket = stage.sandbox.create(project="OFF")
    wait_until(lambda: stage.rows("SELECT 1 FROM failures WHERE given_up"), 15, "a failure")
    listed = stage.dueby("failures", "list").stdout
    assert ticket in listed
    assert "state" in listed
    stage.sandbox.on_screen("customfield_10101", "OFF")
    assert stage.dueby("failures", "retry", "all").returncode == 0
    wait_until(lambda: stage.shown(ticket)[1] == "running", 10, "state")
    assert stage.rows("SELECT 1 FROM failures") == []


def test_a_deleted_ticket_is_no_failure(stage: Stage) -> None:
    ticket = stage.sandbox.create()
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    stage.sandbox.delete(ticket)
    wait_until(
        lambda: stage.rows(f"SELECT state FROM tickets WHERE ticket = '{ticket}'") == [("closed",)],  # noqa: S608
        5,
        "the cycle to end",
    )
    assert stage.rows("SELECT 1 FROM failures") == []


def test_an_event_that_names_only_a_key_is_kept_under_the_id(stage: Stage) -> None:
    ticket = stage.sandbox.create(at=None)
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    key = stage.sandbox.ticket(ticket)["key"]
    assert stage.dueby("sync", "acme", key, "--wait").returncode == 0
    with writing(stage.engine) as conn:
        conn.execute(
            text(
                "INSERT INTO agenda (site, ticket, look_at, rank, version, busy_until, attempts, held_until, "
                "through_site, reason) VALUES ('acme', :key, 1, 0, 1, 0, 0, 0, 0, 'webhook')"
            ),
            {"key": key},
        )
    wait_until(lambda: not stage.rows(f"SELECT 1 FROM agenda WHERE ticket = '{key}'"), 10, "the key's row to go")  # noqa: S608
    assert stage.rows(f"SELECT count(*) FROM tickets WHERE ticket = '{key}'") == [(0,)]  # noqa: S608


def test_mappings_applied_beside_it_are_followed(stage: Stage) -> None:
    ticket = stage.sandbox.create()
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    stage.apply(MAPPINGS.replace("[SUP]", "[NONE]"))
    wait_until(lambda: stage.shown(ticket)[1] == "unmapped", 15, "state")
    assert stage.shown(ticket)[0] is None
    stage.apply()
    wait_until(lambda: stage.shown(ticket)[1] == "running", 15, "state")


def test_one_line_is_logged_for_each_sync(stage: Stage) -> None:
    ticket = stage.sandbox.create()
    wait_until(lambda: stage.shown(ticket)[1] == "running", 5, "state")
    wait_until(lambda: _synced_lines(stage, ticket), 5, "a line")
    line = _synced_lines(stage, ticket)[0]
    assert (line["site"], line["state"]) == ("acme", "running")
    assert sorted(line["changed"]) == ["due_at", "state", "summary"]
    assert line["key"].startswith("SUP-")
    assert line["due_at"].endswith("+00:00")
    assert line["ms"] > 0


def test_each_childs_command_line_holds_its_name(stage: Stage) -> None:
    for name in ("web", "worker", "timekeeper", "valkey"):
        assert stage.children(f"worker.main {name}" if name != "valkey" else name), name


@pytest.mark.parametrize("name", ["worker.main web", "worker.main worker", "worker.main timekeeper", "valkey"])
def test_a_child_that_dies_is_started_again(stage: Stage, name: str) -> None:
    victim = stage.children(name)[0]
    victim.kill()
    wait_until(lambda: _replaced(stage, name, victim), 15, f"another {name}")
    wait_until(lambda: stage.dueby("sync", "acme", "SUP-1", "--wait").returncode == 0, 60, "a sync")


def _synced_lines(stage: Stage, ticket: str) -> list[dict[str, Any]]:
    return [line for line in stage.log() if (line["event"], line.get("ticket")) == ("synced", ticket)]


def _replaced(stage: Stage, name: str, victim: psutil.Process) -> bool:
    return any(one.pid != victim.pid and one.ppid() == stage.run.pid for one in stage.children(name))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGKILL])
def test_everything_ends_with_it(tmp_path: Path, signum: signal.Signals) -> None:
    with staged(tmp_path) as opened:
        own = psutil.Process(opened.run.pid)
        wait_until(lambda: len(own.children(recursive=True)) >= 8, 20, "web and its two, worker and its two, and so on")
        below = own.children(recursive=True)
        os.kill(opened.run.pid, signum)
        took = wait_until(lambda: not [one for one in below if _alive(one)], 20, "the end of all")
    assert took < 20


def test_a_second_run_in_the_same_folder_is_refused_with_a_sentence(stage: Stage) -> None:
    refused = stage.dueby("run")
    assert refused.returncode == 1
    assert "PORT" in refused.stderr


def test_a_second_run_on_another_port_does_not_share_the_valkey(tmp_path: Path) -> None:
    with staged(tmp_path) as opened:
        port = str(int(opened.environ["PORT"]) + 1)
        second = Stage(opened.sandbox, tmp_path, opened.url, {**opened.environ, "PORT": port}, opened.run)
        refused = second.dueby("run")
    assert refused.returncode == 1
    assert "DUEBY_DATA" in refused.stderr
    assert refused.stderr.count("\n") == 1


def _alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _idle(stage: Stage) -> bool:
    return not stage.rows("SELECT 1 FROM agenda WHERE busy_until > 0 AND token IS NOT NULL")


def _synced(stage: Stage, ticket: str) -> bool:
    return bool(stage.rows(f"SELECT 1 FROM tickets WHERE ticket = '{ticket}' AND synced_at IS NOT NULL"))  # noqa: S608
