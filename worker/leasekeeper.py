"""RENEW: keep the lease of the sync that runs; stop it where its site is paused or someone else has taken over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine

from connector.store.agenda import Lease, renew
from connector.store.engine import reading, writing
from connector.store.rates import refuse_paused
from connector.store.tables import EPOCH

_RENEW_AFTER = timedelta(seconds=10)
_LOOK_AFTER = timedelta(seconds=1)
"""How long a sync may send on without looking whether its site is paused by now."""
_READS = {"GET", "HEAD"}


class LostLeaseError(Exception):
    """Someone else syncs this ticket by now; leave everything to them."""


class LeaseKeeper:
    """Holds one lease at a time; trackers ask it before each request that leaves."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._now = engine, now
        self._lease: Lease | None = None
        self._kept_at = self._looked_at = EPOCH

    @contextmanager
    def holding(self, lease: Lease, taken_at: datetime) -> Iterator[None]:
        """Keep this lease alive while the block runs."""
        self._lease, self._kept_at, self._looked_at = lease, taken_at, taken_at
        try:
            yield
        finally:
            self._lease = None

    def before_request(self, method: str) -> None:
        """Renew once the lease is 10 s old, and always before a write; look every second whether the site is paused.

        Raise LostLeaseError, NoRoomError while the site is paused, StoreAway.
        """
        if self._lease is None:
            return
        now = self._now()
        if method.upper() not in _READS or now - self._kept_at >= _RENEW_AFTER:
            self._renew(self._lease, now)
        elif now - self._looked_at >= _LOOK_AFTER:
            with reading(self._engine) as conn:
                refuse_paused(conn, self._lease.ref.site, now)
            self._looked_at = now

    def _renew(self, lease: Lease, now: datetime) -> None:
        with writing(self._engine) as conn:
            refuse_paused(conn, lease.ref.site, now)
            kept = renew(conn, lease, now)
        if not kept:
            raise LostLeaseError(lease.ref.id)
        self._kept_at = self._looked_at = now
