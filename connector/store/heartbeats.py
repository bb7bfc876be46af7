"""Signs of life: each process says regularly that it is there, and whether it is in trouble."""

import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select

from connector.store.tables import heartbeats
from connector.store.upsert import upsert

KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One process's last sign of life; `kind` is worker (one for each slot), notifier or timekeeper."""

    kind: str
    name: str
    host: str
    pid: int
    at: datetime
    trouble: str | None


def beat(conn: Connection, kind: str, name: str, now: datetime, trouble: str | None = None) -> None:
    """Say that this process is there; `trouble` tells a person what it can't do at the moment."""
    row = {"kind": kind, "name": name, "host": socket.gethostname(), "pid": os.getpid(), "at": now}
    upsert(conn, heartbeats, {**row, "trouble": trouble})


def stop_beating(conn: Connection, kind: str, name: str) -> None:
    """Say that this process ends on purpose."""
    conn.execute(delete(heartbeats).where(heartbeats.c.kind == kind, heartbeats.c.name == name))


def latest(conn: Connection) -> tuple[Heartbeat, ...]:
    """Return the last sign of life of every process that gave one within the hour, by kind and name."""
    rows = conn.execute(select(heartbeats).order_by(heartbeats.c.kind, heartbeats.c.name))
    return tuple(Heartbeat(row.kind, row.name, row.host, row.pid, row.at, row.trouble) for row in rows)


def forget_ended(conn: Connection, silent_since: datetime) -> None:
    """Forget this machine's processes that have been silent since then and run no more; a frozen one still runs."""
    columns = heartbeats.c
    here = select(columns.pid).where(columns.host == socket.gethostname(), columns.at <= silent_since)
    ended = [pid for pid in conn.execute(here).scalars() if not _runs(pid)]
    if ended:
        gone = (columns.host == socket.gethostname(), columns.at <= silent_since, columns.pid.in_(ended))
        conn.execute(delete(heartbeats).where(*gone))


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # it is somebody else's
    return True


def purge_heartbeats(conn: Connection, now: datetime) -> None:
    """Forget processes that have been silent for an hour."""
    conn.execute(delete(heartbeats).where(heartbeats.c.at < now - KEPT_FOR))
