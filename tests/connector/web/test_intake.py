"""The intake: many hints in one transaction, each with its own answer, none waiting for ever."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from connector.store.agenda import agenda_row
from connector.store.engine import StoreAway, reading, writing
from connector.store.tables import deliveries
from connector.trackers.port import Hint, Rank
from connector.web import intake
from connector.web.intake import Intake
from policies.model import TicketRef

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REF = TicketRef("acme", "10001")
HINT = Hint("10001", Rank.EVENT)


@pytest.fixture
def taken(engine: Engine) -> Iterator[Intake]:
    """Give an intake into the database, ended after the test."""
    opened = Intake(lambda: engine)
    yield opened
    opened.close()


def test_a_hint_is_stored_with_its_rank_and_reason(engine: Engine, taken: Intake) -> None:
    assert taken.store(REF, Hint("10001", Rank.URGENT), "d1", NOW) is True
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert (row.look_at, row.rank, row.reason, row.version) == (NOW, Rank.URGENT, "webhook", 1)


def test_a_delivery_is_known_to_its_site_alone(taken: Intake) -> None:
    assert taken.store(REF, HINT, "d1", NOW) is True
    assert taken.store(REF, HINT, "d1", NOW) is False
    assert taken.store(TicketRef("other", "10001"), HINT, "d1", NOW) is True


def test_a_duplicate_does_not_wake(engine: Engine, taken: Intake) -> None:
    taken.store(REF, HINT, "d1", NOW)
    taken.store(REF, HINT, "d1", NOW)
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert row.version == 1


@pytest.mark.parametrize("length", [200, 201, 5000])
def test_a_long_delivery_id_is_known_again(taken: Intake, length: int) -> None:
    assert taken.store(REF, HINT, "x" * length, NOW) is True
    assert taken.store(REF, HINT, "x" * length, NOW) is False
    assert taken.store(REF, HINT, "x" * (length - 1) + "y", NOW) is True


def test_hints_that_wait_for_the_database_are_stored_together_and_each_is_answered(
    engine: Engine, taken: Intake
) -> None:
    answers: list[bool] = []
    ids = [f"d{number % 10}" for number in range(30)]
    threads = [threading.Thread(target=lambda one=one: answers.append(taken.store(REF, HINT, one, NOW))) for one in ids]
    with writing(engine):
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        assert answers == []
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 20 + [True] * 10
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(deliveries)).scalar_one() == 10
        row = agenda_row(conn, REF)
    assert row is not None
    assert row.version == 10


def test_one_that_cannot_be_stored_fails_alone(engine: Engine, taken: Intake) -> None:
    answers: dict[str, object] = {}

    def store(name: str) -> None:
        try:
            answers[name] = taken.store(REF, HINT, name, NOW)
        except UnicodeEncodeError as error:
            answers[name] = type(error)

    threads = [threading.Thread(target=store, args=(name,)) for name in ("d1", "\ud800", "d2")]
    with writing(engine):
        for thread in threads:
            thread.start()
        time.sleep(0.2)
    for thread in threads:
        thread.join()
    assert answers == {"d1": True, "\ud800": UnicodeEncodeError, "d2": True}


def test_a_locked_database_is_store_away_before_a_tracker_hangs_up(
    engine: Engine, taken: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=5) < intake.PATIENCE < timedelta(seconds=10)
    monkeypatch.setattr(intake, "PATIENCE", timedelta(seconds=0.2))
    with writing(engine), pytest.raises(StoreAway, match="has not answered"):
        taken.store(REF, HINT, "d1", NOW)
    monkeypatch.setattr(intake, "PATIENCE", timedelta(seconds=9))
    taken.store(REF, HINT, "d2", NOW)  # it goes on


def test_a_database_that_is_away_is_told_to_all_who_wait_and_comes_back(engine: Engine, nowhere: Engine) -> None:
    engines = [nowhere]
    taken = Intake(lambda: engines[0])
    with pytest.raises(StoreAway):
        taken.store(REF, HINT, "d1", NOW)
    engines[0] = engine
    assert taken.store(REF, HINT, "d1", NOW) is True
    taken.close()


def test_closing_one_that_never_stored_is_fine() -> None:
    Intake(lambda: pytest.fail("opened")).close()
