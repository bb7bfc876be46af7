"""The command `dueby demo`."""

import signal
import tempfile
import threading
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

import click
import requests
from rich.console import Console
from rich.live import Live

from connector import time_source
from connector.cli.door import console, give_up
from connector.sandbox.server import serve
from worker.demo.board import Place, board, progress
from worker.demo.configuration import write_configuration, write_mappings
from worker.demo.desk import Desk, Shown
from worker.demo.jira_desk import JiraDesk
from worker.demo.rows import Flavour, of_today, reckoned
from worker.demo.running import DemoError, dueby_running
from worker.demo.zendesk_desk import ZendeskDesk

_PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS, _QUIET_SECONDS = 0.3, 2.0
_LIVE_ROWS = 15
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
        right = _watch(out, of, places)
        _report(out, places, right=right)
        if stay:
            _stay(out, desks, receiver, config)
    raise SystemExit(0 if right else 1)


def _watch(out: Console, of: Desks, places: list[Place]) -> bool:
    """Read every ticket back until all show what they should, or patience ends; let happen what the rows tell."""
    session, deadline = requests.Session(), time.monotonic() + _PATIENCE_SECONDS
    settled: deque[Place] = deque(maxlen=_LIVE_ROWS)
    with Live(console=out, transient=True, auto_refresh=False) as live:
        while True:
            for place in (place for place in places if not place.settled):
                _read(of[place.row.flavour], session, place)
                if place.settled:
                    settled.append(place)
            live.update(progress(places, settled, time_source.now()), refresh=True)
            if all(place.settled or place.row.policy is None for place in places) or time.monotonic() > deadline:
                break
            time.sleep(_PAUSE_SECONDS)
    time.sleep(_QUIET_SECONDS)  # whatever would still change shows itself now
    for place in places:
        place.shown = of[place.row.flavour].read(session, place.ticket)
    return all(place.fits(time_source.now()) for place in places)


def _read(desk: Desk, session: requests.Session, place: Place) -> None:
    """Read a ticket back; once it shows its first due time, what happens next to it is a change."""
    place.shown = desk.read(session, place.ticket)
    if place.row.act and not place.moved_on and place.shown.state is not None:
        desk.move_on(place.row, place.ticket, time_source.now())
        place.moved_on = True
    elif place.row.policy is not None:
        place.settled = place.fits(time_source.now())


def _report(out: Console, places: list[Place], *, right: bool) -> None:
    now = time_source.now()
    out.print(board(places, now))
    wrong = sum(not place.fits(now) for place in places)
    good, bad = f"All {len(places)} tickets show what they should.", f"{wrong} of {len(places)} tickets differ."
    out.print(good if right else bad, style="bold green" if right else "bold red")


def _stay(out: Console, desks: list[Desk], receiver: str, config: Path) -> None:
    for desk in desks:
        out.print(f"{desk.flavour}: {desk.sandbox.url}/_sandbox  (tickets: /_sandbox/tickets)")
    out.print(f"dueby: {receiver}/readyz   its configuration: {config}")
    out.print("Ctrl-C ends everything.")
    ended = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: ended.set())
    ended.wait()
