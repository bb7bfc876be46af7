"""What all tests share: the documents beside the project, and a count of those that were really read."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
_BELOW = f"{SHARED}{os.sep}"
_opened: set[str] = set()


def _note_opened(event: str, args: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(args[0], str | Path) or SHARED.name not in (name := str(args[0])):
        return
    path = os.path.abspath(name)  # noqa: PTH100  # resolve() would open files inside the hook
    if path.startswith(_BELOW):
        _opened.add(path)


sys.addaudithook(_note_opened)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder of shared documents; skip the test where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent")
    return SHARED


@pytest.fixture(scope="session")
def shared_file(shared: Path) -> Callable[[str], Path]:
    """Give one file of the shared folder by its name below it; a missing one fails the test."""

    def find(name: str) -> Path:
        assert (shared / name).is_file(), f"{shared / name} is missing"
        return shared / name

    return find


@pytest.fixture(scope="session")
def shared_files(shared: Path) -> Callable[[str], tuple[Path, ...]]:
    """Give all files of the shared folder that fit a pattern such as `payloads/*.json`, sorted; none fails the test."""

    def find(pattern: str) -> tuple[Path, ...]:
        found = tuple(sorted(shared.glob(pattern)))
        assert found, f"no file in {shared} fits {pattern}"
        return found

    return find


def _whole_suite(config: pytest.Config) -> bool:
    option = config.option
    chosen = option.keyword or option.markexpr or option.collectonly or getattr(option, "lf", False)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def _unused(config: pytest.Config) -> bool:
    return SHARED.is_dir() and not _opened and _whole_suite(config)


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail a run of the whole suite that read none of the shared documents though they are there."""
    if _unused(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many of the shared documents were read."""
    there = sum(path.is_file() for path in SHARED.rglob("*")) if SHARED.is_dir() else 0
    line = (
        f"shared documents used: {len(_opened)} of {there}"
        if there
        else f"shared documents used: 0, {SHARED} is absent"
    )
    terminalreporter.write_line(line)
    if _unused(config):
        terminalreporter.write_line("FAILED: the shared documents are there and no test read any", red=True)
