"""`dueby db`: the database's tables."""

import click

from connector.cli.door import door, read_settings
from connector.store.engine import open_engine, shown_url
from connector.store.upgrade import upgrade as migrate


@click.group(short_help="Migrate the database.")
def db() -> None:
    """Look after the database.

    \b
    Example:
      dueby db upgrade
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


@db.command()
def upgrade() -> None:
    """Migrate the database to what this version needs; `dueby run` and `mappings apply` do it by themselves.

    \b
    Example:
      DATABASE_URL=postgresql://dueby@db.example/dueby dueby db upgrade
    """  # noqa: D301  # the same
    with door():
        settings = read_settings()
        changed = migrate(open_engine(settings.database_url))
        state = "migrated" if changed else "up to date already, nothing to do"
        click.echo(f"{shown_url(settings.database_url)}: {state}.")
