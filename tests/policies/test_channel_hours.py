"""When a channel may be told next, worked out by hand."""

from datetime import UTC, datetime

import pytest

from policies.channel_hours import next_open
from policies.escalation_schema import Channel
from policies.instants import iso


def channel(hours: object, timezone: str = "Europe/Paris") -> Channel:
    return Channel.model_validate({"name": "c", "url": "json://x", "hours": hours, "timezone": timezone})


WEEK = {"mon-fri": "08:00-20:00", "sat": "10:00-14:00"}
NIGHT = {"mon-sun": "00:00-24:00"}


# Friday 2026-11-20, one hour after UTC in Paris; on 2026-10-25 Paris put its clocks back, and Cairo on Thursday 29
@pytest.mark.parametrize(
    ("hours", "timezone", "at", "opens"),
    [
        pytest.param("always", "Europe/Paris", "2026-11-22T03:00:00", "2026-11-22T03:00:00Z", id="always open"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-20T12:00:00", "2026-11-20T12:00:00Z", id="open now"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-20T07:00:00", "2026-11-20T07:00:00Z", id="opening now"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-20T06:59:59", "2026-11-20T07:00:00Z", id="opening in a second"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-20T18:59:59", "2026-11-20T18:59:59Z", id="a second before closing"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-20T19:00:00", "2026-11-21T09:00:00Z", id="closing now"),
        pytest.param(WEEK, "Europe/Paris", "2026-11-21T13:00:00", "2026-11-23T07:00:00Z", id="closed until Monday"),
        pytest.param(WEEK, "Europe/Paris", "2026-10-24T13:00:00", "2026-10-26T07:00:00Z", id="past the clock change"),
        pytest.param(WEEK, "America/New_York", "2026-11-20T12:00:00", "2026-11-20T13:00:00Z", id="in New York"),
        pytest.param(NIGHT, "Africa/Cairo", "2026-10-29T20:30:00", "2026-10-29T20:30:00Z", id="in an hour told twice"),
        pytest.param({"thu": "23:30-24:00"}, "Africa/Cairo", "2026-10-29T21:10:00", "2026-10-29T21:30:00Z",
                     id="in the second of two hours of one name"),
    ],
)  # fmt: skip
def test_a_channel_opens(hours: object, timezone: str, at: str, opens: str) -> None:

    assert iso(next_open(channel(hours, timezone), datetime.fromisoformat(at).replace(tzinfo=UTC))) == opens
