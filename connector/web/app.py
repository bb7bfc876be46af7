"""The web application as one process runs it: the settings joined with the store, the queue and the time."""

import os
from pathlib import Path

from flask import Flask

from connector import time_source
from connector.queue import feed_site, open_redis
from connector.settings import Settings, load_settings
from connector.store.engine import open_engine
from connector.web.feeder import Feeder
from connector.web.health import missing_parts
from connector.web.intake import Intake
from connector.web.metrics import metrics_of
from connector.web.routes import Ports, join


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application; without settings they are read from the environment and the present folder.

    Nothing is opened before the first request, so a process may fork in between. Raise FaultsError.
    """
    chosen = settings or load_settings(os.environ, Path.cwd())
    feeder = Feeder(lambda site: _feed(chosen, site))
    intake = Intake(lambda: open_engine(chosen.database_url))
    return join(
        Ports(
            sites=chosen.sites,
            store=intake.store,
            feed=feeder.feed,
            missing=lambda: missing_parts(chosen, time_source.now()),
            metrics=lambda: metrics_of(chosen, time_source.now()),
            now=time_source.now,
        )
    )


def _feed(settings: Settings, site: str) -> None:
    """Feed one site; without a Redis that answers no row is reserved, for nobody would take it."""
    if settings.redis_url is None:
        return
    redis = open_redis(settings.redis_url)
    redis.ping()
    feed_site(open_engine(settings.database_url), redis, settings.sites[site], settings.workers, time_source.now())
