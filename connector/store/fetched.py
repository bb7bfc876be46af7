"""The last fetched state of each ticket, whole: what a change of mappings or policies is tried on beforehand."""

import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from pydantic import TypeAdapter
from sqlalchemy import Connection, Text, bindparam, delete, exists, select

from connector.store.tables import fetched, tickets
from connector.store.upsert import upsert
from policies.model import Ticket, TicketRef

KEPT_FOR = timedelta(days=90)
"""How long a ticket that has ended is kept whole; one that is opened again is fetched anew."""

_TICKET = TypeAdapter(Ticket)
_SITE, _ID = bindparam("of_site", type_=Text), bindparam("of_ticket", type_=Text)
_MINE = (fetched.c.site == _SITE, fetched.c.ticket == _ID)
_DOCUMENT = select(fetched.c.document).where(*_MINE)
_KEPT = select(fetched.c.digest, fetched.c.updated_at).where(*_MINE)


@dataclass(frozen=True, slots=True)
class Kept:
    """Which state of a ticket is stored."""

    digest: str
    updated_at: datetime


def keep_fetched(conn: Connection, ticket: Ticket, now: datetime, before: Kept | None = None) -> None:
    """Store a ticket as it was fetched, unless that very state is stored already, as `before` tells."""
    kept = Kept(digest_of(ticket), ticket.updated_at)
    if kept == before:
        return
    row = {
        "site": ticket.ref.site,
        "ticket": ticket.ref.id,
        "document": zlib.compress(_TICKET.dump_json(ticket), 1),
        "digest": kept.digest,
        "updated_at": kept.updated_at,
        "fetched_at": now,
    }
    upsert(conn, fetched, row)


def kept_state(conn: Connection, ref: TicketRef) -> Kept | None:
    """Return which state of a ticket is stored, without reading it; None: none."""
    row = conn.execute(_KEPT, {"of_site": ref.site, "of_ticket": ref.id}).one_or_none()
    return None if row is None else Kept(row.digest, row.updated_at)


def fetched_ticket(conn: Connection, ref: TicketRef) -> Ticket | None:
    """Return a ticket as it was last fetched; None: never."""
    document = conn.execute(_DOCUMENT, {"of_site": ref.site, "of_ticket": ref.id}).scalar_one_or_none()
    return None if document is None else _TICKET.validate_json(zlib.decompress(document))


def purge_fetched(conn: Connection, now: datetime) -> int:
    """Forget the whole of tickets that ended long ago; return of how many. What was decided of them stays."""
    same = (tickets.c.site == fetched.c.site) & (tickets.c.ticket == fetched.c.ticket)
    old = delete(fetched).where(fetched.c.fetched_at < now - KEPT_FOR, exists().where(same, tickets.c.ended))
    return conn.execute(old).rowcount


def digest_of(ticket: Ticket) -> str:
    """Name what a ticket holds beside dueby's own fields: another name, another ticket to decide about."""
    bare = replace(ticket, held={}, updated_at=ticket.created_at)
    return sha256(_TICKET.dump_json(bare)).hexdigest()
