"""Migrations on a database that holds data, up, down and up again, on each engine."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, MetaData, inspect, text

from connector.store.agenda import feed
from connector.store.engine import StoreAway, open_engine, reading, writing
from connector.store.tables import metadata
from connector.store.upgrade import configured, upgrade

AT = int(datetime(2026, 11, 23, 12, 0, tzinfo=UTC).timestamp() * 1_000_000)
TICKET = {"site": "acme", "ticket": "10001"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "agenda": [
        {**TICKET, "look_at": AT, "rank": 0, "version": 3, "attempts": 2, "through_site": False, "reason": "webhook"},
        {**TICKET, "ticket": "2", "rank": 1, "version": 1, "attempts": 0, "through_site": True, "reason": "retry"},
    ],
    "site": [{"name": "acme", "paused_until": 0, "failures": 1, "reason": "down"}],
    "mappings": [{"version": 1, "document": "mappings: []", "applied_at": AT, "who": "ann", "changed": "okta added"}],
    "first_applied": [{"mapping": "okta", "applied_at": AT}],
    "tickets": [
        {
            **TICKET,
            "key": "OKTA-1",
            "title": "Login fails",
            "url": "https://acme.example/browse/OKTA-1",
            "wrote": True,
            "ended": False,
            "state": "running",
            "due_at": AT,
            "summary": "Okta gold",
        }
    ],
    "cycles": [
        {
            **TICKET,
            "number": 0,
            "metric": "first_response",
            "state": "met",
            "start_at": AT,
            "ended_at": AT,
            "document": {"state": "met"},
        }
    ],
    "sightings": [{**TICKET, "comment": "7", "updated_at": AT}],
    "deliveries": [{"site": "acme", "delivery_id": "d1", "received_at": AT}],
    "failures": [
        {
            **TICKET,
            "reason": "down",
            "sentence": "It is down.",
            "since": AT,
            "failed_at": AT,
            "attempts": 2,
            "given_up": False,
        }
    ],
}


def _fill(engine: Engine) -> None:
    tables = MetaData()
    with writing(engine) as conn:
        tables.reflect(conn)
        for name, rows in ROWS.items():
            zeros = {"busy_until": 0, "held_until": 0} if name == "agenda" else {}
            for row in rows:
                conn.execute(tables.tables[name].insert(), {**zeros, **row})


def _to(engine: Engine, go: Callable[..., object], revision: str) -> None:
    with writing(engine) as conn:
        go(configured(conn), revision)


def _held(conn: Connection, columns: dict[str, list[str]]) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: [tuple(row) for row in conn.execute(text(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2"))]  # noqa: S608
        for table, names in columns.items()
    }


def _columns(conn: Connection) -> dict[str, list[str]]:
    return {table: [one["name"] for one in inspect(conn).get_columns(table)] for table in ROWS}


def _shape(conn: Connection) -> dict[str, set[str]]:
    found = inspect(conn)
    return {
        table: {column["name"] for column in found.get_columns(table)}
        | {str(index["name"]) for index in found.get_indexes(table)}
        for table in found.get_table_names()
    }


def test_rows_of_the_first_version_live_through_an_upgrade_a_downgrade_and_an_upgrade(empty_url: str) -> None:
    engine = open_engine(empty_url)
    _to(engine, command.upgrade, "0001")
    _fill(engine)
    with reading(engine) as conn:
        first, columns = _shape(conn), _columns(conn)
        before = _held(conn, columns)
    assert upgrade(engine) is True
    with reading(engine) as conn:
        assert _held(conn, columns) == before
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []
    _to(engine, command.downgrade, "0001")
    with reading(engine) as conn:
        assert (_shape(conn), _held(conn, columns)) == (first, before)
    assert upgrade(engine) is True
    with reading(engine) as conn:
        assert _held(conn, columns) == before
        assert conn.execute(text("SELECT silent FROM mappings")).scalar_one() == 0
    assert feed(engine, "acme", 4, datetime(2026, 11, 23, 13, 0, tzinfo=UTC)) == (("10001", 0),)


def test_everything_can_be_taken_down(engine: Engine) -> None:
    _to(engine, command.downgrade, "base")
    with reading(engine) as conn:
        assert inspect(conn).get_table_names() == ["alembic_version"]
    assert upgrade(engine) is True


def test_tables_of_a_newer_dueby_are_refused_with_a_sentence_and_left_alone(engine: Engine) -> None:
    with writing(engine) as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreAway) as told:
        upgrade(engine)
    assert str(told.value) == (
        "The database's tables are of a newer dueby (revision 9999, this one knows up to 0002). "
        "Install that dueby here, or restore the backup that was made before its upgrade."
    )
    with reading(engine) as conn:
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"


def test_a_migration_that_breaks_leaves_the_tables_as_they_were(empty_url: str) -> None:
    engine = open_engine(empty_url)
    _to(engine, command.upgrade, "0001")
    with writing(engine) as conn:
        conn.execute(text("CREATE TABLE walks (site TEXT)"))  # in the way of 0002
    with reading(engine) as conn:
        before = _shape(conn)
    with pytest.raises(Exception, match="walks"):
        upgrade(engine)
    with reading(engine) as conn:
        assert _shape(conn) == before
        assert conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "0001"
