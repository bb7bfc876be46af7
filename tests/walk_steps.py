"""The independent second hand of an escalation: where its steps lie, walked minute by minute past pauses.

It imports nothing of the product.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from tests.walk_tables import MINUTE
from tests.walk_time import Hours, is_open, one_minute

Stretch = tuple[datetime, datetime]


def part_used_up(start: datetime, part: timedelta, hours: Hours, pauses: Sequence[Stretch]) -> datetime:
    """Give the earliest instant at which so much of the open and unpaused time since the start is used up.

    Pauses begin and end on whole minutes.
    """
    at, left = start, part
    while left > timedelta(0):
        following = one_minute(at, hours)
        if is_open(at, hours) and not any(begin <= at < end for begin, end in pauses):
            spent = min(left, following - at)
            left -= spent
            following = at + spent
        at = following
    return at


def steps_walked(
    start: datetime, target: timedelta, hours: Hours, pauses: Sequence[Stretch], steps: Sequence[str]
) -> dict[str, datetime]:
    """Give the instant of each step, by its words; spans are in minutes."""
    due_at = part_used_up(start, target, hours, pauses)
    found = {}
    for step in steps:
        word, _, span = step.partition(" ")
        length = int(span.removesuffix("m") or 0) * MINUTE
        match word:
            case "before":
                found[step] = part_used_up(start, target - length, hours, pauses)
            case "after":
                found[step] = due_at + length
            case "breach":
                found[step] = due_at + timedelta(seconds=1)
            case share:
                found[step] = part_used_up(start, target * int(share.removesuffix("%")) / 100, hours, pauses)
    return found


def steps_written(steps: Iterable[str]) -> str:
    """Write steps as a mappings file does, each telling the channel `team`."""
    lines = []
    for step in steps:
        word, _, span = step.partition(" ")
        lines.append(f"{{{word if span else 'at'}: {span or word}, notify: [team]}}")
    return f"[{', '.join(lines)}]"
