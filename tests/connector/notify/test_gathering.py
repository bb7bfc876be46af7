"""Which rows go out now, alone or as a digest: walked by hand from the promise of twenty a minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.notify.gathering import gather
from connector.store.due_notices import Lately, Waiting
from policies.model import TicketRef
from policies.notices import Notice

NOW = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
"""Half past a minute."""

ALONE, DIGEST, NOTHING = "the oldest, alone", "a digest", "nothing"


def rows(count: int, seconds: float, *, ready: bool = True) -> list[Waiting]:
    """Give rows that are to be sent so many seconds from now."""
    at = NOW + timedelta(seconds=seconds)
    notice = Notice(
        metric="first_response", start_at=NOW, due_at=NOW, step="75%", channel="team", repetition=0, send_at=at
    )
    return [
        Waiting(id=number, ref=TicketRef("acme", str(number)), notice=notice, next_at=at, ready=ready)
        for number in range(count)
    ]


def sent(*seconds_ago: float, digest: float | None = None) -> Lately:
    return Lately(
        tuple(NOW - timedelta(seconds=ago) for ago in seconds_ago),
        None if digest is None else NOW - timedelta(seconds=digest),
    )


@pytest.mark.parametrize(
    ("waiting", "lately", "expected", "size"),
    [
        pytest.param([], sent(), NOTHING, 0, id="nothing waits"),
        pytest.param(rows(1, 0), sent(), ALONE, 1, id="one of this minute"),
        pytest.param(rows(1, 5), sent(), NOTHING, 0, id="one that is still to come"),
        pytest.param(rows(20, 0), sent(), ALONE, 1, id="twenty of this minute go one by one"),
        pytest.param(rows(21, 0), sent(), NOTHING, 0, id="twenty-one of this minute wait for its end"),
        pytest.param(rows(1, 0) + rows(20, 20), sent(), NOTHING, 0, id="the twenty to come this minute count"),
        pytest.param(rows(11, 0), sent(*[20] * 10), NOTHING, 0, id="so do the ten that this minute already saw"),
        pytest.param(rows(11, 0), sent(*[40] * 9), ALONE, 1, id="those of the last minute leave room for eleven"),
        pytest.param(rows(1, 0), sent(*[40] * 20), NOTHING, 0, id="nobody gets twenty-one in any minute"),
        pytest.param(rows(1, 0), sent(*[60] * 20), ALONE, 1, id="what is a minute ago counts no more"),
        pytest.param(rows(20, -60), sent(), ALONE, 1, id="twenty overdue ones go one by one"),
        pytest.param(rows(21, -60), sent(), DIGEST, 21, id="twenty-one overdue ones are one digest"),
        pytest.param(rows(15, -60), sent(*[10] * 6), DIGEST, 15, id="fifteen overdue and six sent make a digest"),
        pytest.param(rows(15, -60), sent(*[10] * 5), ALONE, 1, id="fifteen overdue and five sent do not"),
        pytest.param(rows(30, -60) + rows(5, 0), sent(), DIGEST, 30, id="those of this minute are no part of it"),
        pytest.param(rows(30, -60), sent(digest=59), NOTHING, 0, id="there is one digest a minute"),
        pytest.param(rows(30, -60), sent(digest=60), DIGEST, 30, id="and the next a minute later"),
        pytest.param(rows(30, -60) + rows(1, 0), sent(digest=30), ALONE, 1, id="a single one passes those that wait"),
        pytest.param(rows(3, -60), sent(digest=30), ALONE, 1, id="few overdue ones go alone soon after a digest"),
        pytest.param(rows(1, -60, ready=False), sent(), NOTHING, 0, id="one whose ticket is looked at first"),
        pytest.param(rows(30, -60, ready=False) + rows(1, -60), sent(), ALONE, 1, id="those that wait so do not count"),
        pytest.param(rows(1, 0) + rows(20, 0, ready=False), sent(), NOTHING, 0, id="but within this minute they do"),
    ],
)
def test_a_channel_gets_what(waiting: Sequence[Waiting], lately: Lately, expected: str, size: int) -> None:
    numbered = [replace(row, id=number) for number, row in enumerate(waiting)]
    chosen = gather(numbered, lately, NOW)
    assert len(chosen) == size
    if expected is DIGEST:
        assert chosen == tuple(row for row in numbered if row.next_at < NOW - timedelta(seconds=30) and row.ready)
    if expected is ALONE:
        assert chosen[0].ready
        assert chosen[0].next_at <= NOW


def test_a_flood_of_a_recompute_is_twenty_notices_and_a_digest_a_minute() -> None:
    """Walk two minutes, seventy rows a second coming in for ten seconds, each of a step that has passed."""
    now, waiting = NOW.replace(second=0), list[Waiting]()
    alone: list[datetime] = []
    digests: list[datetime] = []
    for second in range(180):
        now += timedelta(seconds=1)
        waiting += rows(70, -3600) if second < 10 else []
        while chosen := gather(waiting, Lately(tuple(alone), digests[-1] if digests else None), now):
            (digests if len(chosen) > 1 else alone).append(now)
            waiting = [row for row in waiting if all(row is not one for one in chosen)]
    assert waiting == []
    assert len(digests) <= 3
    assert len(alone) <= 20
