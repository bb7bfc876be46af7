from datetime import UTC, datetime, timedelta

import pytest

from connector.notify.opening_hours import closed_until, superseded
from connector.store.due_notices import Waiting
from policies.escalation_schema import Channel
from policies.model import TicketRef
from policies.notices import Notice

CHANNEL = Channel(name="team", url="json://h", timezone="Europe/Paris", hours={"mon-fri": "08:00-20:00"})
MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
"""Eight in the morning in Paris: the opening."""


def row(number: int, ago: timedelta, *, ticket: str = "1", metric: str = "first_response") -> Waiting:
    """Give a row of a step that was to go out so long before the opening."""
    notice = Notice(
        metric=metric, start_at=MONDAY, due_at=MONDAY, step="75%", channel="team", repetition=0, send_at=MONDAY - ago
    )
    return Waiting(id=number, ref=TicketRef("acme", ticket), notice=notice, next_at=MONDAY)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        pytest.param(MONDAY, None, id="at the opening"),
        pytest.param(MONDAY - timedelta(seconds=1), MONDAY, id="a second before"),
        pytest.param(datetime(2026, 11, 20, 19, 0, tzinfo=UTC), MONDAY, id="Friday at eight in the evening"),
        pytest.param(datetime(2026, 11, 20, 18, 59, tzinfo=UTC), None, id="Friday a minute before eight"),
    ],
)
def test_a_channel_is_closed_outside_its_hours_in_its_own_zone(now: datetime, opens_at: datetime | None) -> None:
    assert closed_until(CHANNEL, now) == opens_at
    assert closed_until(Channel(name="team", url="json://h"), now) is None


def test_at_the_opening_only_the_latest_notice_of_each_cycle_is_left() -> None:
    hour = timedelta(hours=1)
    rows = [
        row(1, 9 * hour),
        row(2, 3 * hour),
        row(3, 5 * hour),
        row(4, 9 * hour, ticket="2"),
        row(5, 9 * hour, metric="next_update"),
    ]
    assert [one.id for one in superseded(rows, CHANNEL)] == [1, 3]


@pytest.mark.parametrize(
    ("rows", "gone"),
    [
        pytest.param([row(1, timedelta(hours=1)), row(2, timedelta())], [1], id="a step at the opening itself says it"),
        pytest.param(
            [row(1, timedelta(hours=60)), row(2, timedelta(hours=59, minutes=30))], [1], id="two of the weekend"
        ),
        pytest.param(
            [row(1, timedelta(hours=62)), row(2, timedelta(hours=61))], [], id="Friday's own, late for another reason"
        ),
    ],
)
def test_what_waited_for_the_opening_is_said_by_a_later_one(rows: list[Waiting], gone: list[int]) -> None:
    assert [one.id for one in superseded(rows, CHANNEL)] == gone
    assert superseded(rows, Channel(name="team", url="json://h")) == ()
