"""Who hears that it is over: each channel that was told, once, when nothing is due any more or not yet again."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from policies.decision import Decision
from policies.notices import OVER, Notice, NoticeState, Standing

TOLD = frozenset({NoticeState.SENT, NoticeState.SENDING})
_JUST_BEFORE = timedelta(microseconds=1)


def stand_downs(
    decision: Decision | None, standing: Sequence[Standing], raised: Collection[Notice], now: datetime
) -> Iterator[Notice]:
    """Give a stand-down for each channel that needs one. `raised` are the past steps told now, which come after it."""
    anew = {(notice.metric, notice.channel) for notice in raised}
    for metric, channel in dict.fromkeys((row.notice.metric, row.notice.channel) for row in standing):
        rows = [row for row in standing if (row.notice.metric, row.notice.channel) == (metric, channel)]
        told = told_since_over(rows)
        if not told or not _is_over(decision, told, now):
            continue
        last = max(told, key=lambda notice: notice.send_at)
        earlier = [row for row in rows if row.notice.step == OVER and row.notice.start_at == last.start_at]
        yield Notice(
            metric=metric,
            start_at=last.start_at,
            due_at=last.due_at,
            step=OVER,
            channel=channel,
            repetition=len(earlier),
            send_at=now - _JUST_BEFORE if (metric, channel) in anew else now,
        )


def told_since_over(rows: Sequence[Standing]) -> list[Notice]:
    """Return what one channel was told of one metric, or may have been, since it last heard that it was over."""
    over_at = max((row.notice.send_at for row in rows if row.notice.step == OVER), default=None)
    told = [row.notice for row in rows if (row.state in TOLD or row.doubtful) and row.notice.step != OVER]
    return [notice for notice in told if over_at is None or notice.send_at > over_at]


def _is_over(decision: Decision | None, told: Sequence[Notice], now: datetime) -> bool:
    """Say whether a channel was told of a cycle that has ended, or of a breach that a later due time undoes."""
    if decision is None:
        return True
    metric = told[0].metric
    due_at = next((cycle.due_at for cycle in decision.open_cycles if cycle.metric == metric), None)
    ended = {cycle.start_at for cycle in decision.finished if cycle.metric == metric}
    if due_at is None or any(notice.start_at in ended for notice in told):
        return True
    return due_at > now and any(notice.due_at <= now for notice in told)
