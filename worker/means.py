"""The one place where what the notifier delivers with is put together."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

import structlog

from connector import time_source
from connector.notify.delivery import Means
from connector.settings import Settings
from connector.store.engine import open_engine
from connector.store.rates import counting
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from policies.faults import FaultsError
from policies.loader import load_policies
from policies.schema import Policy
from worker.mishaps import site_named
from worker.rules import Rules

_log = structlog.get_logger(__name__)


def means_of(settings: Settings, now: Callable[[], datetime] = time_source.now) -> Means:
    """Join the real parts for this process."""
    engine = open_engine(settings.database_url)

    @cache
    def tracker(name: str) -> Tracker:
        site = site_named(settings.sites, name)
        return open_tracker(site, now, counting(engine, site, now))

    return Means(
        engine=engine, policies=Names(settings).policies, tracker=tracker, now=now, public_url=settings.public_url
    )


class Names:
    """The policies, for the names that texts use: notices go out also where no good file was ever there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules: Rules | None = None
        self._shipped: Mapping[str, Policy] | None = None

    def policies(self) -> Mapping[str, Policy]:
        """Return the policies in force, or those that dueby brings along."""
        if self._rules is None:
            try:
                self._rules = Rules(self._settings.policies, self._settings.sites)
            except FaultsError as error:
                _log.error("policies_broken", faults=[str(fault) for fault in error.faults])
                self._shipped = self._shipped or load_policies(None)
                return self._shipped
        return self._rules.policies()
