"""The mappings in force: a document with a version, who changed what, and when each mapping first applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from connector.scopes import newly_matched
from connector.store.agenda import put_open_tickets
from connector.store.postgres import lock
from connector.store.tables import first_applied, mappings
from connector.store.upsert import insert_once
from connector.store.walk_plan import wish_open
from connector.trackers.port import Rank
from policies.touched import Touched

_VERSION = select(func.coalesce(func.max(mappings.c.version), 0))
_SILENT_FROM = select(func.max(mappings.c.applied_at)).where(mappings.c.silent)


@dataclass(frozen=True, slots=True)
class StoredMappings:
    """The document in force; `first_applied` by mapping name says since when each one has been known.

    `silent_from`: no step that lies before it is raised, as the last silent `apply` asked.
    """

    version: int
    text: str
    applied_at: datetime
    who: str
    changed: str
    first_applied: Mapping[str, datetime]
    silent_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """What goes with a document: what changed in words, who applies it, its mappings' names, what it touches.

    `touched` None: everything. `silent`: nothing that is past by now is to be told.
    """

    changed: str
    who: str
    names: tuple[str, ...]
    touched: Touched | None = None
    silent: bool = False


def wait_for_turn(conn: Connection) -> None:
    """Let one admin at a time read what is in force and put something else in its place, to the transaction's end."""
    lock(conn, "mappings")


def save_mappings(conn: Connection, text: str, applying: Applying, now: datetime) -> int:
    """Put a checked document in force and the open tickets that it touches on the agenda; return its version.

    An unchanged document keeps its version and wakes nothing. Where a mapping is new, or matches otherwise than before,
    its site's open tickets are walked once.
    """
    wait_for_turn(conn)
    version = mappings_version(conn)
    standing = conn.execute(select(mappings.c.document).where(mappings.c.version == version)).scalar_one_or_none()
    if standing == text:
        return version
    facts = {"who": applying.who, "changed": applying.changed, "silent": applying.silent}
    conn.execute(insert(mappings).values(version=version + 1, document=text, applied_at=now, **facts))
    for name in applying.names:
        insert_once(conn, first_applied, {"mapping": name, "applied_at": now})
    for site, scope in newly_matched(standing, text).items():
        wish_open(conn, site, scope.projects)
    put_open_tickets(conn, applying.touched, Rank.RECOMPUTE, now)
    return version + 1


def current_mappings(conn: Connection) -> StoredMappings | None:
    """Return the document in force, if one was ever applied."""
    newest = conn.execute(select(mappings).order_by(mappings.c.version.desc()).limit(1)).one_or_none()
    if newest is None:
        return None
    first = {row.mapping: row.applied_at for row in conn.execute(select(first_applied))}
    silent_from = conn.execute(_SILENT_FROM).scalar_one()
    return StoredMappings(
        newest.version, newest.document, newest.applied_at, newest.who, newest.changed, first, silent_from
    )


def mappings_version(conn: Connection) -> int:
    """Return the version in force; 0 before the first `apply`."""
    version: int = conn.execute(_VERSION).scalar_one()
    return version
