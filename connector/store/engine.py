"""Open the database, lazily and once a process, and the two ways to talk to it: reading and writing."""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from sqlite3 import Connection as SQLiteConnection
from sqlite3 import OperationalError as SQLiteError
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from connector.store.filelock import FileLock, LockError

BUSY_SECONDS = 10
_POOL = 20
_opened: dict[tuple[int, str], Engine] = {}
_locks: dict[tuple[int, str], FileLock] = {}


class StoreAway(Exception):  # noqa: N818  # it names a state of the world
    """The database can't be reached or is locked; nothing was stored. Trying again later helps."""


def open_engine(database_url: str) -> Engine:
    """Return this process's engine for a database. Nothing is opened yet, and nothing survives a fork.

    Raise StoreAway where the database's driver is not installed.
    """
    place = (os.getpid(), database_url)
    if place not in _opened:
        _opened[place] = _sqlite(database_url) if database_url.startswith("sqlite") else _server(database_url)
    return _opened[place]


def _server(database_url: str) -> Engine:
    try:
        return create_engine(database_url, pool_pre_ping=True, pool_timeout=BUSY_SECONDS)
    except ImportError as error:
        raise StoreAway(
            f"The driver for this database is not installed ({error}). Install it beside dueby, or use sqlite:///file."
        ) from error


def _sqlite(database_url: str) -> Engine:
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
        except SQLiteError as error:
            if "locked" not in str(error):
                raise
            time.sleep(0.05)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one transaction that only reads. Raise StoreAway."""
    with _named(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one transaction, committed at the end, rolled back on an error. Raise StoreAway.

    Keep it short: no request goes out inside it.
    """
    with _named(), _queue(engine), engine.connect() as connection:
        connection.execution_options(begin="BEGIN IMMEDIATE")
        with connection.begin():
            yield connection


def _queue(engine: Engine) -> AbstractContextManager[None]:
    file = engine.url.database
    if engine.dialect.name != "sqlite" or not file or file == ":memory:":
        return nullcontext()
    place = (os.getpid(), file)
    if place not in _locks:
        _locks.setdefault(place, FileLock(Path(f"{file}.lock")))
    return _locks[place].held()


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeoutError, LockError) as error:
        raise StoreAway(
            f"The database can't be used now: {_why(error)}. Is it there, writable and not full?"
        ) from error


def _why(error: Exception) -> str:
    return " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())


def shown_url(database_url: str) -> str:
    """Return the address without its password, for logs and errors."""
    return make_url(database_url).render_as_string(hide_password=True)
