"""`dueby sites create-fields`: the fields that dueby writes to, and the block for dueby.yaml that names them."""

from collections.abc import Iterable, Iterator

import click

from connector import time_source
from connector.cli.door import door, open_store, read_settings, site_named
from connector.preflight.preflight import checked_scope, specs_of
from connector.settings import Settings
from connector.sites import Site
from connector.store.engine import reading
from connector.store.mappings import current_mappings
from connector.store.rates import counting
from connector.trackers.port import OwnField, Scope
from connector.trackers.registry import open_tracker
from policies.faults import FaultsError
from policies.loader import load_policies
from policies.mapping import read_mappings

_HOW = {
    "configured": "is configured as",
    "found": "is there already as",
    "created": "was created as",
    "missing": "would be created",
}


@click.command("create-fields", short_help="Create the fields that are missing on a site.")
@click.argument("site")
@click.option("--with-due-on", is_flag=True, help="Also create the optional date field due_on.")
@click.option("--dry-run", is_flag=True, help="Say what would be created, create nothing.")
def create_fields(site: str, with_due_on: bool, dry_run: bool) -> None:  # noqa: FBT001  # click gives options as they are
    """Create dueby's custom fields that SITE lacks, and print the `fields` block for dueby.yaml.

    Fields that are configured, or have the same name and type, are used as they are: run it as often as you like.

    \b
    Example:
      dueby sites create-fields acme --with-due-on
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    with door():
        settings = read_settings()
        chosen = site_named(settings, site)
        counted = counting(open_store(settings), chosen, time_source.now, while_paused=True)
        fields = open_tracker(chosen, time_source.now, counted).create_fields(due_on=with_due_on, dry_run=dry_run)
        for line in (*map(_told, fields), *([] if dry_run else _ending(settings, chosen, fields))):
            click.echo(line)


def _told(field: OwnField) -> str:
    named = f" {field.id}" if field.id else ""
    return f"# {field.name}: {field.title!r} of type {field.kind} {_HOW[field.how]}{named}"


def _ending(settings: Settings, site: Site, fields: Iterable[OwnField]) -> Iterator[str]:
    """Give the block, and in comments what is left to do: the whole output may be pasted as it is."""
    yield f"# put this into dueby.yaml, under sites.{site.name}:"
    yield f"    fields: {{{', '.join(f'{field.name}: {field.id}' for field in fields)}}}"
    scope = _scope(settings, site)
    if site.tracker == "jira":
        where = f"the edit screen of {', '.join(scope.projects)}" if scope.projects else "each project's edit screen"
        yield f"# then by hand: Settings > Issues > Custom fields > each of them > Add to screen: {where}"
    else:
        where = f"the form {', '.join(scope.forms)}" if scope.forms else "your ticket forms"
        yield f"# then by hand: Admin Center > Objects and rules > Tickets > Forms: add each of them to {where}"
    yield f"# and last: dueby sites check {site.name}"


def _scope(settings: Settings, site: Site) -> Scope:
    with reading(open_store(settings)) as conn:
        standing = current_mappings(conn)
    try:
        policies = load_policies(settings.policies)
        read = read_mappings(standing.text, "mappings in force", policies, settings.sites) if standing else None
    except FaultsError:  # `sites check` tells those
        read = None
    return checked_scope(specs_of(site.name, read)) if read else Scope()
