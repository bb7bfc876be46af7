"""A command's door: the settings come in, errors go out as lines on standard error that say what to do."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import TrackerError
from connector.settings import Settings, load_settings
from connector.sites import Site
from connector.store.engine import StoreAway, open_engine
from connector.store.upgrade import upgrade
from policies.faults import FaultsError

FAILED, WRONGLY_USED = 1, 2
_NAMES = {"jira": r"[1-9][0-9]{0,17}|[A-Za-z][A-Za-z0-9_]{0,99}-[1-9][0-9]{0,11}", "zendesk": r"[1-9][0-9]{0,17}"}
_WIDTH_IN_A_PIPE = 200


def read_settings() -> Settings:
    """Read the settings as every command does: the environment, relative to the present folder. Raise FaultsError."""
    return load_settings(os.environ, Path.cwd())


def open_store(settings: Settings) -> Engine:
    """Open the database, migrated. Raise StoreAway."""
    engine = open_engine(settings.database_url)
    upgrade(engine)
    return engine


def give_up(sentence: str, status: int = FAILED) -> NoReturn:
    """End the command with one line on standard error, and exit status 1 where no other is given."""
    click.echo(" ".join(sentence.split()), err=True)
    raise SystemExit(status)


@contextmanager
def door() -> Iterator[None]:
    """Turn the errors that a command can meet into lines on standard error and exit status 1."""
    try:
        yield
    except FaultsError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise SystemExit(FAILED) from error
    except (TrackerError, StoreAway) as error:
        give_up(str(error))
    except SQLAlchemyError as error:
        first = (str(error.__cause__ or error).splitlines() or [""])[0]
        give_up(f"The database refused ({first}); `dueby db upgrade` migrates it.")


def site_named(settings: Settings, name: str) -> Site:
    """Return a configured site; end the command as wrongly used, naming those that there are."""
    site = settings.sites.get(name)
    if site is None:
        known = ", ".join(sorted(settings.sites)) or "none"
        give_up(f"{settings.config} has no site {name!r}, expected one of: {known}.", WRONGLY_USED)
    return site


def ticket_named(site: Site, name: str) -> str:
    """Return a ticket's key or id as its tracker spells it; end the command as wrongly used for anything else."""
    if not re.fullmatch(_NAMES[site.tracker], name):
        expected = "a key such as OKTA-12 or an id" if site.tracker == "jira" else "a ticket's number"
        give_up(f"{name!r} is no ticket of a {site.tracker}, expected {expected}.", WRONGLY_USED)
    return name.upper()


def console() -> Console:
    """Return where tables go: as wide as the terminal, and wide enough in a pipe; text in brackets stays text."""
    wide = Console(highlight=False, markup=False, soft_wrap=False)
    return wide if wide.is_terminal else Console(highlight=False, markup=False, width=_WIDTH_IN_A_PIPE)


def print_json(value: object) -> None:
    """Print one JSON document for scripts."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
