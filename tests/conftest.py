"""What all tests share: the documents beside the project, a count of those that were really read, and databases."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connector.store.engine import open_engine
from tests.databases import Postgres, make_template, migrate, on_postgres, on_sqlite, postgres_running

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL for the whole run, started for the first test that asks."""
    with postgres_running() as server:
        make_template(server)
        yield server


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated SQLite database; it is copied, which takes less than to migrate."""
    file = tmp_path_factory.mktemp("migrated") / "dueby.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """Run a test on each database engine."""
    return str(request.param)


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without tables, on each engine."""
    on_server = engine_name == "PostgreSQL"
    with (
        on_postgres(request.getfixturevalue("postgres"), migrated=False) if on_server else on_sqlite(tmp_path, None)
    ) as url:
        yield url
        open_engine(url).dispose()


@pytest.fixture
def both_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a migrated database, on each engine."""
    on_server = engine_name == "PostgreSQL"
    with (
        on_postgres(request.getfixturevalue("postgres"), migrated=True)
        if on_server
        else on_sqlite(tmp_path, request.getfixturevalue("migrated_file"))
    ) as url:
        yield url
        open_engine(url).dispose()


@pytest.fixture
def both_engine(both_url: str) -> Engine:
    """Give a migrated database, on each engine."""
    return open_engine(both_url)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> Iterator[str]:
    """Give the address of a migrated SQLite database."""
    with on_sqlite(tmp_path, migrated_file) as url:
        yield url
        open_engine(url).dispose()


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the address of a migrated PostgreSQL database."""
    with on_postgres(postgres, migrated=True) as url:
        yield url
        open_engine(url).dispose()


@pytest.fixture
def empty_postgres_url(postgres: Postgres) -> Iterator[str]:
    """Give the address of a PostgreSQL database without tables."""
    with on_postgres(postgres, migrated=False) as url:
        yield url
        open_engine(url).dispose()


def _whole_suite(config: pytest.Config) -> bool:
    option = config.option
    chosen = option.keyword or option.markexpr or option.collectonly or getattr(option, "lf", False)
    return config.args_source is pytest.Config.ArgsSource.TESTPATHS and not chosen


def _unused(config: pytest.Config) -> bool:
    one_of_several = hasattr(config, "workerinput")
    return SHARED.is_dir() and not _opened and _whole_suite(config) and not one_of_several


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what one of several processes that share the tests has read."""
    _opened.update(getattr(node, "workeroutput", {}).get("shared", ()))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Fail a run of the whole suite that read none of the shared documents though they are there."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["shared"] = sorted(_opened)
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
