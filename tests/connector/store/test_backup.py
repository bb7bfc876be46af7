"""Backup and restore as docs/operation.md writes them, with the real programs, while somebody writes."""

import shutil
import sqlite3
import subprocess
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from connector.store.agenda import agenda_row, feed, wake
from connector.store.engine import open_engine, reading, writing
from connector.store.tables import agenda
from connector.store.upgrade import upgrade
from connector.trackers.port import Rank
from policies.model import TicketRef
from tests.databases import Postgres


def _fill(engine: Engine, now: datetime) -> None:
    for number in range(50):
        with writing(engine) as conn:
            wake(conn, TicketRef("acme", str(number)), Rank.EVENT, "webhook", now)


def _is_whole(engine: Engine, now: datetime) -> None:
    assert upgrade(engine) is False
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(agenda)).scalar_one() == 50
        row = agenda_row(conn, TicketRef("acme", "7"))
    assert row is not None
    assert (row.look_at, row.reason) == (now, "webhook")
    with writing(engine) as conn:
        wake(conn, TicketRef("acme", "after"), Rank.URGENT, "webhook", now)
    assert feed(engine, "acme", 4, now)[0] == ("after", 0), "ids count on from the restored ones"


def test_a_copy_of_an_sqlite_database_made_while_it_is_written_is_whole(
    sqlite_url: str, tmp_path: Path, now: datetime
) -> None:
    engine = open_engine(sqlite_url)
    _fill(engine, now)
    program = shutil.which("sqlite3")
    with writing(engine) as conn:
        wake(conn, TicketRef("acme", "not committed"), Rank.EVENT, "webhook", now)
        if program:
            subprocess.run(  # noqa: S603  # the system's own
                [program, sqlite_url.removeprefix("sqlite:///"), f".backup '{tmp_path}/copy.db'"], check=True
            )
        else:
            with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as source:
                source.execute("VACUUM INTO ?", (f"{tmp_path}/copy.db",))
    restored = open_engine(f"sqlite:///{tmp_path}/copy.db")
    _is_whole(restored, now)
    restored.dispose()


def test_a_dump_of_postgresql_made_while_it_is_written_is_restored_whole(
    postgres: Postgres, postgres_url: str, empty_postgres_url: str, tmp_path: Path, now: datetime
) -> None:
    engine = open_engine(postgres_url)
    _fill(engine, now)
    dump, restore = (postgres.programs / name for name in ("pg_dump", "pg_restore"))
    with writing(engine) as conn:
        wake(conn, TicketRef("acme", "not committed"), Rank.EVENT, "webhook", now)
        subprocess.run(  # noqa: S603  # the server's own programs
            [dump, "--format=custom", f"--file={tmp_path}/dueby.dump", postgres_url], check=True
        )
    subprocess.run(  # noqa: S603  # the same
        [
            restore,
            "--clean",
            "--if-exists",
            "--no-owner",
            "--single-transaction",
            f"--dbname={empty_postgres_url}",
            f"{tmp_path}/dueby.dump",
        ],
        check=True,
    )
    _is_whole(open_engine(empty_postgres_url), now)
