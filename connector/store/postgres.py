"""PostgreSQL through psycopg: how long it may take, what counts as being away, and locks that only it needs."""

from typing import Any
from zlib import crc32

from psycopg import Connection as Psycopg
from psycopg.types.string import StrDumperUnknown
from sqlalchemy import URL, ColumnElement, Connection, Engine, Select, collate, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError

PATIENCE_SECONDS = 10
_POOL = 10
_SERVERS = {"postgres", "postgresql"}
_CONNECTING = {
    "connect_timeout": PATIENCE_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "application_name": "dueby",
}
_SESSION = {
    "statement_timeout": f"{PATIENCE_SECONDS}s",
    "lock_timeout": f"{PATIENCE_SECONDS}s",
    "idle_in_transaction_session_timeout": "60s",
    "jit": "off",  # our statements are over before one is compiled
}
_LATER = frozenset(
    {
        "25006",  # read only: a standby, or a disk that is nearly full
        "25P03",  # idle in a transaction for too long
        "25P04",  # a transaction that took too long
        "42P01",  # a table or
        "42703",  # a column that is missing: not migrated yet
        "42501",  # no right to it
    }
)


def postgres_engine(database_url: str) -> Engine:
    """Return an engine for a database on a server; nothing is opened yet. Raise ImportError without its driver."""
    engine = create_engine(
        with_driver(database_url),
        connect_args=_CONNECTING,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=_POOL,
        pool_timeout=PATIENCE_SECONDS,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def with_driver(database_url: str) -> URL:
    """Return the address with psycopg 3 as its driver, unless it names one; `postgres://` is an older spelling."""
    url = make_url(database_url)
    return url.set(drivername="postgresql+psycopg") if url.drivername in _SERVERS else url


def unusable(error: DBAPIError) -> bool:
    """Say whether the database is away, locked, full, read only or not migrated: whatever a later try may find mended.

    What a statement itself got wrong, as a value that doesn't fit, is none of these.
    """
    if isinstance(error, OperationalError) or error.connection_invalidated or error.statement is None:
        return True
    return getattr(error.orig, "sqlstate", None) in _LATER


def lock(conn: Connection, name: str) -> None:
    """Let one transaction at a time pass, to its end. On SQLite whoever writes is alone already."""
    if conn.dialect.name != "sqlite":
        conn.execute(select(func.pg_advisory_xact_lock(crc32(f"dueby {name}".encode()))))


def unheld(chosen: Select[tuple[int]]) -> Select[tuple[int]]:
    """Narrow a choice of rows to those that no other transaction holds, and hold them; SQLite has no others."""
    rows = chosen.with_for_update(skip_locked=True).cte("unheld").prefix_with("MATERIALIZED")
    return select(rows.c.id)


def in_turn(dialect: str, chosen: Select[tuple[int]], *order: ColumnElement[str]) -> Select[tuple[int]]:
    """Hold the chosen rows one after the other, in an order that all writers share: no two wait for each other."""
    if dialect == "sqlite":
        return chosen
    by_letters = (collate(column, "C") for column in order)  # as Python sorts, whatever the database's language
    rows = chosen.order_by(*by_letters).with_for_update().cte("in_turn").prefix_with("MATERIALIZED")
    return select(rows.c.id)


class _Text(StrDumperUnknown):
    """Leave out the one character that PostgreSQL can't keep in a text."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", ""))


def _prepare(connection: Psycopg[Any], _record: Any) -> None:
    connection.adapters.register_dumper(str, _Text)
    connection.autocommit = True  # a SET inside a transaction that is rolled back would be undone
    for name, value in _SESSION.items():
        connection.execute(f"SET {name} = '{value}'")
    connection.autocommit = False
