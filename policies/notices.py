"""Notices as data: what a running cycle would tell whom and when, and what became of what was planned before."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

OVER = "over"
"""The step of a stand-down: whoever was told of a cycle hears once that it is over."""


class NoticeState(StrEnum):
    """What became of a planned notice. `sending` counts as told: a send may have gone out already."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    FAILED = "failed"


Key = tuple[str, datetime, datetime, str, str, int]
"""A notice's metric, start, due time, step, channel and repetition."""

Series = tuple[str, datetime, datetime, str, str]
"""A notice's metric, start, due time, step and channel: what is said once and then repeated."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Notice:
    """One notice of one cycle: `step` in its own words (`75%`, `before 15m`, `breach`, `after 2h`, `over`).

    The cycle is named by `metric` and `start_at` (its start as given); `due_at` is the due time that the notice is
    about, `repetition` 0 the first time, `send_at` when it is to go out.
    """

    metric: str
    start_at: datetime
    due_at: datetime
    step: str
    channel: str
    repetition: int
    send_at: datetime

    @property
    def key(self) -> Key:
        """Name the notice, whenever it goes out."""
        return self.metric, self.start_at, self.due_at, self.step, self.channel, self.repetition

    @property
    def series(self) -> Series:
        """Name what is said once and then repeated."""
        return self.metric, self.start_at, self.due_at, self.step, self.channel


@dataclass(frozen=True, slots=True)
class Standing:
    """A notice as stored, with what became of it; `doubtful`: an attempt that failed may have been received."""

    notice: Notice
    state: NoticeState
    doubtful: bool = False
