"""What to do next with the rows of a channel: send some, let some wait, cancel some. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.notify.gathering import gather
from connector.notify.opening_hours import closed_until, superseded
from connector.store.alerts import METRIC
from connector.store.due_notices import Lately, Waiting
from policies.escalation_schema import Channel
from policies.notices import OVER

Rows = tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Rows to send as one message, rows to put off until an instant, rows to cancel for a reason; each may be empty."""

    send: Rows = ()
    put_off: tuple[Rows, datetime] | None = None
    cancel: tuple[Rows, str] | None = None

    def __bool__(self) -> bool:
        """Say whether there is anything to do."""
        return bool(self.send or self.put_off or self.cancel)


@dataclass(frozen=True, slots=True)
class Post:
    """A channel as rows are sent to it; None: there is none of that name any more.

    `incidents`: each notice opens one there. `watched`: the sites of which nobody is told.
    """

    channel: Channel | None
    incidents: bool = False
    watched: Collection[str] = ()


def next_move(rows: Sequence[Waiting], lately: Lately, post: Post, now: datetime) -> Move:
    """Choose what to do next; nothing: there is nothing to do before the next second."""
    due = tuple(row for row in rows if row.next_at <= now)
    if post.channel is None:
        return Move(send=due[:1])
    if tidied := _tidied(due, post.channel, post.watched, now):
        return tidied
    if post.channel.internal_comment:
        return _commented(due, now)
    apart = tuple(row for row in due if row.ready and _goes_alone(row, post))
    return Move(send=apart[:1] or gather([row for row in rows if not _goes_alone(row, post)], lately, now))


def _goes_alone(row: Waiting, post: Post) -> bool:
    """Say whether a row is no part of any flood: an alert, or an incident to resolve, which calls nobody."""
    return row.notice.metric == METRIC or (post.incidents and row.notice.step == OVER)


def _tidied(due: Rows, channel: Channel, watched: Collection[str], now: datetime) -> Move:
    if silent := tuple(row for row in due if row.ref.site in watched):
        return Move(cancel=(silent, "watch_only"))
    if due and (opens_at := closed_until(channel, now)):
        return Move(put_off=(due, opens_at))
    gone = superseded(due, channel)
    return Move(cancel=(gone, "superseded") if gone else None)


def _commented(due: Rows, now: datetime) -> Move:
    """Comment on one ticket after another: each note stands where it belongs, so many are no flood."""
    paused = tuple(row for row in due if row.paused_until > now)
    if paused:
        return Move(put_off=(paused, max(row.paused_until for row in paused)))
    return Move(send=tuple(row for row in due if row.ready)[:1])
