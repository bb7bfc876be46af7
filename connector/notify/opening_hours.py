"""A channel's hours: what falls due outside them waits for the opening; then only a cycle's latest notice goes out."""

from collections.abc import Sequence
from datetime import datetime

from connector.store.due_notices import Waiting
from policies.channel_hours import next_open
from policies.escalation_schema import Channel


def closed_until(channel: Channel, now: datetime) -> datetime | None:
    """Return when a channel that is closed now opens; None while it is open."""
    opens_at = next_open(channel, now)
    return opens_at if opens_at > now else None


def superseded(due: Sequence[Waiting], channel: Channel) -> tuple[Waiting, ...]:
    """Choose of the rows that are due those that waited for the opening and of whose cycle a later one is due too."""
    if channel.hours == "always":
        return ()
    latest: dict[tuple[object, ...], Waiting] = {}
    for row in due:
        latest[_cycle(row)] = max(latest.get(_cycle(row), row), row, key=_order)
    waited = (row for row in due if next_open(channel, row.notice.send_at) > row.notice.send_at)
    return tuple(row for row in waited if latest[_cycle(row)] is not row)


def _cycle(row: Waiting) -> tuple[object, ...]:
    return row.ref, row.notice.metric, row.notice.start_at


def _order(row: Waiting) -> tuple[datetime, int, int]:
    return row.notice.send_at, row.notice.repetition, row.id
