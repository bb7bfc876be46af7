from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connector.store.engine import open_engine, writing
from connector.store.lease import Lease, start
from connector.store.upgrade import upgrade
from policies.model import TicketRef

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/dueby.db"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_engine(database_url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def take(engine: Engine) -> Callable[[TicketRef, datetime], Lease]:
    """Start a sync that must be there to start."""

    def taken(ref: TicketRef, at: datetime) -> Lease:
        with writing(engine) as conn:
            lease = start(conn, ref, at)
        assert lease is not None
        return lease

    return taken
