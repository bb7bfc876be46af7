"""Open the database, lazily and once a process, and the two ways to talk to it: reading and writing."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from connector.store.filelock import FileLock, LockError
from connector.store.postgres import postgres_engine, unusable
from connector.store.sqlite import sqlite_engine

_opened: dict[tuple[int, str], Engine] = {}
_locks: dict[tuple[int, str], FileLock] = {}
_READS = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class StoreAway(Exception):  # noqa: N818  # it names a state of the world
    """The database can't be reached or is locked; nothing was stored. Trying again later helps."""


def open_engine(database_url: str) -> Engine:
    """Return this process's engine for a database. Nothing is opened yet, and nothing survives a fork.

    Raise StoreAway where the database's driver is not installed.
    """
    place = (os.getpid(), database_url)
    if place not in _opened:
        _opened[place] = sqlite_engine(database_url) if database_url.startswith("sqlite") else _server(database_url)
    return _opened[place]


def _server(database_url: str) -> Engine:
    try:
        return postgres_engine(database_url)
    except ImportError as error:
        raise StoreAway(
            f"The driver for this database is not installed ({error}). Write postgresql:// without naming one."
        ) from error


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection inside one transaction that only reads, and sees one moment. Raise StoreAway."""
    with _named(), engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.execution_options(**_READS)
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
    except DBAPIError as error:
        if not unusable(error):
            raise
        raise _away(str(error.orig)) from error
    except (PoolTimeoutError, LockError) as error:
        raise _away(str(error)) from error


def _away(why: str) -> StoreAway:
    return StoreAway(f"The database can't be used now: {' '.join(why.split())}. Is it there, writable and not full?")


def shown_url(database_url: str) -> str:
    """Return the address without its password, for logs and errors."""
    return make_url(database_url).render_as_string(hide_password=True)
