from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from connector.store.engine import writing
from connector.store.lease import Lease, start
from policies.model import TicketRef

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def database_url(both_url: str) -> str:
    return both_url


@pytest.fixture
def engine(both_engine: Engine) -> Engine:
    return both_engine


@pytest.fixture
def take(engine: Engine) -> Callable[[TicketRef, datetime], Lease]:
    """Start a sync that must be there to start."""

    def taken(ref: TicketRef, at: datetime) -> Lease:
        with writing(engine) as conn:
            lease = start(conn, ref, at)
        assert lease is not None
        return lease

    return taken
