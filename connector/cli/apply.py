"""`dueby mappings apply`: a mappings file put in force, or tried on the open tickets beforehand."""

import getpass
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import Connection, Engine

from connector import time_source
from connector.cli.changes import Change, changes_between
from connector.cli.channel_checks import check_channels
from connector.cli.door import WRONGLY_USED, console, door, give_up, open_store, read_settings
from connector.cli.preview import preview
from connector.decided import InForce, in_force
from connector.settings import Settings
from connector.sites import Site
from connector.store.engine import reading, writing
from connector.store.mappings import Applying, StoredMappings, current_mappings, save_mappings, wait_for_turn
from connector.store.rates import counting
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from policies.faults import FaultsError
from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings
from policies.schema import Policy
from policies.touched import Touched, touched_by

NONE_YET = "mappings: []\n"
_COLOURS = {"added": "green", "removed": "red", "changed": "yellow", "moved": "cyan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A file to apply, read and found right, and how."""

    file: Path
    text: str
    mappings: Mappings
    policies: Mapping[str, Policy]
    silent: bool
    over: int | None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change on the open tickets; apply nothing.")
@click.option("--silent", is_flag=True, help="Raise no notice for what is already past.")
@click.option("--over", metavar="VERSION", type=click.IntRange(min=0), help="Refuse if another version is in force.")
def apply(file: Path, dry_run: bool, silent: bool, over: int | None) -> None:  # noqa: FBT001  # click gives options so
    """Put the mappings of FILE in force, all or nothing; an unchanged file changes and wakes nothing.

    \b
    Example:
      dueby mappings apply mappings.yaml --dry-run
      dueby mappings apply mappings.yaml --silent
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    with door():
        settings = read_settings()
        asked = _read(file, settings, silent=silent, over=over)
        engine = open_store(settings)
        check_channels(asked.mappings, settings, str(file), lambda site: _tracker(engine, settings.sites[site]))
        if dry_run:
            _try_on(asked, settings, engine, time_source.now())
        else:
            _put_in_force(asked, settings, engine, time_source.now())


def _read(file: Path, settings: Settings, *, silent: bool, over: int | None) -> _Asked:
    text, policies = _text_of(file), load_policies(settings.policies)
    read = read_mappings(text, str(file), policies, settings.sites)
    return _Asked(file=file, text=text, mappings=read, policies=policies, silent=silent, over=over)


def _tracker(engine: Engine, site: Site) -> Tracker:
    return open_tracker(site, time_source.now, counting(engine, site, time_source.now))


def _put_in_force(asked: _Asked, settings: Settings, engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        wait_for_turn(conn)  # what another applies just now must be what this one is compared with
        standing, before = _standing(conn, asked, settings)
        changes = _changes(standing, asked)
        touched = touched_by(before.mappings, asked.mappings)
        applying = Applying(
            changed="; ".join(map(str, changes)) or "wording only",
            who=_who(),
            names=_names(asked),
            touched=touched,
            silent=asked.silent,
        )
        version = save_mappings(conn, asked.text, applying, now)
    if standing is not None and standing.version == version:
        click.echo(f"{asked.file} is in force already as version {version}; nothing changed.")
        return
    _tell(changes)
    click.echo(f"{asked.file} is in force as version {version}{_in_place_of(standing)}; {_woken(touched)}.")


def _try_on(asked: _Asked, settings: Settings, engine: Engine, now: datetime) -> None:
    with reading(engine) as conn:
        standing, before = _standing(conn, asked, settings)
        silent_from = now if asked.silent else standing.silent_from if standing else None
        first_applied = {**dict.fromkeys(_names(asked), now), **before.first_applied}
        after = InForce(asked.policies, replace(asked.mappings, silent_from=silent_from), first_applied)
        _tell(_changes(standing, asked))
        preview(conn, settings, before, after, now)
    click.echo("Nothing was applied.")


def _standing(conn: Connection, asked: _Asked, settings: Settings) -> tuple[StoredMappings | None, InForce]:
    """Give what is in force; end the command where that is not what the file was made from."""
    standing = current_mappings(conn)
    version = standing.version if standing else 0
    if asked.over not in {None, version}:
        by = f", applied by {standing.who}" if standing else ""
        give_up(f"Version {version} is in force{by}, not {asked.over}: export it, and change that.", WRONGLY_USED)
    return standing, _in_force(standing, asked.policies, settings)


def _in_force(standing: StoredMappings | None, policies: Mapping[str, Policy], settings: Settings) -> InForce:
    try:
        return in_force(standing, policies, settings.sites)
    except FaultsError:  # policies or sites changed since: whatever it said, the new file says anew
        known = standing.first_applied if standing else {}
        return InForce(policies, Mappings(silent_from=standing.silent_from if standing else None), known)


def _changes(standing: StoredMappings | None, asked: _Asked) -> tuple[Change, ...]:
    return changes_between(standing.text if standing else NONE_YET, asked.text)


def _names(asked: _Asked) -> tuple[str, ...]:
    return tuple(spec.name for spec in asked.mappings.mappings)


def _tell(changes: tuple[Change, ...]) -> None:
    for change in changes:
        console().print(change.how, style=_COLOURS[change.how], end="")
        click.echo(f" {change.kind} {change.name}")


def _in_place_of(standing: StoredMappings | None) -> str:
    if standing is None:
        return ""
    return f" in place of version {standing.version} of {standing.applied_at:%Y-%m-%d %H:%MZ} by {standing.who}"


def _woken(touched: Touched) -> str:
    return "open tickets are looked at again" if touched.sites or touched.mappings else "no ticket is touched"


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
        give_up(f"{file} can't be read ({why}).")


def _who() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # a container's user may have no name
        return socket.gethostname()
