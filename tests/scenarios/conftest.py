"""A desk for each flavour, with a fresh database that was migrated once."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from connector.store.engine import open_engine
from connector.store.upgrade import upgrade
from tests.conftest import SHARED
from tests.openapi_check import check_request, covered

pytest.register_assert_rewrite("tests.scenarios.telling")

from tests.scenarios.desk import Desk, opened  # noqa: E402  # what they assert is explained
from tests.scenarios.flavours import FLAVOURS, Flavour  # noqa: E402  # the same

Open = Callable[..., Desk]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "only(*flavours): tell the story on these flavours alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "flavour" in metafunc.fixturenames:
        metafunc.parametrize("flavour", FLAVOURS, ids=[flavour.name for flavour in FLAVOURS])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Drop what a flavour cannot do instead of skipping it: a story names its flavours on purpose."""
    items[:] = [item for item in items if _fits(item)]


def _fits(item: pytest.Item) -> bool:
    told = getattr(item, "callspec", None)
    marker = item.get_closest_marker("only")
    return marker is None or told is None or told.params["flavour"].name in marker.args


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a migrated database to copy."""
    file = tmp_path_factory.mktemp("migrated") / "dueby.db"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    with engine.connect() as conn:
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture
def engine(migrated: Path, tmp_path: Path) -> Iterator[Engine]:
    shutil.copy(migrated, tmp_path / "dueby.db")
    store = open_engine(f"sqlite:///{tmp_path}/dueby.db")
    yield store
    store.dispose()


@pytest.fixture
def open_desk(flavour: Flavour, engine: Engine) -> Iterator[Open]:
    """Open a desk of the flavour; arguments change its site. What dueby sent there is held against the documents."""
    desks: list[Desk] = []
    with ExitStack() as stack:

        def make(**about: Any) -> Desk:
            desks.append(stack.enter_context(opened(flavour, engine, **about)))
            return desks[-1]

        yield make
    for desk in desks:
        _hold_to_documents(desk)


def _hold_to_documents(desk: Desk) -> None:
    """Data Center has no document of its own."""
    specs = SHARED / "specs"
    if desk.box.flavour == "jira-datacenter" or not specs.is_dir():
        return
    for seen in desk.box.log.requests():
        if seen.by == "bot" and covered(seen.path):
            body = json.loads(seen.body) if seen.body else None
            check_request(specs, seen.method, seen.path, seen.query, body)


@pytest.fixture
def desk(open_desk: Open) -> Desk:
    return open_desk()
