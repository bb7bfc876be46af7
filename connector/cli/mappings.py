"""`dueby mappings`: which tickets fall under which policy, as one file that is applied whole or not at all."""

import click
from rich.table import Table

from connector.cli.apply import NONE_YET, apply
from connector.cli.door import console, door, open_store, print_json, read_settings
from connector.cli.explain import explain
from connector.settings import Settings
from connector.store.engine import reading
from connector.store.mappings import StoredMappings, current_mappings
from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings
from policies.mapping_schema import Mapping as MappingSpec


@click.group(short_help="Apply, export, list and explain mappings.")
def mappings() -> None:
    """Say which tickets fall under which policy and plan.

    \b
    Example:
      dueby mappings apply mappings.yaml
      dueby mappings explain acme OKTA-12
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


mappings.add_command(apply)
mappings.add_command(explain)


@mappings.command()
def export() -> None:
    """Print the mappings in force as YAML, `${NAME}` as written.

    \b
    Example:
      dueby mappings export > mappings.yaml
    """  # noqa: D301  # the same
    with door():
        standing = _standing(read_settings())
        click.echo(standing.text if standing else NONE_YET, nl=False)


@mappings.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def list_(as_json: bool) -> None:  # noqa: FBT001  # click gives an option as it is
    """List the mappings in force in the order in which they are tried.

    \b
    Example:
      dueby mappings list
    """  # noqa: D301  # the same
    with door():
        settings = read_settings()
        standing = _standing(settings)
        text = standing.text if standing else NONE_YET
        read = read_mappings(text, "mappings in force", load_policies(settings.policies), settings.sites)
        if as_json:
            print_json([spec.model_dump(mode="json", by_alias=True, exclude_none=True) for spec in read.mappings])
        elif standing is None or not read.mappings:
            click.echo("There are no mappings; `dueby mappings apply FILE` puts some in force.")
        else:
            console().print(_table(read, standing))


def _standing(settings: Settings) -> StoredMappings | None:
    with reading(open_store(settings)) as conn:
        return current_mappings(conn)


def _table(read: Mappings, standing: StoredMappings) -> Table:
    title = f"version {standing.version}, applied {standing.applied_at:%Y-%m-%d %H:%MZ} by {standing.who}"
    table = Table("", "mapping", "site", "match", "policy", "plan", "owed by", box=None, pad_edge=False, title=title)
    for number, spec in enumerate(read.mappings, 1):
        match = "; ".join(f"{key}: {', '.join(values)}" for key, values in spec.match.items()) or "every ticket"
        table.add_row(str(number), spec.name, spec.site, match, spec.policy, _plan(spec), spec.owed_by)
    return table


def _plan(spec: MappingSpec) -> str:
    if isinstance(spec.plan, str):
        return spec.plan
    spare = f", else {spec.plan.default}" if spec.plan.default else ""
    return f"field {spec.plan.field}{spare}"
