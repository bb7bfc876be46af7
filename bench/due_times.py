"""Due times per second, from aware datetime to aware datetime, beside officehours."""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
from officehours import Calculator  # type: ignore[import-untyped]  # officehours has no types

from bench.figure import ROUNDS, Figure
from policies.calendar import compile_calendar
from policies.weekly import weekly_hours

ZONE, HOLIDAYS = "Europe/Bratislava", "XECB"
YEARS = (2025, 2026, 2027)
COUNT = 20_000
HOURS = (3, 6, 9)
Question = tuple[datetime, int]
Answer = Callable[[datetime, int], datetime]


def measure() -> list[Figure]:
    """Measure both on the same questions, whose answers must be equal. Raise ValueError where they are not."""
    questions = _questions()
    ours, peer = _ours(), _peer()
    wrong = [question for question in questions if ours(*question) != peer(*question)]
    if wrong:
        raise ValueError(f"officehours and dueby differ on {len(wrong)} of {COUNT} questions, first on {wrong[0]}")
    pairs = [(_rate(ours, questions), _rate(peer, questions)) for _ in range(ROUNDS)]
    return [
        Figure(
            what="due times, aware datetime to aware datetime",
            unit="/s",
            ours=tuple(mine for mine, _ in pairs),
            peer="officehours",
            peers=tuple(other for _, other in pairs),
            goal=3.0,
            remark=f"{COUNT} starts over two years, CloudTalk's hours, {ZONE}, holidays; all answers of both are equal",
        )
    ]


def _questions() -> list[Question]:
    dice = random.Random(20261124)  # noqa: S311  # a fixed seed is the point
    first, seconds = datetime(2025, 1, 1, tzinfo=UTC), 2 * 365 * 86_400
    return [(first + timedelta(seconds=dice.randrange(seconds)), dice.choice(HOURS)) for _ in range(COUNT)]


def _ours() -> Answer:
    calendar = compile_calendar(weekly_hours({"mon-fri": "09:00-17:00"}), ZONE, HOLIDAYS)
    targets = {hours: timedelta(hours=hours) for hours in HOURS}
    return lambda start, hours: calendar.due(start, targets[hours])


def _peer() -> Answer:
    """Give officehours its naive local time, and its answer the zone back: it knows no zones."""
    zone = ZoneInfo(ZONE)
    closed = [day for year in YEARS for day in holidays.financial_holidays(HOLIDAYS, years=year)]
    due_date = Calculator("9:00", "17:00", closed).due_date

    def answer(start: datetime, hours: int) -> datetime:
        local: datetime = due_date(hours, start.astimezone(zone).replace(tzinfo=None))
        return local.replace(tzinfo=zone).astimezone(UTC)

    return answer


def _rate(answer: Answer, questions: Sequence[Question]) -> float:
    began = time.perf_counter()
    for start, hours in questions:
        answer(start, hours)
    return len(questions) / (time.perf_counter() - began)
