"""The ways in which a database can be away, and that nothing is lost by them."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from connector.store.agenda import agenda_row, wake
from connector.store.engine import StoreAway, open_engine, reading, writing
from connector.store.notes import note, noted
from connector.store.postgres import with_driver
from connector.store.upgrade import upgrade
from connector.trackers.port import Rank
from policies.model import TicketRef
from tests.databases import Postgres, on_postgres, postgres_running

REF = TicketRef("acme", "10001")


def _wake(engine: Engine, now: datetime, ref: TicketRef = REF) -> None:
    with writing(engine) as conn:
        wake(conn, ref, Rank.EVENT, "webhook", now)


def _version(engine: Engine) -> int | None:
    with reading(engine) as conn:
        row = agenda_row(conn, REF)
    return row.version if row else None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("postgresql://ann:s@db.example/dueby", "postgresql+psycopg://ann:s@db.example/dueby"),
        ("postgres://ann:s@db.example:5433/dueby?sslmode=require", None),
        ("postgresql+psycopg://db.example/dueby", "postgresql+psycopg://db.example/dueby"),
        ("postgresql+pg8000://db.example/dueby", "postgresql+pg8000://db.example/dueby"),
    ],
)
def test_an_address_that_names_no_driver_means_psycopg(written: str, meant: str | None) -> None:
    expected = meant or "postgresql+psycopg://ann:s@db.example:5433/dueby?sslmode=require"
    assert with_driver(written).render_as_string(hide_password=False) == expected


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """Give a PostgreSQL that this file may stop."""
    with postgres_running() as started:
        yield started


@pytest.fixture
def engine_there(server: Postgres) -> Iterator[Engine]:
    with on_postgres(server, migrated=False) as url:
        engine = open_engine(url)
        upgrade(engine)
        yield engine
        engine.dispose()


def test_a_server_that_is_down_is_away_and_one_that_is_back_is_used_again(
    server: Postgres, engine_there: Engine, now: datetime
) -> None:
    _wake(engine_there, now)
    server.stop()
    try:
        with pytest.raises(StoreAway, match="can't be used now"):
            _wake(engine_there, now)
        with pytest.raises(StoreAway, match="can't be used now"):
            _version(engine_there)
    finally:
        server.start()
    assert _version(engine_there) == 1
    _wake(engine_there, now)
    assert _version(engine_there) == 2


@pytest.mark.parametrize("after", [0, 1], ids=["before the commit", "between two statements"])
def test_a_server_that_ends_inside_a_transaction_is_away_and_nothing_was_stored(
    server: Postgres, engine_there: Engine, now: datetime, after: int
) -> None:
    def interrupted() -> None:
        with writing(engine_there) as conn:
            wake(conn, REF, Rank.EVENT, "webhook", now)
            server.stop()
            for _ in range(after):
                wake(conn, REF, Rank.EVENT, "webhook", now)

    with pytest.raises(StoreAway):
        interrupted()
    server.start()
    assert _version(engine_there) is None


def test_a_server_without_a_free_connection_is_away(server: Postgres, engine_there: Engine, now: datetime) -> None:
    name = sql.Identifier(str(engine_there.url.database))
    engine_there.dispose()
    server.run(sql.SQL("ALTER DATABASE {} WITH CONNECTION LIMIT 0").format(name))
    server.run(sql.SQL("CREATE ROLE guest LOGIN"))
    guest = open_engine(engine_there.url.set(username="guest").render_as_string())
    with pytest.raises(StoreAway, match="too many connections"):
        _wake(guest, now)
    server.run(sql.SQL("DROP ROLE guest"))


def test_a_server_that_only_reads_is_away_for_who_writes(server: Postgres, engine_there: Engine, now: datetime) -> None:
    name = sql.Identifier(str(engine_there.url.database))
    engine_there.dispose()
    server.run(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(name))
    with pytest.raises(StoreAway, match="read-only"):
        _wake(engine_there, now)
    assert _version(engine_there) is None


def test_a_database_that_is_not_there_is_away(server: Postgres, now: datetime) -> None:
    with pytest.raises(StoreAway, match='"nowhere" does not exist'):
        _wake(open_engine(server.url("nowhere")), now)


def test_an_option_that_does_not_exist_is_told_without_the_password(now: datetime) -> None:
    with pytest.raises(StoreAway, match="colour") as told:
        _wake(open_engine("postgresql://ann:a-secret@127.0.0.1:1/dueby?colour=red"), now)
    assert "a-secret" not in str(told.value)


def test_tables_that_are_not_there_yet_are_waited_for(empty_url: str, now: datetime) -> None:
    with pytest.raises(StoreAway, match="agenda"):
        _wake(open_engine(empty_url), now)


def test_what_a_statement_got_wrong_is_no_absence(engine: Engine, now: datetime) -> None:
    with pytest.raises(IntegrityError), writing(engine) as conn:
        conn.execute(text("INSERT INTO notes (name, value) VALUES ('a', '1'), ('a', '2')"))
    _wake(engine, now)


def test_a_lock_that_another_holds_is_waited_for_and_then_told(
    postgres_url: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connector.store.postgres._SESSION", {"lock_timeout": "300ms", "statement_timeout": "5s"})
    engine = open_engine(postgres_url)
    _wake(engine, now)
    with writing(engine) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", now)
        with pytest.raises(StoreAway, match="lock timeout"):
            _wake(engine, now)
    _wake(engine, now)
    assert _version(engine) == 3


def test_a_statement_that_takes_too_long_is_ended(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.store.postgres._SESSION", {"statement_timeout": "300ms"})
    with pytest.raises(StoreAway, match="statement timeout"), reading(open_engine(postgres_url)) as conn:
        conn.execute(text("SELECT pg_sleep(20)"))


def test_waits_end_after_ten_seconds_on_a_server_too(postgres_url: str) -> None:
    with reading(open_engine(postgres_url)) as conn:
        shown = {
            name: conn.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "lock_timeout")
        }
        level = conn.execute(text("SHOW transaction_isolation")).scalar_one()
    with writing(open_engine(postgres_url)) as conn:
        assert conn.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    assert (shown, level) == ({"statement_timeout": "10s", "lock_timeout": "10s"}, "repeatable read")


def test_who_reads_sees_one_moment(engine: Engine) -> None:
    with writing(engine) as conn:
        note(conn, "name", "before")
    with reading(engine) as conn:
        assert noted(conn, "name") == "before"
        with writing(engine) as other:
            note(other, "name", "after")
        assert noted(conn, "name") == "before"
    with reading(engine) as conn:
        assert noted(conn, "name") == "after"


def test_who_only_reads_cannot_write_on_a_server(postgres_url: str, now: datetime) -> None:
    with pytest.raises(StoreAway, match="read-only"), reading(open_engine(postgres_url)) as conn:
        wake(conn, REF, Rank.EVENT, "webhook", now)


def test_a_character_that_a_server_cannot_keep_is_left_out(postgres_url: str) -> None:
    engine = open_engine(postgres_url)
    with writing(engine) as conn:
        note(conn, "title", "nothing\0ness")
        assert noted(conn, "title") == "nothingness"
        assert noted(conn, "ti\0tle") == "nothingness"


def test_a_full_disk_is_away_and_room_made_later_is_used(sqlite_url: str, now: datetime) -> None:
    """`max_page_count` is what a full disk is to SQLite: the same code, SQLITE_FULL."""
    engine = open_engine(sqlite_url)
    with writing(engine) as conn:
        pages = conn.execute(text("PRAGMA page_count")).scalar_one()
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))

    def much() -> None:
        with writing(engine) as conn:
            wake(conn, REF, Rank.EVENT, "webhook", now)
            note(conn, "large", "x" * 1_000_000)

    with pytest.raises(StoreAway, match="full"):
        much()
    assert _version(engine) is None
    with writing(engine) as conn:
        conn.execute(text(f"PRAGMA max_page_count = {pages * 100}"))
    _wake(engine, now)
    assert _version(engine) == 1


def test_a_file_that_is_no_database_is_told(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "dueby.db").write_text("This is a letter, and long enough to be one. " * 50, encoding="utf-8")
    with pytest.raises(StoreAway, match="not a database"):
        _wake(open_engine(f"sqlite:///{tmp_path}/dueby.db"), now)


def test_a_database_locked_for_a_while_is_waited_for(sqlite_url: str, now: datetime) -> None:
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    free = threading.Timer(1, lambda: other.execute("COMMIT"))
    free.start()
    _wake(open_engine(sqlite_url), now)
    assert _version(open_engine(sqlite_url)) == 1
    free.join()
    other.close()
