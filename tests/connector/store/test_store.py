import multiprocessing
import sqlite3
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from connector.store.agenda import agenda_row, feed, finish, start, wake
from connector.store.cycles import finished_cycles, keep_cycles, keep_receipt, receipt_of
from connector.store.deliveries import purge, record
from connector.store.engine import StoreAway, open_engine, reading, shown_url, writing
from connector.store.heartbeats import beat, latest, purge_heartbeats, stop_beating
from connector.store.mappings import Applying, current_mappings, mappings_version, save_mappings
from connector.store.notes import note, noted
from connector.store.tables import metadata
from connector.store.tickets import (
    Memory,
    end_gone,
    find_ticket,
    keep_sightings,
    remember,
    remembered,
    sightings_of,
)
from connector.store.upgrade import upgrade
from connector.trackers.port import Rank
from policies.decision import Finished
from policies.model import State, TicketRef
from policies.receipt import Fact, Source
from policies.sightings import Sighting

REF = TicketRef("acme", "10001")
SPAWN = multiprocessing.get_context("spawn")


def _upgraded(database_url: str) -> bool:
    return upgrade(open_engine(database_url))


def test_upgrades_from_several_processes_migrate_once(empty_url: str) -> None:
    with SPAWN.Pool(4) as pool:
        assert sorted(pool.map(_upgraded, [empty_url] * 4)) == [False, False, False, True]


def test_migrations_make_the_tables_that_the_code_uses(engine: Engine) -> None:
    with reading(engine) as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_sqlite_writes_ahead_and_syncs_normally(sqlite_url: str) -> None:
    with reading(open_engine(sqlite_url)) as conn:
        assert conn.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert conn.execute(text("PRAGMA synchronous")).scalar_one() == 1


def test_an_error_inside_a_transaction_rolls_it_back(engine: Engine, now: datetime) -> None:
    def woken_then_broken() -> None:
        with writing(engine) as conn:
            wake(conn, REF, Rank.EVENT, "webhook", now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        woken_then_broken()
    with reading(engine) as conn:
        assert agenda_row(conn, REF) is None


def test_an_engine_belongs_to_one_process(engine: Engine, database_url: str) -> None:
    assert open_engine(database_url) is engine
    with SPAWN.Pool(1) as pool:
        assert pool.apply(id, (engine.dialect.name,)) is not None
    fork = multiprocessing.get_context("fork").Queue()
    child = multiprocessing.get_context("fork").Process(target=lambda: fork.put(open_engine(database_url) is engine))
    child.start()
    assert fork.get(timeout=10) is False
    child.join()


def test_a_database_that_is_not_there_is_a_sentence_for_a_person() -> None:
    with pytest.raises(StoreAway, match="can't be used now"), writing(open_engine("sqlite:////no/such/folder/d.db")):
        pass


def test_a_locked_database_is_told_and_not_waited_for_ever(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.store.sqlite.BUSY_SECONDS", 1)
    impatient = open_engine(f"{sqlite_url}?")
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreAway, match="locked"), writing(impatient):
        pass
    other.execute("ROLLBACK")
    other.close()
    impatient.dispose()
    with reading(open_engine(sqlite_url)) as conn:
        assert agenda_row(conn, REF) is None


def test_writers_in_threads_and_processes_all_get_their_turn(engine: Engine, database_url: str) -> None:
    def write(count: int) -> None:
        for _ in range(count):
            _woken(database_url)

    threads = [threading.Thread(target=write, args=(20,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    with SPAWN.Pool(2) as pool:
        pool.map(_woken, [database_url] * 20)
    for thread in threads:
        thread.join()
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    assert row is not None
    assert row.version == 100


def _woken(database_url: str) -> None:
    with writing(open_engine(database_url)) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", datetime(2026, 11, 23, tzinfo=UTC))


def test_each_row_is_synced_once_by_racing_processes(engine: Engine, database_url: str, now: datetime) -> None:
    with writing(engine) as conn:
        for number in range(40):
            wake(conn, TicketRef("acme", str(number)), Rank.EVENT, "webhook", now)
    with SPAWN.Pool(3) as pool:
        done = [ticket for part in pool.map(_raced, [(database_url, now)] * 3) for ticket in part]
    assert sorted(done, key=int) == [str(number) for number in range(40)]


def _raced(task: tuple[str, datetime]) -> list[str]:
    database_url, now = task
    engine, done = open_engine(database_url), []
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        fed = feed(engine, "acme", 2, now)
        for ticket, _ in fed:
            with writing(engine) as conn:
                lease = start(conn, TicketRef("acme", ticket), now)
            if lease is not None:
                with writing(engine) as conn:
                    assert finish(conn, lease, None, now)
                done.append(ticket)
        if not fed:
            break
    return done


def test_a_delivery_is_known_for_at_least_a_day(engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        assert record(conn, "acme", "d1", now)
        assert not record(conn, "acme", "d1", now)
        assert record(conn, "help", "d1", now)
        assert record(conn, "acme", None, now)
        assert record(conn, "acme", None, now)
        assert purge(conn, now + timedelta(hours=24)) == 0
        assert not record(conn, "acme", "d1", now)
        assert purge(conn, now + timedelta(hours=26)) == 2


def test_mappings_get_a_version_and_an_unchanged_file_wakes_nothing(engine: Engine, now: datetime) -> None:
    later = now + timedelta(days=1)
    with writing(engine) as conn:
        assert (mappings_version(conn), current_mappings(conn)) == (0, None)
        wake(conn, REF, Rank.EVENT, "webhook", now)
        lease = start(conn, REF, now)
        assert lease is not None
        finish(conn, lease, None, now)
        assert save_mappings(conn, "one", Applying(changed="first", who="ann", names=("okta",)), now) == 1
        assert agenda_row(conn, REF) is not None
        woken = agenda_row(conn, REF)
        assert save_mappings(conn, "one", Applying(changed="again", who="bob", names=("okta",)), later) == 1
        assert agenda_row(conn, REF) == woken
        assert (
            save_mappings(conn, "two", Applying(changed="credenti added", who="bob", names=("okta", "credenti")), later)
            == 2
        )
        stored = current_mappings(conn)
    assert woken is not None
    assert (woken.rank, woken.look_at) == (Rank.RECOMPUTE, now)
    assert stored is not None
    assert (stored.version, stored.text, stored.who, stored.changed) == (2, "two", "bob", "credenti added")
    assert stored.first_applied == {"okta": now, "credenti": later}


def test_a_ticket_is_remembered_and_found_by_id_and_key(engine: Engine, now: datetime) -> None:
    running = _memory(now)
    with writing(engine) as conn:
        assert remembered(conn, REF) is None
        remember(conn, REF, running)
        remember(conn, REF, replace(running, key="NEW-7", title="moved"))
        assert remembered(conn, REF) == replace(running, key="NEW-7", title="moved")
        assert find_ticket(conn, "acme", "10001") == REF
        assert find_ticket(conn, "acme", "new-7") == REF
        assert find_ticket(conn, "acme", "OKTA-1") is None
        assert find_ticket(conn, "help", "10001") is None


@pytest.mark.parametrize(
    ("state", "late", "expected"),
    [
        pytest.param(State.RUNNING, False, State.CLOSED, id="a running cycle is closed"),
        pytest.param(State.RUNNING, True, State.BREACHED, id="a late one is breached"),
        pytest.param(State.BREACHED, True, State.BREACHED, id="a breach stays"),
        pytest.param(State.MET, True, State.MET, id="a verdict stays"),
    ],
)
def test_a_deleted_tickets_cycle_ends(engine: Engine, now: datetime, state: State, late: bool, expected: State) -> None:
    due_at = now + timedelta(hours=-1 if late else 1)
    with writing(engine) as conn:
        remember(conn, REF, replace(_memory(now), state=state, due_at=due_at))
        end_gone(conn, REF, now)
        gone = remembered(conn, REF)
    assert gone is not None
    assert (gone.state, gone.gone_at, gone.ended, gone.reason) == (expected, now, True, "deleted")
    assert gone.due_at == (None if expected is State.CLOSED else due_at)


def test_a_deleted_ticket_that_is_looked_at_again_was_synced_then(engine: Engine, now: datetime) -> None:
    later = now + timedelta(hours=2)
    with writing(engine) as conn:
        remember(conn, REF, replace(_memory(now), state=State.RUNNING, due_at=now + timedelta(hours=1)))
        end_gone(conn, REF, now)
        end_gone(conn, REF, later)
        gone = remembered(conn, REF)
    assert gone is not None
    assert (gone.state, gone.gone_at, gone.synced_at) == (State.CLOSED, now, later)


def test_cycles_and_receipts_come_back_as_they_were(engine: Engine, now: datetime) -> None:
    fact = Fact("target", {"plan": "gold", "level": 1, "readings": ("a", "b")}, Source("d.txt", "3", "in our words"))
    cycle = Finished(
        metric="first_response",
        start_at=now,
        ended_at=now + timedelta(microseconds=7),
        event="comment:1",
        state=State.MET,
        due_at=None,
        level=1,
        policy="okta-premier-success",
        policy_version="1",
        mapping="okta",
        mapping_version=3,
        summary=Fact("summary", {"state": "met"}),
        receipt=(fact,),
    )
    with writing(engine) as conn:
        assert (finished_cycles(conn, REF), receipt_of(conn, REF)) == ((), ())
        keep_cycles(conn, REF, (cycle, replace(cycle, due_at=now)))
        keep_cycles(conn, REF, (replace(cycle, due_at=now), cycle))
        keep_receipt(conn, REF, (fact,))
        keep_receipt(conn, REF, (fact, fact))
        assert finished_cycles(conn, REF) == (replace(cycle, due_at=now), cycle)
        assert receipt_of(conn, REF) == (fact, fact)


def test_sightings_come_back_as_they_were(engine: Engine, now: datetime) -> None:
    known = {"1": Sighting(now), "2": Sighting(now, now + timedelta(seconds=1))}
    with writing(engine) as conn:
        keep_sightings(conn, REF, known)
        keep_sightings(conn, REF, known)
        assert sightings_of(conn, REF) == known
        keep_sightings(conn, REF, {})
        assert sightings_of(conn, REF) == {}


def test_heartbeats_tell_who_is_there_and_in_what_trouble(engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        beat(conn, "worker", "host/0", now - timedelta(hours=2))
        beat(conn, "timekeeper", "host", now, trouble="a policy file is broken")
        beat(conn, "worker", "host/1", now)
        purge_heartbeats(conn, now)
        assert [(b.kind, b.name, b.at, b.trouble) for b in latest(conn)] == [
            ("timekeeper", "host", now, "a policy file is broken"),
            ("worker", "host/1", now, None),
        ]
        stop_beating(conn, "worker", "host/1")
        assert [b.kind for b in latest(conn)] == ["timekeeper"]


def test_a_note_is_overwritten(engine: Engine) -> None:
    with writing(engine) as conn:
        assert noted(conn, "policies") is None
        note(conn, "policies", "a")
        note(conn, "policies", "b")
        assert noted(conn, "policies") == "b"


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    with pytest.raises(Exception, match="naive"), writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", datetime(2026, 1, 1))  # noqa: DTZ001  # the fault under test


def test_an_address_is_shown_without_its_password() -> None:
    assert shown_url("postgresql://bob:secret@db.example/dueby") == "postgresql://bob:***@db.example/dueby"


def test_a_driver_that_is_not_installed_is_a_sentence_without_the_password() -> None:
    with pytest.raises(StoreAway, match="pg8000") as told:
        open_engine("postgresql+pg8000://bob:secret@db.example/dueby")
    assert "secret" not in str(told.value)


def test_a_lock_file_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreAway, match="No such file"), writing(open_engine(f"sqlite:///{tmp_path}/none/d.db")):
        pass


def _memory(now: datetime) -> Memory:
    return Memory(
        key="OKTA-1",
        title="Login fails",
        url="https://acme.example/browse/OKTA-1",
        wrote=True,
        ended=False,
        synced_at=now,
        state=State.RUNNING,
        due_at=now,
        summary="Okta gold",
        mapping="okta",
        level=1,
        policy="okta-premier-success",
        plan="gold",
    )
