import os
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner
from redis import Redis

from tests.worker.stage import wait_until
from worker.child import Child
from worker.embedded import EmbeddedError, embedded_in, set_aside, wait_ready
from worker.main import cli, main
from worker.runner import procfile_children, read_procfile, start_valkey

PYTHON = [sys.executable, "-c"]


def test_a_procfile_is_read_with_comments_and_quotes() -> None:
    text = "# parts\nweb: dueby web\n\nother: sh -c 'echo one two'\n"
    assert read_procfile(text) == [("web", ["dueby", "web"]), ("other", ["sh", "-c", "echo one two"])]


def test_our_procfile_starts_this_very_installation_by_name() -> None:
    children = {child.name: child.command for child in procfile_children({})}
    assert set(children) >= {"web", "worker", "notifier", "timekeeper"}
    for name, command in children.items():
        assert (command[0], command[-1]) == (sys.executable, name)


def test_a_program_that_can_not_be_started_is_tried_again_later() -> None:
    child = Child("web", ["/nowhere/dueby"], {})
    child.watch()
    assert (child.running(), child.short_lives) == (False, 1)
    assert child.due > time.monotonic()


def test_a_program_that_ends_at_once_for_hours_is_still_tried_every_five_seconds() -> None:
    child = Child("worker", ["true"], {}, short_lives=5000)
    child.watch()
    wait_until(lambda: not child.running(), 5, "its end")
    child.watch()
    assert 0 < child.due - time.monotonic() <= 5


def test_every_name_in_the_procfile_is_a_command_with_an_example() -> None:
    for name in ("run", *(child.name for child in procfile_children({}))):
        shown = CliRunner().invoke(cli, [name, "--help"])
        assert (shown.exit_code, "Example" in shown.output) == (0, True), name


def test_the_console_script_is_this_command() -> None:
    (script,) = entry_points(group="console_scripts", name="dueby")
    assert script.load() is main


def test_the_embedded_valkey_keeps_what_it_was_told_over_a_kill(tmp_path: Path) -> None:
    embedded = embedded_in(tmp_path)
    child = start_valkey(embedded, os.environ)
    with Redis.from_url(embedded.url) as redis:
        redis.set("a", "b")
        redis.config_set("appendfsync", "always")
        redis.set("c", "d")
        child.signal(signal.SIGKILL)
        wait_until(lambda: not child.running(), 5, "its end")
        child.start()
        assert wait_ready(embedded.url)
        assert (redis.get("c"), redis.config_get("port")) == (b"d", {"port": "0"})
    child.signal(signal.SIGTERM)
    wait_until(lambda: not child.running(), 5, "its end")
    os.close(embedded.lock)


def test_files_that_no_valkey_can_read_are_set_aside(tmp_path: Path) -> None:
    broken = tmp_path / "appendonlydir"
    broken.mkdir()
    (broken / "appendonly.aof.manifest").write_text("nonsense\n", encoding="utf-8")
    embedded = embedded_in(tmp_path)
    set_aside(embedded)
    assert (tmp_path / "appendonlydir.broken" / "appendonly.aof.manifest").exists()
    set_aside(embedded)
    os.close(embedded.lock)


def test_two_never_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.embedded._LOCK_SECONDS", 0.2)
    first = embedded_in(tmp_path)
    with pytest.raises(EmbeddedError, match="DUEBY_DATA"):
        embedded_in(tmp_path)
    os.close(first.lock)
    os.close(embedded_in(tmp_path).lock)


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    embedded = embedded_in(folder)
    assert len(str(embedded.socket)) < 100
    child = start_valkey(embedded, os.environ)
    child.signal(signal.SIGTERM)
    wait_until(lambda: not child.running(), 5, "its end")
    os.close(embedded.lock)


def test_a_folder_that_cannot_be_used_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(EmbeddedError, match="DUEBY_DATA"):
        embedded_in(tmp_path / "file")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(
            "import os; from worker.ending import end_with_parent; import time;"
            "end_with_parent(os.getppid()); print(os.getpid(), flush=True); time.sleep(60)",
            id="by the system",
        ),
        pytest.param(
            "import os, sys; from worker.leash import lead;"
            "parent = os.getppid(); print(os.getpid(), flush=True); lead(parent, ['sleep', '60'])",
            id="on a leash",
        ),
    ],
)
def test_a_child_ends_with_its_parent_even_killed(command: str) -> None:
    parent = subprocess.Popen(  # noqa: S603  # our own words
        [*PYTHON, f"import subprocess, sys; subprocess.run([sys.executable, '-c', {command!r}])"],
        stdout=subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    wait_until(child.is_running, 5, "the child")
    below = [child, *child.children()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not [one for one in below if _runs(one)], 8, "the child's end")


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
