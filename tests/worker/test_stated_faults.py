"""Faults whose outcome docs/runbook.md states: a tracker down, credentials revoked at night, a time that jumps."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import text

from connector.errors import Scope, TrackerError
from connector.store.agenda import feed, start
from connector.store.engine import reading, writing
from connector.store.heartbeats import beat
from connector.store.tables import sites
from connector.trackers.port import Rank
from policies.model import TicketRef
from tests.worker.conftest import MAPPINGS, REF, World
from tests.worker.settings import settings_on
from worker.sync import sync
from worker.timekeeper import Timekeeper

TICK = timedelta(seconds=10)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DOWN = TrackerError("unreachable", "acme: no answer.", retryable=True, scope=Scope.SITE)
REVOKED = TrackerError("unauthorized", "acme: refused.", retryable=True, scope=Scope.SITE, status=401)
CHANNELS = "channels: [{name: ops, url: 'json://ops.example'}]\n"


@dataclass
class Night:
    """A world in which time passes in ticks: the timekeeper watches, what is fed is synced, `requests` reached acme."""

    world: World
    timekeeper: Timekeeper
    requests: list[datetime]

    def pass_until(self, at: datetime) -> None:
        """Let the time pass up to an instant, ten seconds at a time."""
        while self.world.at[0] < at:
            self.world.at[0] += TICK
            self.tick()

    def tick(self) -> None:
        with writing(self.world.engine) as conn:
            beat(conn, "notifier", "host:1", self.world.at[0])
        self.timekeeper.tick()
        for site in self.world.deps.sites:
            for ticket, _ in feed(self.world.engine, site, 4, self.world.at[0]):
                sync(TicketRef(site, ticket), self.world.deps)

    def refuse(self, error: TrackerError | None) -> None:
        """Have the tracker refuse every request, or none any more."""

        def refused() -> None:
            self.requests.append(self.world.at[0])
            if error is not None:
                raise error

        self.world.tracker.during = refused

    def told(self) -> list[tuple[str, str, datetime]]:
        with reading(self.world.engine) as conn:
            rows = conn.execute(text("SELECT ticket, step, send_at FROM notices WHERE metric = 'alert' ORDER BY id"))
            return [(row.ticket, row.step, datetime.fromtimestamp(row.send_at / 1e6, UTC)) for row in rows]

    def failures(self) -> list[object]:
        with reading(self.world.engine) as conn:
            return list(conn.execute(text("SELECT 1 FROM failures WHERE given_up")))

    def state(self) -> str | None:
        return self.world.tracker.tickets[REF.id].held["state"]


@pytest.fixture
def night(world: World, tmp_path: Path) -> Night:
    settings = settings_on(world.engine, tmp_path, alerts="ops", sites=world.deps.sites, workers=4)
    world.apply(MAPPINGS + CHANNELS)
    timekeeper = Timekeeper(settings, world.deps.rules, Redis(port=1, retry=Retry(NoBackoff(), 0)), world.deps.now)
    return Night(world, timekeeper, [])


def test_a_tracker_that_is_down_for_an_hour_is_asked_seldom_told_of_once_and_caught_up_with(night: Night) -> None:
    world = night.world
    began = world.at[0]
    night.refuse(DOWN)
    for number in range(3):
        world.wake(replace(REF, id=f"{10001 + number}"))
    night.pass_until(began + HOUR)
    longest_gap = max(later - earlier for earlier, later in zip(night.requests, night.requests[1:], strict=False))
    assert longest_gap <= 40 * SECOND
    assert len(night.requests) < 150, "every half minute, not every tick"
    ((name, step, told_at),) = night.told()
    assert (name, step) == ("site_paused:acme", "alert")
    assert timedelta(minutes=10) <= told_at - began <= timedelta(minutes=10, seconds=30)
    night.refuse(None)
    night.pass_until(began + HOUR + 40 * SECOND)
    assert night.state() == "running"
    assert night.failures() == [], "no ticket is to blame"
    assert [step for _, step, _ in night.told()] == ["alert", "over"]


def test_credentials_revoked_at_three_in_the_morning_are_told_at_once_and_taken_again_soon(
    night: Night,
) -> None:
    world = night.world
    world.at[0] = three = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    night.refuse(REVOKED)
    world.wake()
    night.pass_until(three + 20 * SECOND)
    assert [(name, step) for name, step, _ in night.told()] == [("credentials_refused:acme", "alert")]
    renewed = three + HOUR
    night.pass_until(renewed)
    assert len(night.requests) <= 70, "once a minute"
    night.refuse(None)
    night.pass_until(renewed + 70 * SECOND)
    assert night.state() == "breached", "due at 18:00 the day before; it was filed at noon"
    assert night.failures() == []
    of_acme = [(step, at) for name, step, at in night.told() if name == "credentials_refused:acme"]
    assert [step for step, _ in of_acme] == ["alert", "over"]
    assert of_acme[1][1] <= renewed + 70 * SECOND + timedelta(minutes=1)


def test_a_time_that_runs_ahead_breaches_early_and_is_put_right_when_it_is_put_back(night: Night) -> None:
    """Due at 18:00; at 12:01 the machine's time jumps to 19:01 and ten seconds later back again."""
    world = night.world
    world.wake()
    night.tick()
    assert night.state() == "running"
    world.at[0] += 7 * HOUR
    night.tick()
    night.pass_until(world.at[0] + 10 * SECOND)
    assert night.state() == "breached", "by the time that the machine gave"
    world.at[0] -= 7 * HOUR
    night.tick()
    night.tick()
    assert night.state() == "running"
    assert night.told() == [], "nobody is silent and nothing is behind because of a jump"


def test_what_a_time_that_was_put_back_leaves_held_is_free_within_half_a_minute(night: Night) -> None:
    """A worker is killed and a site is paused, both by a time that is an hour ahead."""
    world = night.world
    night.tick()
    world.at[0] += HOUR
    world.wake()
    night.tick()
    world.wake()
    with writing(world.engine) as conn:
        assert start(conn, REF, world.at[0]) is not None
        conn.execute(sites.update().values(paused_until=world.at[0] + 20 * SECOND, reason="rate_limited"))
    world.at[0] -= HOUR
    back = world.at[0]
    night.tick()
    assert feed(world.engine, "acme", 4, back + 19 * SECOND) == (), "paused for as long as it was asked"
    assert feed(world.engine, "acme", 4, back + 30 * SECOND) == ((REF.id, Rank.RECOMPUTE),)


def test_a_jump_ahead_lets_leases_lapse_and_nobody_writes_twice(night: Night) -> None:
    world = night.world

    def jump() -> None:
        world.tracker.during = lambda: None
        world.at[0] += HOUR
        assert sync(REF, world.deps) is not None, "another takes over"

    world.tracker.during = jump
    assert not world.sync()
    assert len(world.tracker.written) == 1
