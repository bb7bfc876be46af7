"""`dueby sites`: is everything there that dueby needs, and the fields that it writes to."""

from functools import cache

import click
from rich.table import Table
from rich.text import Text

from connector import time_source
from connector.cli.door import console, door, give_up, open_store, print_json, read_settings, site_named
from connector.cli.own_fields import create_fields
from connector.preflight.preflight import Ground, preflight
from connector.settings import Settings
from connector.store.alerts import can_be_told
from connector.store.engine import reading
from connector.store.mappings import current_mappings
from connector.store.rates import counting
from connector.trackers.port import Catalogue, Finding, Tracker, Verdict
from connector.trackers.registry import open_tracker
from policies.faults import Fault, FaultsError
from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings

_MARKS = {
    Verdict.RIGHT: ("\N{CHECK MARK}", "green"),
    Verdict.WARNING: ("! warning", "yellow"),
    Verdict.FAULT: ("\N{BALLOT X} fault", "red"),
}


@click.group(short_help="Check sites, and create dueby's fields on them.")
def sites() -> None:
    """Check that the configured sites are as dueby needs them, and create its fields.

    \b
    Example:
      dueby sites check acme
      dueby sites create-fields acme
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


sites.add_command(create_fields)


@sites.command()
@click.argument("site", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def check(site: str | None, as_json: bool) -> None:  # noqa: FBT001  # click gives an option as it is
    """Look at SITE, or at every site: account, rights, fields, screens, webhook secret, names in mappings.

    Writes nothing to a tracker. Exits 1 where something keeps dueby from working; warnings alone do not.

    \b
    Example:
      dueby sites check acme
    """  # noqa: D301  # the same
    with door():
        settings = read_settings()
        chosen = [site_named(settings, site).name] if site else sorted(settings.sites)
        mappings, broken = _mappings(settings)
        ground = _ground(settings, mappings)
        found = {name: preflight(name, ground) for name in chosen}
        if as_json:
            print_json([{"site": name, "findings": [_as_json(one) for one in found[name]]} for name in chosen])
        else:
            console().print(_table(found))
        if settings.alerts is not None and not can_be_told(settings.alerts, mappings.channels):
            click.echo(
                f"alerts: {settings.alerts} is no channel with a url in the mappings in force; add it.", err=True
            )
    _end(found, broken)


def _mappings(settings: Settings) -> tuple[Mappings, tuple[Fault, ...]]:
    """Give the mappings in force; where they can't be read, none and why: a site's own checks go on without them."""
    with reading(open_store(settings)) as conn:
        standing = current_mappings(conn)
    if standing is None:
        return Mappings(), ()
    try:
        policies = load_policies(settings.policies)
        return read_mappings(standing.text, "mappings in force", policies, settings.sites, standing.version), ()
    except FaultsError as error:
        return Mappings(), error.faults


def _ground(settings: Settings, mappings: Mappings) -> Ground:
    engine = open_store(settings)

    @cache
    def tracker(name: str) -> Tracker:
        site, now = settings.sites[name], time_source.now
        return open_tracker(site, now, counting(engine, site, now, while_paused=True))

    @cache
    def catalogue(name: str) -> Catalogue:
        return tracker(name).catalogue()

    return Ground(sites=settings.sites, mappings=mappings, tracker=tracker, catalogue=catalogue)


def _table(found: dict[str, tuple[Finding, ...]]) -> Table:
    table = Table("site", "about", "", "what was found", "what to do", box=None, pad_edge=False)
    for name, findings in found.items():
        for one in findings:
            mark, colour = _MARKS[one.verdict]
            about = ", ".join(filter(None, (one.project, one.field, one.path)))
            table.add_row(name, about, Text(mark, style=colour), one.found, one.todo)
    return table


def _as_json(finding: Finding) -> dict[str, str | None]:
    return {
        "code": finding.code,
        "verdict": finding.verdict.value,
        "project": finding.project,
        "field": finding.field,
        "path": finding.path,
        "found": finding.found,
        "todo": finding.todo or None,
    }


def _end(found: dict[str, tuple[Finding, ...]], broken: tuple[Fault, ...]) -> None:
    for fault in broken:
        click.echo(str(fault), err=True)
    faulty = {name: sum(one.verdict is Verdict.FAULT for one in findings) for name, findings in found.items()}
    told = ", ".join(f"{name}: {count} fault{'s' if count > 1 else ''}" for name, count in faulty.items() if count)
    if told or broken:
        give_up(f"{told or 'The mappings in force cannot be read'}. Put right what is named, then check again.")
