"""`dueby failures`: what gave up, and the button that tries again."""

import re

import click
from rich.table import Table
from sqlalchemy import Connection

from connector import time_source
from connector.cli.door import WRONGLY_USED, console, door, give_up, open_store, print_json, read_settings
from connector.cli.failure_rows import Row, rows_of
from connector.store.engine import reading, writing
from connector.store.failures import retry as retry_syncs
from connector.store.notice_failures import list_notice_failures, retry_notices
from connector.store.site_failures import list_site_failures, retry_site
from connector.store.walk_states import retry_walks

_ID = re.compile(r"n?[0-9]{1,18}|(site|walk):.+")


@click.group(short_help="List and retry what gave up.")
def failures() -> None:
    """List and retry the syncs and notices that gave up.

    \b
    Example:
      dueby failures list
      dueby failures retry all
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


@failures.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def list_(as_json: bool) -> None:  # noqa: FBT001  # click gives an option as it is
    """List sites, syncs and notices that fail, with what is wrong, since when, how often, and what to do.

    A site that fails as a whole is one row, and so is a channel that takes nothing.

    \b
    Example:
      dueby failures list --json
    """  # noqa: D301  # the same
    with door():
        with reading(open_store(read_settings())) as conn:
            found = rows_of(conn, time_source.now())
        if as_json:
            print_json([row.as_json for row in found])
        elif found:
            console().print(_table(found))
        else:
            click.echo("Nothing has failed.")


@failures.command()
@click.argument("which", metavar="[ID|all]", default="all")
def retry(which: str) -> None:
    """Try one failure again, or all of them: syncs at once, notices at once, and sites although they are paused.

    \b
    Example:
      dueby failures retry 12
      dueby failures retry n7
      dueby failures retry site:acme
      dueby failures retry all
    """  # noqa: D301  # the same
    if which != "all" and not (which.isascii() and _ID.fullmatch(which)):
        give_up(f"{which!r} is neither a failure's id nor all; `dueby failures list` shows them.", WRONGLY_USED)
    with door():
        with writing(open_store(read_settings())) as conn:
            walks, (syncs, notices) = _walks_retried(conn, which), _retried(conn, which)
        if walks and which != "all":
            click.echo("The walk begins again.")
            return
        if which != "all" and not syncs and not notices:
            give_up(f"There is no failure {which}; `dueby failures list` shows those that there are.")
        told = [f"{syncs} on the agenda again."] if syncs or not notices else []
        sent = f"{notices} {'notice is' if notices == 1 else 'notices are'} sent again."
        click.echo(" ".join([*told, sent] if notices else told))


def _walks_retried(conn: Connection, which: str) -> int:
    if which != "all" and not which.startswith("walk:"):
        return 0
    return retry_walks(conn, None if which == "all" else which.removeprefix("walk:"), time_source.now())


def _retried(conn: Connection, which: str) -> tuple[int, int]:
    """Put what was named back; return how many tickets and how many notices."""
    now = time_source.now()
    if which == "all":
        return retry_syncs(conn, None, now) + retry_site(conn, None, now), retry_notices(conn, None, now)
    if which.startswith("walk:"):
        return 0, 0
    if which.startswith("site:"):
        named = {failure.site for failure in list_site_failures(conn, now)} & {which.removeprefix("site:")}
        return sum(retry_site(conn, site, now) for site in named), 0
    if which.startswith("n"):
        found = [failure for failure in list_notice_failures(conn) if f"n{failure.id}" == which]
        return 0, sum(retry_notices(conn, failure.ids, now) for failure in found)
    return retry_syncs(conn, int(which), now), 0


def _table(found: tuple[Row, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("id", "site", "what", "field", "reason", "since", "times", "what to do"):
        table.add_column(column, justify="right" if column == "times" else "left", overflow="fold")
    for row in found:
        since = row.since.strftime("%Y-%m-%d %H:%MZ")
        table.add_row(row.id, row.site, row.what, row.field, row.reason, since, str(row.attempts), row.sentence)
    return table
