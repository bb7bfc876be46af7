"""What a failed attempt means for the next: growing waits, and after ten a failure that people are told of. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from connector.notify.send import Outcome
from connector.store.claims import Failed
from connector.store.due_notices import Waiting

ATTEMPTS = 10
"""How many failed attempts put a notice under failures; from then on it is tried hourly."""

_FIRST_WAIT, _LONGEST_WAIT, _HOURLY = timedelta(seconds=5), timedelta(minutes=10), timedelta(hours=1)


def failed_attempt(rows: Sequence[Waiting], outcome: Outcome, now: datetime) -> Failed:
    """Say when to try again what failed, and whether people are told. A wait that somebody asked for is kept."""
    before = max(row.attempts for row in rows)
    attempts = max(before, ATTEMPTS) if outcome.final else before + outcome.counts
    own = _wait_after(attempts) if outcome.counts else timedelta()
    return Failed(
        attempts=attempts,
        given_up=attempts >= ATTEMPTS,
        why=outcome.why,
        next_at=now + max(own, outcome.wait or timedelta()),
        doubtful=outcome.doubtful,
    )


def _wait_after(attempts: int) -> timedelta:
    if attempts >= ATTEMPTS:
        return _HOURLY
    return min(_FIRST_WAIT * (1 << (attempts - 1)), _LONGEST_WAIT)
