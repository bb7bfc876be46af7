"""Small facts that processes share by name."""

from sqlalchemy import Connection, select

from connector.store.tables import notes
from connector.store.upsert import upsert


def note(conn: Connection, name: str, value: str) -> None:
    """Write a fact down under its name."""
    upsert(conn, notes, {"name": name, "value": value})


def noted(conn: Connection, name: str) -> str | None:
    """Return the fact of that name, if one was written down."""
    return conn.execute(select(notes.c.value).where(notes.c.name == name)).scalar_one_or_none()
