"""Deliver rows to a channel: a message, a comment on the ticket, or the end of an incident."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from connector.errors import TrackerError
from connector.notify.bounded import HangsError, StillHangsError, bounded
from connector.notify.incidents import notice_key
from connector.notify.moves import Post
from connector.notify.send import GIVES_UP, Outcome, resolve, send
from connector.notify.wording import Worded, Writing, word
from connector.notify.written import Message, Reader
from connector.store.due_notices import Waiting
from connector.store.engine import reading
from connector.store.incidents import kept_open, told_of
from connector.trackers.port import Tracker
from policies.escalation_schema import Channel
from policies.notices import OVER
from policies.schema import Policy

_NO_ROOM = "no_room"
_ROWS_A_SECOND = 25
"""A digest that a service takes in many pieces gets a second more for so many rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What notices are delivered with; `policies` only name things in texts."""

    engine: Engine
    policies: Callable[[], Mapping[str, Policy]]
    tracker: Callable[[str], Tracker]
    now: Callable[[], datetime]
    public_url: str | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    gives_up: float = GIVES_UP


def deliver(post: Post, name: str, rows: Sequence[Waiting], means: Means) -> Outcome:
    """Deliver rows that go out together, and say what came of it. Raise StoreAway before anything was sent."""
    if post.channel is None:
        return Outcome(sent=False, why=f"There is no channel {name!r} in the mappings. Add it, or apply them anew.")
    if post.incidents and rows[0].notice.step == OVER:
        return resolve(post.channel, _keys(rows[0], means), environ=means.environ, gives_up=means.gives_up)
    worded = _worded(post.channel, rows, means)
    if post.channel.internal_comment:
        return _comment(post.channel, rows[0], worded.message, means)
    gives_up = means.gives_up + len(rows) / _ROWS_A_SECOND
    return send(post.channel, worded.message, incident_of(rows), worded.named, environ=means.environ, gives_up=gives_up)


def incident_of(rows: Sequence[Waiting]) -> str:
    """Return the key under which rows go out: a row's own, or the one that it shares with others."""
    return rows[0].incident or notice_key(rows[0].ref, rows[0].notice)


def _worded(channel: Channel, rows: Sequence[Waiting], means: Means) -> Worded:
    writing = Writing(Reader(channel.language, channel.timezone), means.policies(), means.public_url)
    with reading(means.engine) as conn:
        return word(conn, rows, writing, means.now())


def _keys(over: Waiting, means: Means) -> tuple[str, ...]:
    """Give the keys of all that was told in a cycle, but for an incident that other tickets still keep open."""
    with reading(means.engine) as conn:
        told = told_of(conn, over)
        kept = kept_open(conn, {incident for _, incident in told if incident})
    keys = (incident or notice_key(over.ref, notice) for notice, incident in told)
    return tuple(dict.fromkeys(key for key in keys if key not in kept))


def _comment(channel: Channel, row: Waiting, message: Message, means: Means) -> Outcome:
    text = f"{message.title}\n\n{message.text}"
    try:
        bounded(
            f"{channel.name} {row.ref.site}",
            means.gives_up,
            lambda: means.tracker(row.ref.site).comment(row.ref.id, text),
        )
    except TrackerError as error:
        if error.gone and row.notice.step == OVER:
            return Outcome(sent=True)  # with the ticket went all who were told on it
        waited_for = error.reason == _NO_ROOM
        return Outcome(
            sent=False, why=str(error), final=not error.retryable, wait=error.retry_after, counts=not waited_for
        )
    except HangsError:
        why = f"{row.ref.site}: the comment did not come to an end in time; it may have been posted."
        return Outcome(sent=False, why=why, doubtful=True)
    except StillHangsError:
        return Outcome(sent=False, why=f"{row.ref.site}: earlier comments still hang; nothing was posted.")
    return Outcome(sent=True)
