"""`dueby failures`: what gave up, and the button that tries again."""

import click
from rich.table import Table

from connector import time_source
from connector.cli.door import WRONGLY_USED, console, door, give_up, open_store, print_json, read_settings
from connector.store.engine import reading, writing
from connector.store.failures import Failure, list_failures
from connector.store.failures import retry as retry_failures


@click.group(short_help="List and retry what gave up.")
def failures() -> None:
    """List and retry the syncs that gave up.

    \b
    Example:
      dueby failures list
      dueby failures retry all
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


@failures.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def list_(as_json: bool) -> None:  # noqa: FBT001  # click gives an option as it is
    """List the syncs that gave up, oldest first, with what is wrong and what to do.

    \b
    Example:
      dueby failures list --json
    """  # noqa: D301  # the same
    with door():
        with reading(open_store(read_settings())) as conn:
            found = list_failures(conn)
        if as_json:
            print_json([_as_json(failure) for failure in found])
        elif found:
            console().print(_table(found))
        else:
            click.echo("Nothing has failed.")


@failures.command()
@click.argument("which", metavar="[ID|all]", default="all")
def retry(which: str) -> None:
    """Put one failure, or all of them, back on the agenda now; all also ends the pauses of sites.

    \b
    Example:
      dueby failures retry 12
      dueby failures retry all
    """  # noqa: D301  # the same
    if which != "all" and not (which.isascii() and which.isdigit() and len(which) <= len(str(2**63))):
        give_up(f"{which!r} is neither a failure's number nor all; `dueby failures list` shows them.", WRONGLY_USED)
    with door():
        chosen = None if which == "all" else int(which)
        with writing(open_store(read_settings())) as conn:
            again = retry_failures(conn, chosen, time_source.now())
        if chosen is not None and not again:
            give_up(f"There is no failure {chosen}; `dueby failures list` shows those that there are.")
        click.echo(f"{again} on the agenda again.")


def _table(found: tuple[Failure, ...]) -> Table:
    table = Table("id", "site", "ticket", "field", "reason", "since", "what to do", box=None, pad_edge=False)
    for failure in found:
        since = failure.since.strftime("%Y-%m-%d %H:%MZ")
        ref = failure.ref
        more = f" and {len(failure.others)} more of {failure.project}" if failure.others else ""
        named = f"{failure.key} ({ref.id})" if failure.key not in {None, ref.id} else ref.id
        ticket = f"{named}{more}"
        table.add_row(str(failure.id), ref.site, ticket, failure.field or "", failure.reason, since, failure.sentence)
    return table


def _as_json(failure: Failure) -> dict[str, object]:
    return {
        "id": failure.id,
        "site": failure.ref.site,
        "ticket": failure.ref.id,
        "key": failure.key,
        "others": [ref.id for ref in failure.others],
        "field": failure.field,
        "reason": failure.reason,
        "error": failure.sentence,
        "since": failure.since.isoformat(),
        "failed_at": failure.failed_at.isoformat(),
        "attempts": failure.attempts,
    }
