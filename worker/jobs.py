"""The jobs that the queue knows by name; each worker process puts its parts together once, after the fork."""

import os
from pathlib import Path

from connector.settings import Settings, load_settings
from policies.model import TicketRef
from worker import sync as use_case
from worker.deps import Deps, make_deps
from worker.reconcile import reconcile as walk_site
from worker.rules import Rules

_prepared: list[tuple[Settings, Rules]] = []
_made: dict[int, Deps] = {}


def prepare(settings: Settings, rules: Rules) -> None:
    """Hand settings and rules on to the processes forked from this one; opens nothing."""
    _prepared[:] = [(settings, rules)]


def deps() -> Deps:
    """Return this process's parts, made at the first job. Raise FaultsError for bad settings."""
    pid = os.getpid()
    if pid not in _made:
        if not _prepared:
            settings = load_settings(os.environ, Path.cwd())
            prepare(settings, Rules(settings.policies, settings.sites))
        _made[pid] = make_deps(*_prepared[0])
    return _made[pid]


def sync(site: str, ticket: str) -> None:
    """Bring one ticket up to date. Twice is the same as once. Raise StoreAway: the row's lease lapses."""
    use_case.sync(TicketRef(site, ticket), deps())


def reconcile(site: str) -> None:
    """Walk a site's changed tickets, if that is due. Twice is the same as once. Raise StoreAway: its lease lapses."""
    walk_site(site, deps())
