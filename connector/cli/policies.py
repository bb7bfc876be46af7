"""`dueby policies`: list, show and lint the vendors' policies; needs no configuration, database or Redis."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from policies.faults import Fault, FaultsError
from policies.lint import lint as lint_policy
from policies.loader import VENDORS, load_policy_file, shadow_faults, shipped_ids, shipped_policy
from policies.schema import Policy


@click.group(short_help="List, show and lint the vendors' policies.")
def policies() -> None:
    """Look at the policies: what each vendor promises, and where it says so.

    \b
    Example:
      dueby policies list
      dueby policies lint our-policies/*.yaml
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


@policies.command("list")
def list_policies() -> None:
    """List the shipped policies.

    \b
    Example:
      dueby policies list
    """  # noqa: D301  # the same
    from connector.cli.policy_page import print_list  # noqa: PLC0415  # lint needs no rich

    print_list([shipped_policy(name) for name in shipped_ids()])


@policies.command()
@click.argument("policy", metavar="ID|FILE")
def show(policy: str) -> None:
    """Show one policy: plans, levels, targets, calendars, rules, readings, notes, each with its clause.

    \b
    Example:
      dueby policies show credenti
    """  # noqa: D301  # the same
    from connector.cli.policy_page import print_policy  # noqa: PLC0415  # lint needs no rich

    print_policy(_named(policy))


@policies.command()
@click.argument("files", metavar="[FILE...]", nargs=-1, type=click.Path(path_type=Path))
def lint(files: tuple[Path, ...]) -> None:
    """Check policy files, the shipped ones where no FILE is given; print every fault, and exit 1 for errors.

    \b
    Example:
      dueby policies lint our-policies/acme.yaml
    """  # noqa: D301  # the same
    paths = files or tuple(sorted(VENDORS.glob("*.yaml")))
    seen: set[str] = set()
    faults = [fault for path in paths for fault in _faults(path, seen)]
    for fault in faults:
        click.echo(f"{fault} (warning)" if fault.warning else str(fault))
    errors = sum(not fault.warning for fault in faults)
    click.echo(
        f"{_counted(len(paths), 'file')}, {_counted(errors, 'error')}, {_counted(len(faults) - errors, 'warning')}",
        err=True,
    )
    sys.exit(1 if errors else 0)


def _faults(path: Path, seen: set[str]) -> Iterable[Fault]:
    try:
        policy = load_policy_file(path)
    except FaultsError as error:
        return error.faults
    shadowing = () if path.parent == VENDORS else tuple(shadow_faults(policy, str(path), seen))
    seen.add(policy.id)
    return (*shadowing, *lint_policy(policy, str(path)))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _named(name: str) -> Policy:
    if name in shipped_ids():
        return shipped_policy(name)
    if not Path(name).is_file():
        known = ", ".join(shipped_ids())
        click.echo(f"no policy is called {name!r}: give one of {known}, or a policy file", err=True)
        sys.exit(1)
    try:
        return load_policy_file(Path(name))
    except FaultsError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        sys.exit(1)
