"""Bring the database's tables up to date; safe for several processes at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

from connector.store.engine import StoreAway, reading, writing
from connector.store.postgres import lock

_FOLDER = Path(__file__).with_name("migrations")


def upgrade(engine: Engine) -> bool:
    """Migrate to the newest tables, all in one transaction; say whether anything changed. Raise StoreAway."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with reading(engine) as connection:
        if _standing(connection) == newest:
            return False
    with writing(engine) as connection:
        _take_time(connection)
        lock(connection, "upgrade")
        if _standing(connection) == newest:
            return False
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise StoreAway(f"The database's tables are of another dueby ({error}). Is this one too old?") from error
    return True


def _take_time(connection: Connection) -> None:
    """Lift the limits that keep everyday statements short: a big table takes long, and others wait for who migrates."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '10min'"))


def _standing(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
