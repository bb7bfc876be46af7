"""Which notices of one open cycle are to be planned: those to come, and of the steps already past only the last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policies.notices import Notice


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One open cycle: its schedule, what of it has no row that stays, and what became of earlier notices of it.

    `told` was told or is still to be sent though past; `lost` was cancelled before it was sent.
    """

    schedule: Sequence[Notice]
    missing: Sequence[Notice]
    told: Sequence[Notice]
    lost: Sequence[Notice]
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

    A channel whose own notice of that step was lost hears it even where others were told.
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
    for notice in run.missing:
        if (notice.step, notice.repetition) == (last, 0) and (not heard or notice.channel in owed - heard):
            yield replace(notice, send_at=now)


def _moments(schedule: Sequence[Notice]) -> dict[str, datetime]:
    """Return when each step comes for the first time, in the order of the file."""
    return {notice.step: notice.send_at for notice in schedule if notice.repetition == 0}


def _is_before(moment: datetime, notices_from: datetime | None) -> bool:
    return notices_from is not None and moment < notices_from
