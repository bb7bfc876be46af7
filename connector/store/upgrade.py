"""Bring the database's tables up to date; safe for several processes at once."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from connector.store.engine import StoreAway, reading, writing
from connector.store.postgres import lock

_FOLDER = Path(__file__).with_name("migrations")


def upgrade(engine: Engine) -> bool:
    """Migrate to the newest tables, all in one transaction; say whether anything changed. Raise StoreAway."""
    with reading(engine) as connection:
        if _is_current(connection):
            return False
    with writing(engine) as connection:
        _take_time(connection)
        lock(connection, "upgrade")
        if _is_current(connection):
            return False
        command.upgrade(configured(connection), "head")
    return True


def configured(connection: Connection) -> Config:
    """Return alembic's configuration for migrations in a transaction that is open already."""
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _is_current(connection: Connection) -> bool:
    """Say whether the tables are those of this dueby. Raise StoreAway where they are of a newer one."""
    scripts = ScriptDirectory.from_config(configured(connection))
    newest, standing = scripts.get_current_head(), MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    if standing is not None and standing not in known:
        raise StoreAway(
            f"The database's tables are of a newer dueby (revision {standing}, this one knows up to {newest}). "
            "Install that dueby here, or restore the backup that was made before its upgrade."
        )
    return standing == newest


def _take_time(connection: Connection) -> None:
    """Lift the limits that keep everyday statements short: a big table takes long, and others wait for who migrates."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = '10min'"))
