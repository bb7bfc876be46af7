"""Which notices of one open cycle are to be planned: those to come, and of the steps already past only the last."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policies.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One open cycle: its schedule, what of it has no row that stays, and what became of earlier notices of it.

    `told` was told or is still to be sent though past, `undone` those of it after which its channel heard that it was
    over; `lost` was cancelled before it was sent.
    """

    schedule: Sequence[Notice]
    missing: Sequence[Notice]
    told: Sequence[Notice]
    lost: Sequence[Notice]
    undone: Sequence[Notice]
    notices_from: datetime | None


def coming(run: Run, now: datetime) -> Iterator[Notice]:
    """Give the missing notices that lie ahead. A step from before `notices_from` is said again only if it was said."""
    moments = _moments(run.schedule)
    said = {(notice.due_at, notice.step) for notice in run.told}
    for notice in run.missing:
        silent = _is_before(moments[notice.step], run.notices_from) and (notice.due_at, notice.step) not in said
        if notice.send_at > now and not silent:
            yield notice


def raised(run: Run, now: datetime) -> Iterator[Notice]:
    """Give the last past step, to be sent now: unless it or a later one was told, or lies before `notices_from`.

    A channel whose own notice of that step was lost hears it even where others were told. One that was told of a
    breach, and then that it was over, hears of it once more: else nobody would know of a ticket opened again.
    """
    moments = _moments(run.schedule)
    order = sorted(moments, key=lambda step: moments[step])
    past = [step for step in order if moments[step] <= now]
    if not past or _is_before(moments[past[-1]], run.notices_from):
        return
    last = past[-1]
    onwards = set(order[len(past) - 1 :])
    heard = {notice.channel for notice in run.told if notice.step in onwards}
    owed = {notice.channel for notice in run.lost if (notice.step, notice.repetition) == (last, 0)}
    missing, still_told = {notice.key for notice in run.missing}, _still_told(run, onwards)
    for notice in (one for one in run.schedule if (one.step, one.repetition) == (last, 0)):
        if notice.key in missing and (not heard or notice.channel in owed - heard):
            yield replace(notice, send_at=now)
        elif notice.key not in missing and notice.due_at <= now and notice.channel not in still_told:
            yield replace(notice, send_at=now, repetition=_next_repetition(run, notice))


def _still_told(run: Run, steps: Collection[str]) -> set[str]:
    """Name the channels that were told of one of these steps and have not heard since that it was over."""
    undone = {notice.key for notice in run.undone}
    return {notice.channel for notice in run.told if notice.step in steps and notice.key not in undone}


def _next_repetition(run: Run, notice: Notice) -> int:
    """Give what is said once more a number behind all that the schedule has and that was ever said."""
    known = (*run.schedule, *run.told, *run.lost)
    return 1 + max(one.repetition for one in known if one.series == notice.series)


def _moments(schedule: Sequence[Notice]) -> dict[str, datetime]:
    """Return when each step comes for the first time, in the order of the file."""
    return {notice.step: notice.send_at for notice in schedule if notice.repetition == 0}


def _is_before(moment: datetime, notices_from: datetime | None) -> bool:
    return notices_from is not None and moment < notices_from
