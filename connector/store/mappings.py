"""The mappings in force: a document with a version, who changed what, and when each mapping first applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from connector.store.agenda import put_open_tickets
from connector.store.postgres import lock
from connector.store.tables import first_applied, mappings
from connector.store.upsert import insert_once
from connector.trackers.port import Rank

_VERSION = select(func.coalesce(func.max(mappings.c.version), 0))


@dataclass(frozen=True, slots=True)
class StoredMappings:
    """The document in force; `first_applied` by mapping name says since when each one has been known."""

    version: int
    text: str
    applied_at: datetime
    who: str
    changed: str
    first_applied: Mapping[str, datetime]


def save_mappings(  # noqa: PLR0913, PLR0917  # one row's worth of facts
    conn: Connection, text: str, changed: str, who: str, names: Iterable[str], now: datetime
) -> int:
    """Put a checked document in force and every open ticket on the agenda; return its version.

    An unchanged document keeps its version and wakes nothing.
    """
    lock(conn, "mappings")  # of two admins at once the second sees what the first applied
    version = mappings_version(conn)
    standing = conn.execute(select(mappings.c.document).where(mappings.c.version == version)).scalar_one_or_none()
    if standing == text:
        return version
    row = {"version": version + 1, "document": text, "applied_at": now, "who": who, "changed": changed}
    conn.execute(insert(mappings).values(**row))
    for name in names:
        insert_once(conn, first_applied, {"mapping": name, "applied_at": now})
    put_open_tickets(conn, None, Rank.RECOMPUTE, now)
    return version + 1


def current_mappings(conn: Connection) -> StoredMappings | None:
    """Return the document in force, if one was ever applied."""
    newest = conn.execute(select(mappings).order_by(mappings.c.version.desc()).limit(1)).one_or_none()
    if newest is None:
        return None
    first = {row.mapping: row.applied_at for row in conn.execute(select(first_applied))}
    return StoredMappings(newest.version, newest.document, newest.applied_at, newest.who, newest.changed, first)


def mappings_version(conn: Connection) -> int:
    """Return the version in force; 0 before the first `apply`."""
    version: int = conn.execute(_VERSION).scalar_one()
    return version
