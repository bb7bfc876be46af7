"""RENEW: keep the lease of the sync that runs, and stop it before it writes where someone else has taken over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine

from connector.store.agenda import Lease, renew
from connector.store.engine import writing

_RENEW_AFTER = timedelta(seconds=10)
_READS = {"GET", "HEAD"}


class LostLeaseError(Exception):
    """Someone else syncs this ticket by now; leave everything to them."""


class LeaseKeeper:
    """Holds one lease at a time; trackers ask it before each request that leaves."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._lease: Lease | None = None
        self._kept_at: datetime | None = None

    @contextmanager
    def holding(self, lease: Lease, taken_at: datetime) -> Iterator[None]:
        """Keep this lease alive while the block runs."""
        self._lease, self._kept_at = lease, taken_at
        try:
            yield
        finally:
            self._lease = self._kept_at = None

    def before_request(self, method: str) -> None:
        """Renew once the lease is 10 s old, and always before a write. Raise LostLeaseError, StoreAway."""
        if self._lease is None or self._kept_at is None:
            return
        now = self._now()
        if method.upper() in _READS and now - self._kept_at < _RENEW_AFTER:
            return
        with writing(self._engine) as conn:
            kept = renew(conn, self._lease, now)
        if not kept:
            raise LostLeaseError(self._lease.ref.id)
        self._kept_at = now
