"""Claims of notices, on SQLite and on PostgreSQL: who sends what, and what becomes of a claim that is not marked."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, select, text

from connector.store.claims import Failed, cancel, claim, give_back, mark_failed, mark_sent, put_off
from connector.store.due_notices import Waiting, due_channels, lately, waiting
from connector.store.engine import reading, writing
from connector.store.tables import agenda, notices

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def planned(
    engine: Engine, *send_at: datetime, channel: str = "team", ticket: str = "1", state: str = "planned"
) -> None:
    """Store one row a moment, as a sync does."""
    rows = [
        {
            "site": "acme",
            "ticket": ticket,
            "metric": "first_response",
            "start_at": NOON - timedelta(hours=2),
            "due_at": NOON + timedelta(hours=1),
            "step": "75%",
            "channel": channel,
            "repetition": number,
            "send_at": at,
            "next_at": at,
            "state": state,
        }
        for number, at in enumerate(send_at)
    ]
    with writing(engine) as conn:
        conn.execute(insert(notices), rows)


def look(engine: Engine, now: datetime = NOON, channel: str = "team", site: str | None = None) -> tuple[Waiting, ...]:
    with reading(engine) as conn:
        return waiting(conn, channel, site, now)


def take(engine: Engine, token: str, now: datetime = NOON) -> tuple[Waiting, ...]:
    with writing(engine) as conn:
        rows = waiting(conn, "team", None, now, lock=True)
        assert claim(conn, rows, token, now)
    return rows


def states(engine: Engine) -> list[str]:
    with reading(engine) as conn:
        return list(conn.execute(select(notices.c.state).order_by(notices.c.id)).scalars())


@pytest.mark.parametrize(
    ("state", "moment", "due"),
    [
        pytest.param("planned", NOON, True, id="planned for now"),
        pytest.param("planned", NOON + SECOND, False, id="planned for later"),
        pytest.param("failed", NOON, True, id="failed and to be tried now"),
        pytest.param("sending", NOON, True, id="claimed and lapsed"),
        pytest.param("sending", NOON + SECOND, False, id="claimed by another"),
        pytest.param("sending", NOON + timedelta(hours=1), True, id="claimed before the time was put back an hour"),
        pytest.param("sent", NOON, False, id="sent"),
        pytest.param("cancelled", NOON, False, id="cancelled"),
    ],
)
def test_a_channel_is_due_while_a_row_of_it_is(engine: Engine, state: str, moment: datetime, due: bool) -> None:
    planned(engine, moment, state=state)
    with reading(engine) as conn:
        assert due_channels(conn, NOON) == ((("team", "acme"),) if due else ())


def test_rows_of_this_minute_are_shown_ahead_and_those_of_the_next_are_not(engine: Engine) -> None:
    planned(engine, NOON - timedelta(minutes=5), NOON + 59 * SECOND, NOON + 60 * SECOND)
    assert [row.notice.repetition for row in look(engine)] == [0, 1]
    assert look(engine, site="other") == ()


def test_what_one_has_claimed_nobody_else_gets_until_it_lapses(engine: Engine) -> None:
    planned(engine, NOON)
    (row,) = take(engine, "mine")
    with writing(engine) as conn:
        assert not claim(conn, [row], "yours", NOON + 59 * SECOND)
    assert look(engine, NOON + 59 * SECOND) == ()
    (again,) = take(engine, "yours", NOON + 60 * SECOND)
    assert (row.doubtful, again.doubtful) == (False, True), "it may have been sent"
    with writing(engine) as conn:
        assert mark_sent(conn, "mine", NOON + 61 * SECOND) == 0, "it is another's by now"
        assert mark_sent(conn, "yours", NOON + 61 * SECOND) == 1
    assert states(engine) == ["sent"]


def test_two_notifiers_at_once_share_out_what_is_due(engine: Engine) -> None:
    planned(engine, *[NOON] * 30)
    together, taken = threading.Barrier(2), []

    def one(token: str) -> None:
        together.wait()
        for _ in range(30):
            with writing(engine) as conn:
                rows = waiting(conn, "team", None, NOON, lock=True)[:1]
                if rows and claim(conn, rows, token, NOON):
                    taken.append(rows[0].id)

    threads = [threading.Thread(target=one, args=(token,)) for token in ("mine", "yours")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken)) == 30


def test_a_failed_attempt_waits_and_keeps_since_when_it_fails(engine: Engine) -> None:
    planned(engine, NOON)
    take(engine, "a")
    with writing(engine) as conn:
        mark_failed(
            conn, "a", Failed(attempts=1, given_up=False, why="It answered 500.", next_at=NOON + 5 * SECOND), NOON
        )
    assert look(engine, NOON + 4 * SECOND)[0].next_at == NOON + 5 * SECOND
    (row,) = take(engine, "b", NOON + 5 * SECOND)
    given_up = Failed(attempts=10, given_up=True, why="It hangs.", next_at=NOON + 3600 * SECOND, doubtful=True)
    assert (row.attempts, row.doubtful) == (1, False)
    with writing(engine) as conn:
        mark_failed(conn, "b", given_up, NOON + 5 * SECOND)
    with reading(engine) as conn:
        stored = conn.execute(select(notices)).one()
    assert (stored.state, stored.attempts, stored.error, stored.since) == ("failed", 10, "It hangs.", NOON)
    assert take(engine, "c", NOON + 3600 * SECOND)[0].doubtful


def test_a_doubt_stays_with_a_row_until_it_is_sent(engine: Engine) -> None:
    planned(engine, NOON)
    take(engine, "killed")
    take(engine, "mine", NOON + 60 * SECOND)
    with writing(engine) as conn:
        failed = Failed(attempts=1, given_up=False, why="It answered 500.", next_at=NOON + 70 * SECOND)
        mark_failed(conn, "mine", failed, NOON + 60 * SECOND)
    assert look(engine, NOON + 70 * SECOND)[0].doubtful


def test_what_is_given_back_is_due_at_once_for_everybody(engine: Engine) -> None:
    planned(engine, NOON)
    take(engine, "mine")
    with writing(engine) as conn:
        assert give_back(conn, "mine", NOON + SECOND, doubtful=True) == 1
    (row,) = take(engine, "yours", NOON + SECOND)
    assert row.doubtful


def test_putting_off_and_cancelling_touch_nothing_that_is_being_sent(engine: Engine) -> None:
    planned(engine, NOON, NOON)
    rows = look(engine)
    with writing(engine) as conn:
        assert claim(conn, rows[:1], "mine", NOON)
        put_off(conn, rows, NOON + timedelta(hours=8), NOON)
        cancel(conn, rows, "superseded", NOON)
    assert states(engine) == ["sending", "planned"], "what waits till eight is not due any more"
    assert look(engine) == ()
    with writing(engine) as conn:
        cancel(conn, rows, "superseded", NOON + timedelta(hours=8))
    assert states(engine) == ["cancelled", "cancelled"], "a claim that lapsed is let go of too"


def test_lately_tells_messages_about_one_notice_from_digests(engine: Engine) -> None:
    planned(engine, *[NOON] * 5)
    rows = look(engine)
    with writing(engine) as conn:
        assert claim(conn, rows[:3], "digest", NOON)
        mark_sent(conn, "digest", NOON + SECOND)
        assert claim(conn, rows[3:4], "alone", NOON + 2 * SECOND)
        mark_sent(conn, "alone", NOON + 3 * SECOND)
        assert claim(conn, rows[4:], "on its way", NOON + 4 * SECOND)
    with reading(engine) as conn:
        found, later = lately(conn, "team", NOON + 5 * SECOND), lately(conn, "team", NOON + 63 * SECOND)
        assert lately(conn, "lead", NOON).alone == ()
    assert (found.alone, found.digest_at) == ((NOON + 3 * SECOND, NOON + 4 * SECOND), NOON + SECOND)
    assert (later.alone, later.digest_at) == ((NOON + 4 * SECOND,), None)


@pytest.mark.parametrize("site", [None, "acme"], ids=["of all sites", "of one site"])
def test_however_much_a_channel_was_told_what_is_due_and_what_went_out_are_found_by_their_moment(
    engine: Engine, site: str | None
) -> None:
    asked: list[tuple[str, Any]] = []
    planned(engine, *(NOON - timedelta(days=1, seconds=number) for number in range(20_000)), state="sent")
    if engine.dialect.name != "sqlite":  # there nobody runs it, and without it the plan must do
        with writing(engine) as conn:
            conn.execute(text("ANALYZE notices"))
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
    with reading(engine) as conn:
        waiting(conn, "team", site, NOON)
        lately(conn, "team", NOON)
        found = [(statement, given) for statement, given in asked if "FROM notices" in statement]
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        plans = [conn.exec_driver_sql(f"{explain} {statement}", given).all() for statement, given in found]
    steps = [" ".join(map(str, step)) for plan in plans for step in plan]
    walked = ("Seq Scan on notices", "SCAN notices", "notices_by_channel (channel=?)", "(site=?)")
    assert len(plans) == 2
    assert not [step for step in steps if any(words in step for words in walked)], steps


@pytest.mark.parametrize(
    ("of_agenda", "stale"),
    [
        pytest.param({}, False, id="looked at and not due"),
        pytest.param({"look_at": NOON}, True, id="due for a look"),
        pytest.param({"busy_until": NOON + SECOND}, True, id="being looked at"),
        pytest.param({"attempts": 1}, True, id="its last look failed"),
        pytest.param({"through_site": True}, True, id="its site's last look failed"),
    ],
)
def test_a_notice_waits_a_minute_for_the_look_at_its_ticket(
    engine: Engine, of_agenda: dict[str, object], stale: bool
) -> None:
    planned(engine, NOON)
    row = {"site": "acme", "ticket": "1", "look_at": NOON + timedelta(days=1), "rank": 0, "reason": "x", **of_agenda}
    with writing(engine) as conn:
        conn.execute(insert(agenda), row)
    (early,), (late,) = look(engine, NOON), look(engine, NOON + 60 * SECOND)
    assert (early.ready, early.as_of) == (not stale, stale)
    assert late.ready
