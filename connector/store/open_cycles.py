"""The cycles of a ticket that are still open, one a metric: what notices tell of."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Text, bindparam, delete, insert, select

from connector.store.cycles import receipt_of
from connector.store.tables import open_cycles
from policies.decision import OpenCycle
from policies.model import State, TicketRef
from policies.receipt import Fact, fact_from_json, fact_to_json

Row = Mapping[str, Any]

_MINE = (
    open_cycles.c.site == bindparam("of_site", type_=Text),
    open_cycles.c.ticket == bindparam("of_ticket", type_=Text),
)
_ROWS = select(open_cycles).where(*_MINE).order_by(open_cycles.c.metric)
_FORGET = delete(open_cycles).where(*_MINE)


def open_cycles_of(conn: Connection, ref: TicketRef) -> tuple[OpenCycle, ...]:
    """Return a ticket's open cycles by metric, each with its receipt."""
    rows = open_rows(conn, ref)
    shown = receipt_of(conn, ref) if any(not row["receipt"] for row in rows) else ()
    return tuple(_cycle(row, shown) for row in rows)


def open_rows(conn: Connection, ref: TicketRef) -> tuple[Row, ...]:
    """Return a ticket's open cycles as they are stored, by metric."""
    return tuple(map(dict, conn.execute(_ROWS, _named(ref)).mappings()))


def rows_for(ref: TicketRef, cycles: Sequence[OpenCycle], shown: tuple[Fact, ...]) -> tuple[Row, ...]:
    """Return open cycles as they are to be stored; the one that the ticket's own receipt is of has none of its own."""
    return tuple(_row(ref, cycle, shown) for cycle in sorted(cycles, key=lambda cycle: cycle.metric))


def keep_open_rows(conn: Connection, ref: TicketRef, rows: Sequence[Row], standing: Sequence[Row]) -> None:
    """Store exactly these open cycles for a ticket, where others stand."""
    if tuple(rows) == tuple(standing):
        return
    if standing:
        conn.execute(_FORGET, _named(ref))
    if rows:
        conn.execute(insert(open_cycles), list(rows))


def _named(ref: TicketRef) -> dict[str, str]:
    return {"of_site": ref.site, "of_ticket": ref.id}


def _row(ref: TicketRef, cycle: OpenCycle, shown: tuple[Fact, ...]) -> Row:
    return {
        "site": ref.site,
        "ticket": ref.id,
        "metric": cycle.metric,
        "start_at": cycle.start_at,
        "state": cycle.state.value,
        "due_at": cycle.due_at,
        "level": cycle.level,
        "receipt": [] if cycle.receipt == shown else [fact_to_json(fact) for fact in cycle.receipt],
    }


def _cycle(row: Row, shown: tuple[Fact, ...]) -> OpenCycle:
    return OpenCycle(
        metric=row["metric"],
        start_at=row["start_at"],
        state=State(row["state"]),
        due_at=row["due_at"],
        level=row["level"],
        receipt=tuple(map(fact_from_json, row["receipt"])) or shown,
    )
