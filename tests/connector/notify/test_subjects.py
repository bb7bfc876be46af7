"""What a notice is about, read from SQL: an open cycle, one that has ended, a ticket that is gone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert

from connector.notify.subjects import subject_of
from connector.store.cycles import keep_cycles, keep_receipt
from connector.store.engine import reading, writing
from connector.store.tables import notices, open_cycles
from connector.store.tickets import Memory, remember
from policies.decision import Finished
from policies.loader import load_policies
from policies.model import State, TicketRef
from policies.receipt import Fact, fact_to_json

REF = TicketRef("acme", "10012")
START = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
DUE = START + timedelta(minutes=30)
PLAN = Fact("plan", {"plan": "gold", "name": "Gold as it was", "how": "constant", "value": ""})
SHOWN = (Fact("due", {"at": "2026-11-23T13:30:00Z"}),)
METRIC = "first_response"


@pytest.fixture
def engine(both_engine: Engine) -> Engine:
    return both_engine


def seen(engine: Engine, *, policy: str | None = "okta-premier-success", gone_at: datetime | None = None) -> None:
    memory = Memory(
        key="OKTA-1187",
        title="Nobody can log in",
        url="https://acme.example/browse/OKTA-1187",
        wrote=True,
        ended=False,
        synced_at=START,
        state=State.RUNNING,
        due_at=DUE,
        summary="a line",
        gone_at=gone_at,
        mapping="okta",
        level=2,
        policy=policy,
        plan="gold",
        assignee="agent 2",
        customer_timezone="America/New_York",
        owed_by="vendor",
    )
    with writing(engine) as conn:
        remember(conn, REF, memory)
        keep_receipt(conn, REF, SHOWN)


def opened(engine: Engine, *, due_at: datetime | None, state: str, receipt: tuple[Fact, ...] = (PLAN,)) -> None:
    row = {"site": "acme", "ticket": "10012", "metric": METRIC, "start_at": START, "state": state, "due_at": due_at}
    with writing(engine) as conn:
        conn.execute(insert(open_cycles).values(**row, level=1, receipt=[fact_to_json(fact) for fact in receipt]))


def ended(engine: Engine, metric: str = METRIC, start_at: datetime = START) -> None:
    cycle = Finished(
        metric=metric,
        start_at=start_at,
        ended_at=DUE,
        event="comment:1",
        state=State.MET,
        due_at=DUE,
        level=1,
        policy="okta-premier-success",
        policy_version="2026-11",
        mapping="okta",
        mapping_version=1,
        summary=Fact("summary"),
        receipt=(PLAN,),
    )
    with writing(engine) as conn:
        keep_cycles(conn, REF, (cycle,))


def test_a_ticket_never_fetched_is_about_nothing(engine: Engine) -> None:
    with reading(engine) as conn:
        assert subject_of(conn, REF, METRIC, START, load_policies(None)) is None


def test_an_open_cycle(engine: Engine) -> None:
    seen(engine)
    opened(engine, due_at=DUE, state="breached")
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.site, subject.ticket, subject.key, subject.title) == (
        "acme",
        "10012",
        "OKTA-1187",
        "Nobody can log in",
    )
    assert (subject.vendor, subject.policy, subject.plan) == ("Okta", "Okta Premier Success Plans", "Gold as it was")
    assert (subject.metric, subject.level, subject.state, subject.due_at) == ("first response", 1, State.BREACHED, DUE)
    assert (subject.running, subject.ended_at, subject.gone) == (True, None, False)
    assert (subject.assignee, subject.customer_timezone, subject.owed_by) == ("agent 2", "America/New_York", "vendor")
    assert (subject.summary, subject.synced_at, subject.fact("plan"), subject.fact("duty")) == (
        "a line",
        START,
        PLAN,
        None,
    )


def test_a_cycle_without_a_receipt_of_its_own_has_the_tickets(engine: Engine) -> None:
    seen(engine)
    opened(engine, due_at=None, state="paused", receipt=())
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.receipt, subject.plan) == (SHOWN, "gold")
    assert (subject.running, subject.due_at, subject.state) == (False, None, State.PAUSED)


def test_a_cycle_that_has_ended(engine: Engine) -> None:
    seen(engine, policy=None)
    ended(engine)
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.state, subject.ended_at, subject.due_at, subject.level) == (State.MET, DUE, DUE, 1)
    assert (subject.running, subject.receipt, subject.vendor) == (False, (PLAN,), "Okta")


def test_a_cycle_that_is_open_again_counts_as_open(engine: Engine) -> None:
    seen(engine)
    ended(engine)
    opened(engine, due_at=DUE, state="running")
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.running, subject.ended_at) == (True, None)


def test_a_cycle_whose_start_was_corrected_is_the_open_one(engine: Engine) -> None:
    seen(engine)
    opened(engine, due_at=DUE, state="running")
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START - timedelta(hours=1), load_policies(None))
        other = subject_of(conn, REF, "next_update", START, load_policies(None))
    assert subject is not None
    assert (subject.running, subject.due_at, subject.receipt) == (True, DUE, (PLAN,))
    assert other is not None
    assert other.running is False


def test_a_cycle_that_ended_stays_what_it_was_when_another_opens(engine: Engine) -> None:
    seen(engine)
    ended(engine, start_at=START - timedelta(hours=1))
    opened(engine, due_at=DUE, state="running")
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START - timedelta(hours=1), load_policies(None))
    assert subject is not None
    assert (subject.running, subject.ended_at) == (False, DUE)


@pytest.mark.parametrize(("metric", "start_at"), [("next_update", START), (METRIC, START + timedelta(seconds=1))])
def test_another_cycle_of_the_ticket_is_another_subject(engine: Engine, metric: str, start_at: datetime) -> None:
    seen(engine)
    ended(engine, metric, start_at)
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.running, subject.ended_at, subject.receipt, subject.due_at) == (False, None, (), None)


def test_a_ticket_that_is_gone_under_a_policy_that_is_gone_keeps_its_names(engine: Engine) -> None:
    seen(engine, policy="left-long-ago", gone_at=DUE)
    with reading(engine) as conn:
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert (subject.gone, subject.vendor, subject.plan, subject.metric) == (True, None, "gold", "first response")


def test_how_many_reminders_are_planned_of_each_step(engine: Engine) -> None:
    seen(engine)
    opened(engine, due_at=DUE, state="running")
    rows = [
        ("breach", "on-call", 0, "sent"),
        ("breach", "on-call", 3, "planned"),
        ("breach", "on-call", 4, "cancelled"),
        ("breach", "lead", 1, "failed"),
        ("75%", "on-call", 0, "sent"),
    ]
    with writing(engine) as conn:
        for step, channel, repetition, state in rows:
            conn.execute(
                insert(notices).values(
                    site="acme",
                    ticket="10012",
                    metric=METRIC,
                    start_at=START,
                    due_at=DUE,
                    step=step,
                    channel=channel,
                    repetition=repetition,
                    send_at=DUE,
                    next_at=DUE,
                    state=state,
                )
            )
        subject = subject_of(conn, REF, METRIC, START, load_policies(None))
    assert subject is not None
    assert subject.last_repetitions == {
        (DUE, "breach", "on-call"): 3,
        (DUE, "breach", "lead"): 1,
        (DUE, "75%", "on-call"): 0,
    }
