"""What `apply --dry-run` prints: the open tickets that would come out otherwise, and who would be told at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from rich.progress import track
from rich.table import Table
from sqlalchemy import Connection

from connector.cli.door import console
from connector.decided import InForce
from connector.forecast import Forecast, forecasts, never_fetched, open_tickets
from connector.settings import Settings
from policies.decision import Decision
from policies.touched import touched_by


def preview(conn: Connection, settings: Settings, before: InForce, after: InForce, now: datetime) -> None:
    """Work out and print what a change of mappings would do to the open tickets that it touches."""
    touched = touched_by(before.mappings, after.mappings)
    refs = open_tickets(conn, touched)
    watched = track(refs, "tickets", console=console(), transient=True) if console().is_terminal else refs
    found = [one for one in forecasts(conn, watched, before, after, now) if one.ref.site in settings.sites]
    changed = [one for one in found if one.changes]
    click.echo(f"{len(changed)} of {len(found)} open tickets that it touches would change.")
    if changed:
        console().print(_table(changed, settings))
    _list("would be breached at once", [one.key for one in found if one.breached_at_once])
    _list("would match no mapping any more", [one.key for one in found if one.matches_nothing])
    _list("of the mappings that change match no open ticket fetched so far", _idle(found, before, after))
    _tell_notices(one for one in found if settings.sites[one.ref.site].write)
    if unknown := never_fetched(conn, touched):
        click.echo(f"{unknown} more on the agenda were never fetched: nothing can be said of them.")


def _table(changed: Iterable[Forecast], settings: Settings) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("ticket", "mapping", "state", "due", "would be: mapping", "state", "due"):
        table.add_column(column, overflow="fold")
    for one in changed:
        zone = settings.sites[one.ref.site].timezone
        table.add_row(one.key, *_cells(one.before, zone), *_cells(one.after, zone))
    return table


def _cells(decision: Decision, zone: str) -> tuple[str, str, str]:
    due = f"{decision.due_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}" if decision.due_at else "-"
    return decision.mapping or "-", decision.state.value, due


def _idle(found: Iterable[Forecast], before: InForce, after: InForce) -> list[str]:
    """Name mappings that are new or changed and that none of these tickets falls under."""
    standing, used = before.mappings.mappings, {one.after.mapping for one in found}
    return [spec.name for spec in after.mappings.mappings if spec not in standing and spec.name not in used]


def _list(what: str, names: Sequence[str]) -> None:
    if names:
        click.echo(f"{len(names)} {what}: {', '.join(names)}")


def _tell_notices(found: Iterable[Forecast]) -> None:
    told: Counter[str] = Counter()
    for one in found:
        told.update(one.told_at_once)
    if told:
        channels = ", ".join(f"{channel} {count}" for channel, count in sorted(told.items()))
        click.echo(f"{told.total()} notices would go out at once ({channels}); --silent leaves them out.")
