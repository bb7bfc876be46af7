"""What becomes of a ticket's notices once it was decided anew: which to plan, which to cancel, whom to stand down."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from policies.decision import Decision, OpenCycle
from policies.model import State
from policies.notices import OVER, Key, Notice, NoticeState, Series, Standing
from policies.raising import Run, coming, raised
from policies.stand_down import TOLD, stand_downs

_WAITING = frozenset({NoticeState.PLANNED, NoticeState.FAILED})


@dataclass(frozen=True, slots=True)
class Plan:
    """What to store: notices to be planned, also where a row of their key is cancelled or planned; rows to cancel.

    A row to cancel is planned, or failed and still to be tried. Its reason is one of `answered`, `closed`, `paused`,
    `not_filed`, `no_promise`, `unmapped`, `gone`, `due_moved` and `escalation_changed`.
    """

    put: tuple[Notice, ...]
    cancel: tuple[tuple[Notice, str], ...]


def replan(decision: Decision | None, standing: Sequence[Standing], now: datetime) -> Plan:
    """Plan a ticket's notices anew from all of its rows; twice is as once. `decision` None: the ticket is gone."""
    wanted = {notice.key: notice for notice in (decision.notices if decision else ())}
    series = {notice.series for notice in wanted.values()}
    stale = [row for row in standing if _is_stale(row, wanted, series, now)]
    leaving = {row.notice.key for row in stale}
    runs = [_run(decision, cycle, standing, leaving, now) for cycle in decision.open_cycles] if decision else []
    past = [notice for run in runs for notice in raised(run, now)]
    put = [notice for run in runs for notice in coming(run, now)] + past
    overs = stand_downs(decision, standing, past, now)
    planned = {notice.key for notice in put}
    dropped = [row.notice for row in stale if row.notice.key not in planned]
    return Plan((*put, *overs), tuple((notice, _why(notice, decision)) for notice in dropped))


def _is_stale(row: Standing, wanted: Mapping[Key, Notice], series: Collection[Series], now: datetime) -> bool:
    """Say whether a row that is still to be sent has no place in the schedule, or another one than it waits for."""
    if row.state not in _WAITING or row.notice.step == OVER:
        return False
    notice = wanted.get(row.notice.key)
    if notice is None and row.notice.send_at <= now:  # said once more, after a stand-down
        return row.notice.series not in series
    return notice is None or (row.notice.send_at > now and row.notice.send_at != notice.send_at)


def _run(
    decision: Decision, cycle: OpenCycle, standing: Sequence[Standing], leaving: Collection[Key], now: datetime
) -> Run:
    schedule = [notice for notice in decision.notices if notice.metric == cycle.metric]
    staying: dict[Key, Standing] = {}
    lost: list[Notice] = []
    overs = _overs(standing, cycle.metric)
    for row in _rows_of(decision, cycle, standing, overs):
        key = row.notice.key
        if row.state is NoticeState.CANCELLED or key in leaving:
            lost.append(row.notice)
        else:
            staying[key] = row
    return Run(
        schedule=schedule,
        missing=[notice for notice in schedule if notice.key not in staying],
        told=[row.notice for row in staying.values() if row.state in TOLD or row.notice.send_at <= now],
        lost=lost,
        undone=[row.notice for row in staying.values() if row.state in TOLD and _is_undone(row.notice, overs)],
        notices_from=decision.notices_from,
    )


def _rows_of(
    decision: Decision, cycle: OpenCycle, standing: Sequence[Standing], overs: Mapping[str, datetime]
) -> Iterator[Standing]:
    """Give the rows of a cycle, those from before its start was corrected among them."""
    ended = {finished.start_at for finished in decision.finished if finished.metric == cycle.metric}
    for row in (row for row in standing if row.notice.metric == cycle.metric):
        notice = row.notice
        corrected = notice.start_at not in ended and not _is_undone(notice, overs)
        if notice.step != OVER and (notice.start_at == cycle.start_at or corrected):
            yield row


def _overs(standing: Sequence[Standing], metric: str) -> Mapping[str, datetime]:
    """Return when each channel was last to hear that it was over."""
    found = [row.notice for row in standing if row.notice.metric == metric and row.notice.step == OVER]
    return {over.channel: over.send_at for over in sorted(found, key=lambda over: over.send_at)}


def _is_undone(notice: Notice, overs: Mapping[str, datetime]) -> bool:
    """Say whether a notice's channel heard later that it was over."""
    return notice.channel in overs and overs[notice.channel] >= notice.send_at


def _why(notice: Notice, decision: Decision | None) -> str:
    """Name the reason why a notice is not to be sent any more."""
    if decision is None:
        return "gone"
    if decision.state is State.UNMAPPED:
        return "unmapped"
    named = notice.metric, notice.start_at
    ended = next((cycle for cycle in decision.finished if (cycle.metric, cycle.start_at) == named), None)
    if ended is not None:
        return "closed" if ended.event.startswith("ended:") else "answered"
    present = next((cycle for cycle in decision.open_cycles if cycle.metric == notice.metric), None)
    if present is None:
        return "not_filed" if decision.state is State.NOT_FILED else "no_promise"
    if present.due_at is None:
        return "paused"
    same = (present.start_at, present.due_at) == (notice.start_at, notice.due_at)
    return "escalation_changed" if same else "due_moved"
