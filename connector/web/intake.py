"""Store hints, many in one transaction: one thread a process writes, and what comes meanwhile shares the next."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Engine

from connector.store import agenda, deliveries
from connector.store.engine import StoreAway, writing
from connector.trackers.port import Hint
from policies.model import TicketRef

PATIENCE = timedelta(seconds=9)
"""How long a webhook waits to be stored: less than the 10 s for which a tracker is known to wait at the least."""

TOGETHER = timedelta(milliseconds=3)
"""How long a webhook waits for others to share its transaction: a third of what storing costs is saved under load."""

_LONGEST_ID = 200


def _locked() -> threading.Lock:
    lock = threading.Lock()
    lock.acquire()
    return lock


@dataclass(slots=True)
class _Waiting:
    ref: TicketRef
    hint: Hint
    delivery_id: str | None
    now: datetime
    done: threading.Lock = field(default_factory=_locked)
    new: bool = False
    error: Exception | None = None


class Intake:
    """One process's way into the store; its thread and the engine start with the first hint."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._waiting: list[_Waiting] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def store(self, ref: TicketRef, hint: Hint, delivery_id: str | None, now: datetime) -> bool:
        """Put a ticket on the agenda and note the delivery; False where the delivery is known. Raise StoreAway."""
        mine = _Waiting(ref, hint, _fitting(delivery_id), now)
        with self._lock:
            self._waiting.append(mine)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
                self._thread.start()
        self._wake.set()
        if not mine.done.acquire(timeout=PATIENCE.total_seconds()):
            raise StoreAway(f"The database has not answered for {PATIENCE.total_seconds():.0f} s.")
        if mine.error is not None:
            raise mine.error
        return mine.new

    def close(self) -> None:
        """End the thread once it has stored what waits."""
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=PATIENCE.total_seconds())

    def _run(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            if self._waiting:
                self._store_all()
            elif self._ended.is_set():
                return

    def _store_all(self) -> None:
        batch: list[_Waiting] = []
        time.sleep(TOGETHER.total_seconds())
        try:
            with writing(self._engine()) as conn:
                batch = self._take()  # only now: whoever came while others wrote is in it
                _store(conn, batch)
        except StoreAway as error:
            batch += self._take()
            for waiting in batch:
                waiting.error = error
        except Exception:  # noqa: BLE001  # a thread's door: whatever it was, some may be stored
            batch += self._take()
            self._store_alone(batch)
        for waiting in batch:
            waiting.done.release()

    def _store_alone(self, batch: list[_Waiting]) -> None:
        """Store each by itself, so that only those that can't be stored fail."""
        for waiting in batch:
            try:
                with writing(self._engine()) as conn:
                    _store(conn, [waiting])
            except Exception as error:  # noqa: BLE001  # the same
                waiting.error = error

    def _take(self) -> list[_Waiting]:
        with self._lock:
            batch, self._waiting = self._waiting, []
        return batch


def _fitting(delivery_id: str | None) -> str | None:
    if delivery_id is None or len(delivery_id) <= _LONGEST_ID:
        return delivery_id
    return sha256(delivery_id.encode()).hexdigest()


def _store(conn: Connection, batch: list[_Waiting]) -> None:
    given = ((one.ref.site, one.delivery_id, one.now) for one in batch)
    fresh = deliveries.record_all(conn, [(site, name, at) for site, name, at in given if name is not None])
    for one in batch:
        key = one.ref.site, one.delivery_id or ""
        one.new = one.delivery_id is None or key in fresh
        fresh.discard(key)  # of two in one batch the second is the duplicate
    agenda.wake_all(conn, [(one.ref, one.hint.rank, one.now) for one in batch if one.new], agenda.WEBHOOK)
