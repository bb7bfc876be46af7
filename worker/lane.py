"""A channel's own lane: one message after the other, so that a channel that hangs holds up no other."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from os import getpid
from socket import gethostname
from threading import Event
from uuid import uuid4

import structlog
from sqlalchemy import Connection

from connector.notify.attempts import failed_attempt
from connector.notify.channels import Channels
from connector.notify.delivery import Means, deliver, incident_of
from connector.notify.incidents import opens_incidents
from connector.notify.moves import Move, Post, Rows, next_move
from connector.notify.send import Outcome
from connector.store.claims import cancel, claim, give_back, mark_failed, mark_sent, put_off
from connector.store.due_notices import CLAIMED_FOR, lately, waiting
from connector.store.engine import StoreAway, reading, writing

_NAMED = 5
_log = structlog.get_logger(__name__)


class _OtherWasFasterError(Exception):
    """Another notifier took a row meanwhile: nothing of this transaction is kept."""


@dataclass(frozen=True, slots=True)
class _Parcel:
    """Rows that this lane has claimed, to send them as one message."""

    token: str
    rows: Rows
    post: Post
    claimed_at: datetime


class Lane:
    """The way to one channel; for comments on tickets, to one site's tickets."""

    def __init__(self, name: str, site: str | None, channels: Channels, watched: frozenset[str], means: Means) -> None:
        self._name, self._site, self._channels = name, site, channels
        self._watched, self._means = watched, means
        self._held: _Parcel | None = None

    def run(self, ended: Event) -> None:
        """Send one message after the other until nothing is left to do now, or this process is to end."""
        try:
            while not ended.is_set() and self._step():
                pass
        except StoreAway as error:
            _log.warning("not_now", what="notices", channel=self._name, error=str(error))
        except Exception:  # noqa: BLE001  # a lane's door: the others go on, and it is tried again in a second
            _log.exception("lane_broke", channel=self._name)

    def let_go(self) -> None:
        """Give back what is still being sent, at the end of this process."""
        if parcel := self._held:
            with writing(self._means.engine) as conn:
                give_back(conn, parcel.token, self._means.now(), doubtful=True)

    def _step(self) -> bool:
        now = self._means.now()
        with reading(self._means.engine) as conn:
            if not self._move(conn, now, lock=False)[0]:
                return False
        moved, parcel = self._taken(now)
        if parcel is not None:
            self._held = parcel
            self._send(parcel)
            self._held = None
        return moved

    def _taken(self, now: datetime) -> tuple[bool, _Parcel | None]:
        """Do what is to be done with the rows in one transaction; say whether that was anything, and what to send now.

        Where others hold the rows it is nothing: they are looked at again in a second.
        """
        moved, parcel = False, None
        with suppress(_OtherWasFasterError), writing(self._means.engine) as conn:
            move, post = self._move(conn, now, lock=True)
            if move.put_off:
                put_off(conn, *move.put_off, now)
            if move.cancel:
                cancel(conn, *move.cancel, now)
            parcel = _claimed(conn, move.send, post, now) if move.send else None
            moved = bool(move)
        return moved, parcel

    def _move(self, conn: Connection, now: datetime, *, lock: bool) -> tuple[Move, Post]:
        channel = self._channels.by_name(conn).get(self._name)
        incidents = channel is not None and opens_incidents(channel, self._means.environ)
        post = Post(channel, incidents, self._watched)
        rows = waiting(conn, self._name, self._site, now, lock=lock)
        return next_move(rows, lately(conn, self._name, now), post, now), post

    def _send(self, parcel: _Parcel) -> None:
        began = time.monotonic()
        try:
            outcome = deliver(parcel.post, self._name, parcel.rows, self._means)
        except StoreAway:
            self._marked(parcel, lambda conn: give_back(conn, parcel.token, self._means.now(), doubtful=False))
            raise
        except Exception as error:  # noqa: BLE001  # one message's door: it is tried again, and the others go on
            _log.exception("notice_broke", channel=self._name)
            outcome = Outcome(sent=False, why=f"dueby itself failed on it ({type(error).__name__}); see the log.")
        self._note(parcel, outcome, time.monotonic() - began)

    def _note(self, parcel: _Parcel, outcome: Outcome, seconds: float) -> None:
        now = self._means.now()
        told = {"channel": self._name, **_told(parcel.rows), "ms": round(seconds * 1000)}
        if outcome.sent:
            self._marked(parcel, lambda conn: mark_sent(conn, parcel.token, now))
            _log.info("notice_sent", **told)
            return
        failed = failed_attempt(parcel.rows, outcome, now)
        self._marked(parcel, lambda conn: mark_failed(conn, parcel.token, failed, now))
        _log.warning("notice_failed", **told, why=failed.why, attempts=failed.attempts, again=str(failed.next_at))

    def _marked(self, parcel: _Parcel, mark: Callable[[Connection], int]) -> None:
        """Note what came of a send, as long as the claim lasts: unnoted it goes out twice."""
        while True:
            try:
                with writing(self._means.engine) as conn:
                    mark(conn)
            except StoreAway as error:
                _log.warning("not_now", what="mark", channel=self._name, error=str(error))
                if self._means.now() - parcel.claimed_at > CLAIMED_FOR:
                    return
                time.sleep(1)
            else:
                return


def _claimed(conn: Connection, rows: Rows, post: Post, now: datetime) -> _Parcel:
    token = f"{gethostname()}:{getpid()}:{uuid4().hex}"  # for people who look who sends a row
    shared = incident_of(rows) if post.incidents and len(rows) > 1 else None
    if not claim(conn, rows, token, now, shared):
        raise _OtherWasFasterError
    return _Parcel(token, rows, post, now)


def _told(rows: Rows) -> dict[str, object]:
    first = rows[0]
    shown = {
        "site": first.ref.site,
        "step": first.notice.step,
        "repetition": first.notice.repetition,
        "doubtful": any(row.doubtful for row in rows),
    }
    return {**shown, "tickets": [row.ref.id for row in rows[:_NAMED]], "count": len(rows)}
