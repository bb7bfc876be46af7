"""The cycles of a ticket that have ended, frozen with their verdicts, and its last receipt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from connector.store.tables import cycles, receipts
from connector.store.upsert import upsert
from policies.decision import Finished
from policies.model import State, TicketRef
from policies.receipt import Fact, fact_from_json, fact_to_json

_CYCLES = (
    select(cycles.c.document)
    .where(cycles.c.site == bindparam("of_site"), cycles.c.ticket == bindparam("of_ticket"))
    .order_by(cycles.c.number)
)


def finished_cycles(conn: Connection, ref: TicketRef) -> tuple[Finished, ...]:
    """Return a ticket's ended cycles, in the order in which they were stored."""
    rows = conn.execute(_CYCLES, {"of_site": ref.site, "of_ticket": ref.id})
    return tuple(finished_from_json(row.document) for row in rows)


def keep_cycles(conn: Connection, ref: TicketRef, finished: tuple[Finished, ...]) -> None:
    """Store exactly these ended cycles for a ticket."""
    conn.execute(delete(cycles).where(cycles.c.site == ref.site, cycles.c.ticket == ref.id))
    rows = [
        {
            "site": ref.site,
            "ticket": ref.id,
            "number": number,
            "metric": cycle.metric,
            "state": cycle.state.value,
            "start_at": cycle.start_at,
            "ended_at": cycle.ended_at,
            "due_at": cycle.due_at,
            "document": finished_to_json(cycle),
        }
        for number, cycle in enumerate(finished)
    ]
    if rows:
        conn.execute(insert(cycles), rows)


def keep_receipt(conn: Connection, ref: TicketRef, receipt: tuple[Fact, ...]) -> None:
    """Store a ticket's last receipt."""
    document = [fact_to_json(fact) for fact in receipt]
    upsert(conn, receipts, {"site": ref.site, "ticket": ref.id, "document": document})


def receipt_of(conn: Connection, ref: TicketRef) -> tuple[Fact, ...]:
    """Return a ticket's last receipt; empty before its first sync."""
    mine = (receipts.c.site == ref.site) & (receipts.c.ticket == ref.id)
    document = conn.execute(select(receipts.c.document).where(mine)).scalar_one_or_none()
    return tuple(map(fact_from_json, document or ()))


def finished_to_json(cycle: Finished) -> dict[str, object]:
    """Turn an ended cycle into what JSON can hold; instants as ISO 8601."""
    return {
        "metric": cycle.metric,
        "start_at": cycle.start_at.isoformat(),
        "ended_at": cycle.ended_at.isoformat(),
        "event": cycle.event,
        "state": cycle.state.value,
        "due_at": cycle.due_at.isoformat() if cycle.due_at else None,
        "level": cycle.level,
        "policy": cycle.policy,
        "policy_version": cycle.policy_version,
        "mapping": cycle.mapping,
        "mapping_version": cycle.mapping_version,
        "summary": fact_to_json(cycle.summary),
        "receipt": [fact_to_json(fact) for fact in cycle.receipt],
    }


def finished_from_json(data: Mapping[str, Any]) -> Finished:
    """Read back what `finished_to_json` wrote."""
    return Finished(
        metric=data["metric"],
        start_at=datetime.fromisoformat(data["start_at"]),
        ended_at=datetime.fromisoformat(data["ended_at"]),
        event=data["event"],
        state=State(data["state"]),
        due_at=datetime.fromisoformat(data["due_at"]) if data["due_at"] else None,
        level=data["level"],
        policy=data["policy"],
        policy_version=data["policy_version"],
        mapping=data["mapping"],
        mapping_version=data["mapping_version"],
        summary=fact_from_json(data["summary"]),
        receipt=tuple(map(fact_from_json, data["receipt"])),
    )
