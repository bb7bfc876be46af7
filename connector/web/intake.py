"""Store hints, many in one transaction: those that come in while one is written share the next."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine

from connector.store import agenda, deliveries
from connector.store.engine import writing
from connector.trackers.port import Hint
from policies.model import TicketRef

_REASON = "webhook"
_LONGEST_ID = 200


@dataclass(slots=True)
class _Waiting:
    ref: TicketRef
    hint: Hint
    delivery_id: str | None
    now: datetime
    new: bool = False
    stored: bool = False
    error: Exception | None = None


class Intake:
    """One process's way into the store; the engine is asked for at the first hint, in the process that uses it."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._waiting: list[_Waiting] = []
        self._list = threading.Lock()
        self._turn = threading.Lock()

    def store(self, ref: TicketRef, hint: Hint, delivery_id: str | None, now: datetime) -> bool:
        """Put a ticket on the agenda and note the delivery; False where the delivery is known. Raise StoreAway."""
        mine = _Waiting(ref, hint, _fitting(delivery_id), now)
        with self._list:
            self._waiting.append(mine)
        with self._turn:
            if not mine.stored and mine.error is None:
                self._store_all()
        if mine.error is not None:
            raise mine.error
        return mine.new

    def _store_all(self) -> None:
        batch = self._take()
        try:
            with writing(self._engine()) as conn:
                for waiting in batch:
                    waiting.new = _stored(conn, waiting)
        except Exception as error:  # noqa: BLE001  # each of them raises it; who came meanwhile shall not wait as long again
            for waiting in batch + self._take():
                waiting.error = error
        else:
            for waiting in batch:
                waiting.stored = True

    def _take(self) -> list[_Waiting]:
        with self._list:
            batch, self._waiting = self._waiting, []
        return batch


def _fitting(delivery_id: str | None) -> str | None:
    if delivery_id is None or len(delivery_id) <= _LONGEST_ID:
        return delivery_id
    return sha256(delivery_id.encode()).hexdigest()


def _stored(conn: Connection, waiting: _Waiting) -> bool:
    ref, delivery_id = waiting.ref, waiting.delivery_id
    if delivery_id is not None and not deliveries.record(conn, ref.site, delivery_id, waiting.now):
        return False
    agenda.wake(conn, ref, waiting.hint.rank, _REASON, waiting.now)
    return True
