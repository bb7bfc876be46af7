"""The demo's table: what was expected of each ticket, what was read back from its tracker, and who was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import Group
from rich.table import Table
from rich.text import Text

from policies.loader import load_policies
from worker.demo.desk import Shown
from worker.demo.rows import Row, Told

_TRACKERS = {"jira-cloud": "Jira Cloud", "jira-datacenter": "Jira Data Center", "zendesk": "Zendesk"}
_STYLES = {"breached": "red", "met": "green", "running": "cyan", "paused": "magenta"}


@dataclass(slots=True)
class Place:
    """One ticket of the demo: its row, its id at the tracker, what its fields held last, and the notices of it.

    `moved_on`: what the row tells has happened to it; `settled`: it showed what it should.
    """

    row: Row
    ticket: str
    shown: Shown
    notices: tuple[Told, ...] = ()
    moved_on: bool = False
    settled: bool = False

    def fits(self, now: datetime) -> bool:
        """Say whether the ticket shows what it should, and everybody heard of it what they should, once."""
        row, shown = self.row, self.shown
        told = sorted(self.notices) == sorted(row.notices)
        right = shown.due_at == row.due_at and shown.state == row.state(now)
        return told and right and bool(shown.summary) == bool(row.policy)


def progress(places: Sequence[Place], settled: Iterable[Place], now: datetime) -> Group:
    """Show how far each tracker is, and the tickets that came right last."""
    return Group(_counts(places, now), "", board(settled, now))


def _counts(places: Sequence[Place], now: datetime) -> Table:
    """Show how far each tracker is."""
    table = Table(box=None, padding=(0, 2))
    for column in ("Tracker", "as expected", "of"):
        table.add_column(column, justify="left" if column == "Tracker" else "right")
    for flavour, name in _TRACKERS.items():
        there = [place for place in places if place.row.flavour == flavour]
        table.add_row(name, str(sum(place.fits(now) for place in there)), str(len(there)))
    return table


def board(places: Iterable[Place], now: datetime) -> Table:
    """Show every ticket: tracker, vendor, plan, level, due time read back, expected, state, notices received."""
    policies = load_policies(None)
    table = Table(box=None, padding=(0, 1), header_style="bold")
    due = f"Due ({now.astimezone().tzname()})"
    table.add_column("Ticket", overflow="fold")  # the one to give way in a narrow terminal
    for column in ("Tracker", "Vendor", "Plan", "Level", due, "Expected", "State", "Notices", ""):
        table.add_column(column, no_wrap=column != "Notices", overflow="fold")
    for place in places:
        row, state = place.row, place.shown.state or ""
        vendor = policies[row.policy].vendor if row.policy else ""
        told = (
            row.case.removeprefix(f"{row.flavour}-"),
            _TRACKERS[row.flavour],
            vendor,
            row.plan,
            str(row.level or ""),
        )
        dues = (_text(place.shown.due_at), _text(row.due_at))
        style = _STYLES.get(state, "default")
        mark = Text("✓", "green") if place.fits(now) else Text("differs", "bold red")
        table.add_row(*told, *dues, Text(state or "(left alone)", style), _told(place.notices), mark)
    return table


def _told(notices: Iterable[Told]) -> str:
    return ", ".join(f"{step} again" if repetition else step for step, repetition in notices)


def _text(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M") if at else "-"
