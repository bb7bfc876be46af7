"""The settings of a process in a test: one site, and the test's own database."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from connector.settings import Settings
from tests.worker.conftest import SITE


def settings_on(engine: Engine, folder: Path, **other: Any) -> Settings:
    """Give settings for a database; `other` are those that differ."""
    plain = Settings(
        config=folder / "dueby.yaml",
        policies=None,
        public_url=None,
        alerts=None,
        sites={"acme": SITE},
        database_url=engine.url.render_as_string(hide_password=False),
        redis_url=None,
        data=folder,
        port=8000,
        bind="127.0.0.1",
        workers=2,
    )
    return replace(plain, **other)
