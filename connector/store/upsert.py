"""Insert or update in one statement, which SQLAlchemy spells by the database's dialect."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(conn: Connection, table: Table, row: Mapping[str, Any], change: Mapping[str, Any] | None = None) -> None:
    """Insert a row; where its key stands already, set `change` instead (default: all of `row`)."""
    unique = _unique(table)
    insert = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
    changed = {name: value for name, value in (row if change is None else change).items() if name not in unique}
    conn.execute(insert.values(**row).on_conflict_do_update(index_elements=unique, set_=changed))


def insert_once(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert a row unless its key stands already; say whether it was new."""
    insert = (sqlite if conn.dialect.name == "sqlite" else postgresql).insert(table)
    return conn.execute(insert.values(**row).on_conflict_do_nothing()).rowcount == 1


def _unique(table: Table) -> list[str]:
    """Name the columns that say which row it is: site and ticket where a row also has a number of its own."""
    keyed = [column.name for column in table.primary_key]
    return ["site", "ticket"] if keyed == ["id"] else keyed
