"""Open cycles in SQL: exactly those decided last, each with its receipt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select

from connector.store.cycles import keep_receipt
from connector.store.engine import reading, writing
from connector.store.open_cycles import keep_open_rows, open_cycles_of, open_rows, rows_for
from connector.store.tables import open_cycles
from policies.decision import OpenCycle
from policies.model import State, TicketRef
from policies.receipt import Fact, Source

REF, OTHER = TicketRef("acme", "10001"), TicketRef("acme", "10002")
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
SHOWN = (Fact("target", {"duration": "PT6H", "level": 2}, Source("acme.md", "3.1", "six hours for level 2")),)
OWN = (Fact("target", {"duration": "P2D", "level": 2}),)


def cycle(**more: Any) -> OpenCycle:
    facts: dict[str, Any] = {
        "metric": "first_response",
        "start_at": START,
        "state": State.RUNNING,
        "due_at": DUE,
        "level": 2,
        "receipt": SHOWN,
    }
    return OpenCycle(**facts | more)


RESOLUTION = cycle(metric="resolution", due_at=DUE + timedelta(days=2), receipt=OWN)
PAUSED = cycle(metric="next_update", state=State.PAUSED, due_at=None, level=None, receipt=OWN)


def keep(engine: Engine, *cycles: OpenCycle, ref: TicketRef = REF) -> None:
    """Store as a sync does: the ticket's receipt is the one shown."""
    with writing(engine) as conn:
        keep_receipt(conn, ref, SHOWN)
        keep_open_rows(conn, ref, rows_for(ref, cycles, SHOWN), open_rows(conn, ref))


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param((), (cycle(),), id="one opens"),
        pytest.param((cycle(),), (), id="the only one ends"),
        pytest.param((cycle(), RESOLUTION), (RESOLUTION,), id="one of two ends"),
        pytest.param((cycle(),), (cycle(), PAUSED, RESOLUTION), id="others open beside it"),
        pytest.param((cycle(),), (cycle(state=State.PAUSED, due_at=None),), id="it is paused"),
        pytest.param((cycle(),), (cycle(start_at=START + timedelta(days=1)),), id="a new one takes its place"),
        pytest.param((RESOLUTION,), (cycle(metric="resolution", receipt=()),), id="only its receipt changes"),
    ],
)
def test_exactly_the_cycles_decided_last_stand(
    engine: Engine, first: tuple[OpenCycle, ...], then: tuple[OpenCycle, ...]
) -> None:
    keep(engine, cycle(), ref=OTHER)
    keep(engine, *first)
    keep(engine, *then)
    with reading(engine) as conn:
        assert {one.metric: one for one in open_cycles_of(conn, REF)} == {
            one.metric: one if one.receipt else cycle(metric=one.metric) for one in then
        }
        assert open_cycles_of(conn, OTHER) == (cycle(),)


def test_a_receipt_that_is_the_ticket_s_is_not_stored_twice(engine: Engine) -> None:
    keep(engine, cycle(), RESOLUTION)
    with reading(engine) as conn:
        stored = {row.metric: row.receipt for row in conn.execute(select(open_cycles))}
    assert stored["first_response"] == []
    assert [fact["rule"] for fact in stored["resolution"]] == ["target"]


def test_what_did_not_change_is_not_written_again(engine: Engine) -> None:
    keep(engine, cycle(), PAUSED, RESOLUTION)
    written: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "open_cycles" in statement and not statement.startswith("SELECT"):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    keep(engine, RESOLUTION, cycle(), PAUSED)
    assert written == []
    keep(engine, RESOLUTION)
    assert len(written) == 2
    event.remove(engine, "before_cursor_execute", note)
