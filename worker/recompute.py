"""Put the open tickets that changed policies touch on the agenda, once, whichever timekeeper sees the change."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection, Engine

from connector.store.agenda import put_open_tickets
from connector.store.engine import writing
from connector.store.notes import note, noted
from connector.trackers.port import Rank
from policies.touched import under_policies
from worker.rules import Rules

_SAME_AGAIN = timedelta(minutes=10)
"""How soon one set of policies is announced again: timekeepers that read different ones would do so at each tick."""
_POLICIES = "policies"
_log = structlog.get_logger(__name__)


class Recompute:
    """Announces the policies in force; a change waits for a second look, so that workers have read it meanwhile."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._seen: Mapping[str, str] | None = None
        self._announced: tuple[Mapping[str, str], datetime] | None = None

    def look(self, engine: Engine, now: datetime) -> None:
        """Compare the policies' versions with those last announced. Raise StoreAway."""
        versions, before = self._rules.versions(), self._seen
        self._seen = versions
        if before != versions or self._just_announced(versions, now):
            return
        with writing(engine) as conn:
            standing = noted(conn, _POLICIES)
            if standing is not None and json.loads(standing) == versions:
                return
            note(conn, _POLICIES, json.dumps(versions, sort_keys=True))
            count = 0 if standing is None else self._wake(conn, json.loads(standing), versions, now)
        self._announced = versions, now
        _log.info("policies_in_force", recompute=count)

    def _wake(self, conn: Connection, standing: Mapping[str, str], versions: Mapping[str, str], now: datetime) -> int:
        changed = {name for name in {*standing, *versions} if standing.get(name) != versions.get(name)}
        touched = under_policies(self._rules.in_force(conn).mappings, changed)
        return put_open_tickets(conn, touched, Rank.RECOMPUTE, now, _POLICIES)

    def _just_announced(self, versions: Mapping[str, str], now: datetime) -> bool:
        if self._announced is None:
            return False
        announced, at = self._announced
        return announced == versions and now - at < _SAME_AGAIN
