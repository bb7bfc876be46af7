"""Insert or update in one statement, which SQLAlchemy spells by the database's dialect; each is composed only once."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(dialect: str, table: Table) -> Any:
    """Return the dialect's own insert, which knows what to do on a conflict."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def upsert(conn: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row, or where its key stands already change it to this one."""
    conn.execute(_upsert(conn.dialect.name, table, tuple(row)), dict(row))


def insert_once(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its key stands already; say whether it was new."""
    return conn.execute(_insert_once(conn.dialect.name, table), dict(row)).first() is not None


def insert_all_once(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> Sequence[Row[Any]]:
    """Insert rows unless their keys stand already, in one statement; return the keys of those that were new."""
    return conn.execute(_insert_once(conn.dialect.name, table), rows).all() if rows else ()


@cache
def _upsert(dialect: str, table: Table, columns: tuple[str, ...]) -> Any:
    insert, unique = insert_into(dialect, table), [column.name for column in table.primary_key]
    changed = {name: insert.excluded[name] for name in columns if name not in unique}
    return insert.on_conflict_do_update(index_elements=unique, set_=changed)


@cache
def _insert_once(dialect: str, table: Table) -> Any:
    return insert_into(dialect, table).on_conflict_do_nothing().returning(*table.primary_key)
