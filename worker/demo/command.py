"""The command `dueby demo`."""

import signal
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import click
import requests
from rich.console import Console
from rich.live import Live

from connector import time_source
from connector.cli.door import console, give_up
from connector.sandbox.server import serve
from policies.loader import load_policies
from worker.demo.board import Place, board, counts
from worker.demo.configuration import write_configuration, write_mappings
from worker.demo.desk import Desk, Shown
from worker.demo.jira_desk import JiraDesk
from worker.demo.rows import Flavour, of_today, reckoned
from worker.demo.running import DemoError, dueby_running
from worker.demo.zendesk_desk import ZendeskDesk

_PATIENCE_SECONDS = 90.0
_QUIET_SECONDS = 2.0
JIRAS: tuple[Flavour, ...] = ("jira-cloud", "jira-datacenter")
Desks = dict[Flavour, Desk]


@click.command()
@click.option("--stay", is_flag=True, help="Keep everything running until Ctrl-C, and print the addresses to open.")
def demo(*, stay: bool) -> None:
    """Start everything on loopback with three sandbox trackers, and show the due times read back from them.

    Files a ticket for every plan and level of the shipped policies on each tracker, and compares what dueby wrote with
    due times that were reckoned without it. Exit status 1 where any differs.

    \b
    Example:
      dueby demo --stay
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    out = console()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dueby-demo-")))
        desks: list[Desk] = [
            JiraDesk("jira-cloud", "cloud"),
            JiraDesk("jira-datacenter", "datacenter"),
            ZendeskDesk("help"),
        ]
        for desk in desks:
            stack.enter_context(serve(desk.sandbox))
        rows = [*reckoned(), *of_today(time_source.now())]
        config, mappings = write_configuration(folder, desks), write_mappings(folder, desks, rows)
        out.print("Starting dueby and three sandbox trackers on loopback ...")
        try:
            receiver = stack.enter_context(dueby_running(folder, config, mappings))
        except DemoError as error:
            give_up(str(error))
        for desk in desks:
            desk.listen(receiver)
        of = {desk.flavour: desk for desk in desks}
        places = [Place(row, of[row.flavour].file(row), Shown(None, None, None)) for row in rows]
        _let_things_happen(of, places)
        right = _watch(out, of, places)
        _report(out, places, right=right)
        if stay:
            _stay(out, desks, receiver, config)
    raise SystemExit(0 if right else 1)


def _let_things_happen(of: Desks, places: list[Place]) -> None:
    session = requests.Session()
    for place in (place for place in places if place.row.act):
        _wait_written(of[place.row.flavour], session, place)
        of[place.row.flavour].move_on(place.row, place.ticket, time_source.now())


def _wait_written(desk: Desk, session: requests.Session, place: Place) -> None:
    """Wait until a ticket shows its first due time, so that what happens next is a change."""
    deadline = time.monotonic() + _PATIENCE_SECONDS / 3
    while time.monotonic() < deadline and desk.read(session, place.ticket).state is None:
        time.sleep(0.2)


def _watch(out: Console, of: Desks, places: list[Place]) -> bool:
    """Read every ticket back until all show what they should, or patience ends."""
    session, deadline = requests.Session(), time.monotonic() + _PATIENCE_SECONDS
    with Live(counts(places, time_source.now()), console=out, transient=True, auto_refresh=False) as live:
        while True:
            for place in places:
                if place.row.policy is None or not place.fits(time_source.now()):
                    place.shown = of[place.row.flavour].read(session, place.ticket)
            live.update(counts(places, time_source.now()), refresh=True)
            if all(place.fits(time_source.now()) for place in places) or time.monotonic() > deadline:
                break
            time.sleep(0.5)
    time.sleep(_QUIET_SECONDS)  # whatever would still change shows itself now
    for place in places:
        place.shown = of[place.row.flavour].read(session, place.ticket)
    return all(place.fits(time_source.now()) for place in places)


def _report(out: Console, places: list[Place], *, right: bool) -> None:
    now = time_source.now()
    out.print(board(places, dict(load_policies(None)), now))
    wrong = sum(not place.fits(now) for place in places)
    good, bad = f"All {len(places)} tickets show what they should.", f"{wrong} of {len(places)} tickets differ."
    out.print(f"[bold {'green' if right else 'red'}]{good if right else bad}[/]")


def _stay(out: Console, desks: list[Desk], receiver: str, config: Path) -> None:
    for desk in desks:
        out.print(f"{desk.flavour}: {desk.sandbox.url}/_sandbox  (tickets: /_sandbox/tickets)")
    out.print(f"dueby: {receiver}/readyz   its configuration: {config}")
    out.print("Ctrl-C ends everything.")
    ended = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: ended.set())
    ended.wait()
