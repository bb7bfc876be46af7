"""When a channel may be told: at once, or from its next opening on."""

from datetime import UTC, datetime

from policies.calendar import compile_calendar
from policies.escalation_schema import Channel
from policies.weekly import weekly_hours


def next_open(channel: Channel, at: datetime) -> datetime:
    """Return the earliest instant (UTC) at or after `at` that lies in the channel's hours."""
    if channel.hours == "always":
        return at.astimezone(UTC)
    return compile_calendar(weekly_hours(channel.hours), channel.timezone).next_open(at)
