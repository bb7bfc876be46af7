"""The trackers' own ids of webhook deliveries, kept a while so that a repeated delivery is known."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete

from connector.store.tables import deliveries
from connector.store.upsert import insert_all_once, insert_once

KEPT_FOR = timedelta(hours=25)


def record(conn: Connection, site: str, delivery_id: str | None, now: datetime) -> bool:
    """Write a delivery down; False: it came before. Without an id nothing is a duplicate."""
    if delivery_id is None:
        return True
    return insert_once(conn, deliveries, {"site": site, "delivery_id": delivery_id, "received_at": now})


def record_all(conn: Connection, received: Iterable[tuple[str, str, datetime]]) -> set[tuple[str, str]]:
    """Write deliveries down, (site, id, when) each, in one statement; return those that are new as (site, id)."""
    in_order = sorted(received)  # so that no two writers wait for each other
    rows = [{"site": site, "delivery_id": name, "received_at": at} for site, name, at in in_order]
    return {(row.site, row.delivery_id) for row in insert_all_once(conn, deliveries, rows)}


def purge(conn: Connection, now: datetime) -> int:
    """Forget deliveries older than a day and an hour; return how many."""
    return conn.execute(delete(deliveries).where(deliveries.c.received_at < now - KEPT_FOR)).rowcount
