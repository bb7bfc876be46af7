"""The plan of notices in SQL: what is put and cancelled, what a claim in between changes, and what is purged."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, insert, select, text, update

from connector.store.engine import reading, writing
from connector.store.notices import keep_plan, purge_notices, standing_notices
from connector.store.open_cycles import keep_open_rows, rows_for
from connector.store.tables import notices
from policies.decision import OpenCycle
from policies.model import State, TicketRef
from policies.notices import Notice, NoticeState, Standing
from policies.replan import Plan

REF, OTHER = TicketRef("acme", "10001"), TicketRef("acme", "10002")
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def notice(step: str = "breach", **more: Any) -> Notice:
    facts: dict[str, Any] = {
        "metric": "first_response",
        "start_at": START,
        "due_at": DUE,
        "step": step,
        "channel": "team",
        "repetition": 0,
        "send_at": DUE + timedelta(seconds=1),
    }
    return Notice(**facts | more)


EARLY = notice("75%", send_at=datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
BREACH = notice()
AGAIN = notice(repetition=1, send_at=DUE + timedelta(minutes=30))


def planned(engine: Engine, *which: Notice, ref: TicketRef = REF) -> None:
    with writing(engine) as conn:
        assert keep_plan(conn, ref, Plan(which, ()))


def cancelled(engine: Engine, which: Notice, reason: str = "answered") -> bool:
    with writing(engine) as conn:
        return keep_plan(conn, REF, Plan((), ((which, reason),)))


def standing(engine: Engine, ref: TicketRef = REF) -> tuple[Standing, ...]:
    with reading(engine) as conn:
        return standing_notices(conn, ref)


def row(engine: Engine, which: Notice = BREACH) -> dict[str, Any]:
    mine = (notices.c.ticket == REF.id, notices.c.step == which.step, notices.c.repetition == which.repetition)
    with reading(engine) as conn:
        return dict(conn.execute(select(notices).where(*mine)).mappings().one())


def become(engine: Engine, state: NoticeState, **more: Any) -> None:
    """Do to the ticket's notices as a notifier does."""
    with writing(engine) as conn:
        conn.execute(update(notices).where(notices.c.ticket == REF.id).values(state=state.value, **more))


def test_what_is_planned_stands_in_the_order_in_which_it_goes_out(engine: Engine) -> None:
    planned(engine, AGAIN, EARLY, BREACH)
    planned(engine, notice(channel="lead"), ref=OTHER)
    assert standing(engine) == tuple(Standing(one, NoticeState.PLANNED) for one in (EARLY, BREACH, AGAIN))


def test_a_planned_notice_is_to_be_sent_at_its_moment_and_was_never_tried(engine: Engine) -> None:
    planned(engine, BREACH)
    assert row(engine) | {"id": 0} == {
        "id": 0,
        "site": "acme",
        "ticket": "10001",
        "metric": "first_response",
        "start_at": START,
        "due_at": DUE,
        "step": "breach",
        "channel": "team",
        "repetition": 0,
        "send_at": DUE + timedelta(seconds=1),
        "state": "planned",
        "reason": None,
        "next_at": DUE + timedelta(seconds=1),
        "busy_until": datetime(1970, 1, 1, tzinfo=UTC),
        "token": None,
        "attempts": 0,
        "doubtful": False,
        "sent_at": None,
        "error": None,
        "since": None,
        "incident": None,
    }


def test_a_cancelled_notice_keeps_the_reason(engine: Engine) -> None:
    planned(engine, BREACH, AGAIN)
    assert cancelled(engine, BREACH, "paused")
    assert standing(engine) == (Standing(BREACH, NoticeState.CANCELLED), Standing(AGAIN, NoticeState.PLANNED))
    assert row(engine)["reason"] == "paused"


def test_a_notice_that_gave_up_can_be_cancelled_and_is_not_tried_hourly_for_ever(engine: Engine) -> None:
    planned(engine, BREACH)
    become(engine, NoticeState.FAILED, attempts=10)
    assert cancelled(engine, BREACH)
    assert row(engine)["state"] == "cancelled"


@pytest.mark.parametrize("state", [NoticeState.SENDING, NoticeState.SENT], ids=["is being sent", "was sent"])
def test_a_notice_that_went_out_meanwhile_is_not_cancelled_and_the_plan_is_made_anew(
    engine: Engine, state: NoticeState
) -> None:
    planned(engine, BREACH)
    become(engine, state)
    with writing(engine) as conn:
        assert not keep_plan(conn, REF, Plan((notice("over"),), ((BREACH, "answered"),)))
    assert standing(engine) == (Standing(BREACH, state),), "nothing is put beside it either"


def test_a_claim_after_the_cancelling_finds_nothing(engine: Engine) -> None:
    planned(engine, BREACH)
    assert cancelled(engine, BREACH)
    with writing(engine) as conn:
        claim = update(notices).where(notices.c.state == "planned").values(state="sending")
        assert conn.execute(claim).rowcount == 0


def test_a_cancelled_notice_that_is_put_again_is_planned_at_its_new_moment_as_if_never_tried(engine: Engine) -> None:
    planned(engine, BREACH)
    become(
        engine,
        NoticeState.PLANNED,
        attempts=3,
        error="timeout",
        since=DUE,
        next_at=DUE + timedelta(hours=1),
        doubtful=True,
    )
    assert cancelled(engine, BREACH)
    later = replace(BREACH, send_at=DUE + timedelta(seconds=90))
    planned(engine, later)
    again = row(engine)
    assert (again["state"], again["reason"], again["send_at"], again["next_at"]) == (
        "planned",
        None,
        later.send_at,
        later.send_at,
    )
    assert (again["attempts"], again["error"], again["since"]) == (0, None, None)
    assert again["doubtful"], "it may have been received all the same"


MOVED = replace(BREACH, send_at=DUE + timedelta(minutes=5))


@pytest.mark.parametrize("state", [NoticeState.SENDING, NoticeState.SENT], ids=["is being sent", "was sent"])
def test_putting_what_went_out_changes_nothing(engine: Engine, state: NoticeState) -> None:
    planned(engine, BREACH)
    become(engine, state, attempts=4, token="mine")
    planned(engine, MOVED)
    kept = row(engine)
    assert (kept["state"], kept["attempts"], kept["token"], kept["send_at"]) == (state.value, 4, "mine", BREACH.send_at)


@pytest.mark.parametrize("state", [NoticeState.PLANNED, NoticeState.FAILED], ids=["is planned", "gave up"])
def test_putting_what_is_still_to_be_sent_moves_it(engine: Engine, state: NoticeState) -> None:
    planned(engine, BREACH)
    become(engine, state, attempts=4)
    planned(engine, MOVED)
    moved = row(engine)
    assert (moved["state"], moved["attempts"]) == ("planned", 0)
    assert (moved["send_at"], moved["next_at"]) == (MOVED.send_at, MOVED.send_at)


def test_of_several_to_cancel_one_that_went_out_has_the_plan_made_anew(engine: Engine) -> None:
    planned(engine, BREACH, AGAIN)
    with writing(engine) as conn:
        conn.execute(update(notices).where(notices.c.repetition == 0).values(state="sending"))
        assert not keep_plan(conn, REF, Plan((), ((BREACH, "answered"), (AGAIN, "answered"))))
    assert standing(engine) == (Standing(BREACH, NoticeState.SENDING), Standing(AGAIN, NoticeState.CANCELLED))


NOW = DUE + timedelta(days=200)
OLD, YOUNG = NOW - timedelta(days=91), NOW - timedelta(days=89)


@pytest.mark.parametrize(
    ("state", "at", "is_open", "kept"),
    [
        pytest.param(NoticeState.SENT, OLD, False, False, id="sent long ago, of a cycle that is over"),
        pytest.param(NoticeState.CANCELLED, OLD, False, False, id="cancelled long ago"),
        pytest.param(NoticeState.FAILED, OLD, False, False, id="given up and not tried for long"),
        pytest.param(NoticeState.SENT, YOUNG, False, True, id="sent less than 90 days ago"),
        pytest.param(NoticeState.SENT, OLD, True, True, id="sent long ago, of a cycle that is still open"),
        pytest.param(NoticeState.PLANNED, OLD, False, True, id="never sent"),
        pytest.param(NoticeState.SENDING, OLD, False, True, id="being sent"),
    ],
)
def test_purging(engine: Engine, state: NoticeState, at: datetime, is_open: bool, kept: bool) -> None:
    planned(engine, BREACH)
    become(engine, state, next_at=at)
    if is_open:
        cycle = OpenCycle(metric="first_response", start_at=START, state=State.BREACHED, due_at=DUE, level=2)
        with writing(engine) as conn:
            keep_open_rows(conn, REF, rows_for(REF, (cycle,), ()), ())
    with writing(engine) as conn:
        assert purge_notices(conn, NOW) == (0 if kept else 1)
    assert len(standing(engine)) == (1 if kept else 0)


def many(conn: Connection, count: int) -> None:
    """Store notices of other tickets, half of them sent, and let the database know how many there are."""
    made = notice()
    facts = {name: getattr(made, name) for name in Notice.__slots__}
    conn.execute(
        insert(notices),
        [
            {
                **facts,
                "site": "acme",
                "ticket": f"other-{number // 8}",
                "repetition": number % 8,
                "state": "sent" if number % 2 else "planned",
                "next_at": DUE + timedelta(seconds=number),
            }
            for number in range(count)
        ],
    )


def test_an_attempt_that_may_have_been_received_is_known(engine: Engine) -> None:
    planned(engine, BREACH)
    with writing(engine) as conn:
        conn.execute(update(notices).values(doubtful=True))
    assert standing(engine) == (Standing(BREACH, NoticeState.PLANNED, doubtful=True),)


@pytest.fixture
def asked(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Collect what is asked of the database about notices."""
    collected: list[tuple[str, Any]] = []

    def collect(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if "notices" in statement:
            collected.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", collect)
    yield collected
    event.remove(engine, "before_cursor_execute", collect)


def test_among_100_000_notices_those_of_a_ticket_and_the_oldest_are_found_by_an_index(
    engine: Engine, asked: list[tuple[str, Any]]
) -> None:
    with writing(engine) as conn:
        many(conn, 100_000)
        conn.execute(text("ANALYZE"))
    asked.clear()
    assert not cancelled(engine, BREACH)
    assert standing(engine) == ()
    with writing(engine) as conn:
        assert purge_notices(conn, DUE + timedelta(days=90, seconds=10)) == 5
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with reading(engine) as conn:
        for statement, parameters in tuple(asked):
            steps = [" ".join(map(str, step)) for step in conn.exec_driver_sql(f"{explain} {statement}", parameters)]
            assert not [step for step in steps if "SCAN notices" in step or "Seq Scan on notices" in step], steps
    assert len(asked) >= 3
