"""Walk one site from a command: take its walk, wait where it must rest, and let go of it however it ends."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select

from connector.errors import TrackerError
from connector.scopes import scope_of
from connector.settings import Settings
from connector.steps import Ground, LostWalkError, Steps, steps_of
from connector.store.engine import reading, writing
from connector.store.mappings import current_mappings
from connector.store.rates import NoRoomError, counting
from connector.store.tables import sites
from connector.store.waits import Failing
from connector.store.walk_plan import plan_walks
from connector.store.walks import Walk, fail_walk, start_walk
from connector.trackers.registry import KINDS, open_tracker
from connector.walking import hold, rest, walk
from policies.loader import load_policies
from policies.mapping import read_mappings
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import TicketRef

PATIENCE = timedelta(seconds=60)
_PAUSE = 1.0


class RefusedWalkError(Exception):
    """A site can't be walked now; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Walker:
    """Walks sites one after the other; `wait` sleeps for some seconds."""

    engine: Engine
    settings: Settings
    now: Callable[[], datetime]
    wait: Callable[[float], None] = time.sleep

    def walk(self, name: str, since: datetime | None, shown: Callable[[Steps], None]) -> Steps | None:
        """Walk a site to the end; None where no mapping names it. Raise TrackerError, RefusedWalkError, StoreAway."""
        specs = self._specs(name)
        if not specs:
            return None
        steps = steps_of(self._taken(name, specs), since)
        ground = self._ground(name, specs)
        with self._held(steps, ground):
            while not self._walked_on(steps, ground, shown):
                self._rest(steps, ground, shown)
        return steps

    def _specs(self, name: str) -> tuple[MappingSpec, ...]:
        policies = load_policies(self.settings.policies)
        with reading(self.engine) as conn:
            stored = current_mappings(conn)
        if stored is None:
            return ()
        read = read_mappings(stored.text, "mappings in force", policies, self.settings.sites, stored.version)
        return tuple(spec for spec in read.mappings if spec.site == name)

    def _ground(self, name: str, specs: tuple[MappingSpec, ...]) -> Ground:
        site = self.settings.sites[name]
        return Ground(
            engine=self.engine,
            site=site,
            specs=specs,
            tracker=open_tracker(site, self.now, counting(self.engine, site, self.now)),
            pages_a_minute=KINDS[site.tracker].pages_a_minute,
            now=self.now,
        )

    def _taken(self, name: str, specs: tuple[MappingSpec, ...]) -> Walk:
        """Take the site's walk, waiting for a worker that is just walking it."""
        until = self.now() + PATIENCE
        while True:
            with writing(self.engine) as conn:
                plan_walks(conn, {name: scope_of(specs)})
                held = start_walk(conn, name, self.now(), asked_for=True)
                paused = None if held else _pause(conn, name, self.now())
            if held is not None:
                return held
            if paused is not None:
                raise RefusedWalkError(paused)
            if self.now() >= until:
                raise RefusedWalkError("a worker is walking this site now; try again in a minute.")
            self.wait(_PAUSE)

    def _walked_on(self, steps: Steps, ground: Ground, shown: Callable[[Steps], None]) -> bool:
        """Walk until the end or a rest; say whether it was the end."""
        try:
            for _ in walk(steps, ground):
                shown(steps)
                if steps.rests_until is not None:
                    return False
        except NoRoomError as full:
            steps.rests_until = self.now() + (full.retry_after or timedelta(seconds=1))
            return False
        return True

    def _rest(self, steps: Steps, ground: Ground, shown: Callable[[Steps], None]) -> None:
        while steps.rests_until is not None and self.now() < steps.rests_until:
            shown(steps)
            hold(steps, ground)
            self.wait(_PAUSE)

    @contextmanager
    def _held(self, steps: Steps, ground: Ground) -> Iterator[None]:
        """Let go of the walk, however it ends."""
        try:
            yield
        except LostWalkError:
            raise RefusedWalkError("somebody else walks this site by now; try again in a minute.") from None
        except TrackerError as error:
            failing = Failing(TicketRef(steps.walk.site, ""), error, steps.walk.attempts, self.now(), 0.0)
            with writing(self.engine) as conn:
                fail_walk(conn, steps.walk, steps.asked, failing)
            raise
        except BaseException:
            rest(steps, ground, steps.walk.next_at)
            raise


def _pause(conn: Connection, name: str, now: datetime) -> str | None:
    row = conn.execute(
        select(sites.c.paused_until, sites.c.reason).where(sites.c.name == name, sites.c.paused_until > now)
    ).one_or_none()
    if row is None:
        return None
    return (
        f"the site is paused until {row.paused_until:%Y-%m-%d %H:%M:%SZ} ({row.reason}); no request is sent meanwhile."
    )
