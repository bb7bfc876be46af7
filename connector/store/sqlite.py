"""SQLite: write-ahead, transactions that we begin ourselves, and patience with whoever writes now."""

import time
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

BUSY_SECONDS = 10
_POOL = 20


def sqlite_engine(database_url: str) -> Engine:
    """Return an engine for a database in a file; nothing is opened yet."""
    options = {"timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(database_url, connect_args=options, pool_timeout=BUSY_SECONDS, pool_size=_POOL)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SQLiteConnection, _record: Any) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA foreign_keys=ON")
    _write_ahead(connection)


def _write_ahead(connection: SQLiteConnection) -> None:
    """Turn WAL on; SQLite does not wait for this one lock by itself."""
    for _ in range(BUSY_SECONDS * 20):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
