"""Every step lies where an independent walk finds it, in all zones, near clock changes and past pauses."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from policies.decide import decide
from tests.walk_steps import Stretch, steps_walked, steps_written
from tests.walk_tables import DAY, HOUR, MINUTE, Week
from tests.walk_time import Hours, closed_days
from tests.walk_zones import ZONES, clock_changes

_SEED = 20261124
_CASES = 250
# plan of tests/policies/own/acme-care.yaml -> its hours, typed a second time
WEEKS: dict[str, Week] = {
    "standard": (*(((9 * 60, 17 * 60),),) * 5, (), ()),
    "evening": (*(((18 * 60, DAY),),) * 5, (), ()),
    "night": (
        ((22 * 60, DAY),),
        *(((0, 2 * 60), (22 * 60, DAY)),) * 4,
        ((0, 2 * 60),),
        (),
    ),
}


def test_every_step_lies_where_the_walk_finds_it(care: Any, told: Any) -> None:
    dice = Random(_SEED)  # noqa: S311  # a fixed seed is the point
    paused = 0
    for _ in range(_CASES):
        plan, zone = dice.choice(list(WEEKS)), dice.choice(ZONES)
        start, steps = _start(dice, zone), _steps(dice)
        pauses = _pauses(dice, start)
        statuses = [
            (f"{at:%Y-%m-%d %H:%M}", status)
            for begin, end in pauses
            for at, status in ((begin, "Waiting for customer"), (end, "Open"))
        ]
        subject = told.ticket(created=start.isoformat(sep=" ").removesuffix("+00:00"), statuses=statuses)
        changed = f"{{plan: {plan}, customer: {{timezone: {zone}}}, paused_by: {{status: [Waiting for customer]}}}}"
        decision = decide(subject, care(subject, changed, steps=steps_written(steps)), (), start + timedelta(days=12))
        found = {notice.step: notice.send_at for notice in decision.notices if notice.metric == "first_response"}
        hours = Hours(WEEKS[plan], ZoneInfo(zone), closed_days("none"))
        assert found == steps_walked(start, 4 * HOUR, hours, pauses, steps), (plan, zone, start, pauses)
        paused += bool(pauses)
    assert paused > _CASES // 3


def _start(dice: Random, zone: str) -> datetime:
    """Choose an instant, half of the time shortly before a clock change; the policy holds from 2020 on."""
    changes = [at for at in clock_changes(zone) if at.year > 2020]
    if changes and dice.random() < 0.5:
        return dice.choice(changes) - dice.randrange(3 * 24 * 60) * MINUTE - timedelta(seconds=dice.randrange(60))
    return datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(10 * 365 * 86_400))


def _pauses(dice: Random, start: datetime) -> list[Stretch]:
    at, pauses = start.replace(second=0), []
    for _ in range(dice.choice((0, 0, 1, 2, 3))):
        begin = at + dice.randrange(1, 36 * 60) * MINUTE
        at = begin + dice.randrange(1, 30 * 60) * MINUTE
        pauses.append((begin, at))
    return pauses


def _steps(dice: Random) -> list[str]:
    shares = [f"{share}%" for share in dice.sample(range(1, 101), 3)]
    spans = [f"before {minutes}m" for minutes in dice.sample(range(1, 300), 2)]
    return [*shares, *spans, "breach", f"after {dice.randrange(1, 5000)}m"]
