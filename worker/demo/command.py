"""The command `dueby demo`."""

import signal
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path

import click
from rich.console import Console
from rich.text import Text

from connector import time_source
from connector.cli.door import console, give_up
from connector.sandbox.recorder import Recorder, record
from connector.sandbox.server import serve
from worker.demo.board import Place, board
from worker.demo.configuration import write_configuration, write_mappings
from worker.demo.desk import Desk, Shown
from worker.demo.jira_desk import JiraDesk
from worker.demo.rows import Flavour, due_at_once, of_today, reckoned
from worker.demo.running import DemoError, dueby_running
from worker.demo.watching import watch
from worker.demo.zendesk_desk import ZendeskDesk

JIRAS: tuple[Flavour, ...] = ("jira-cloud", "jira-datacenter")


@click.command()
@click.option("--stay", is_flag=True, help="Keep everything running until Ctrl-C, and print the addresses to open.")
def demo(*, stay: bool) -> None:
    """Start everything on loopback with three sandbox trackers; show due times read back and notices received.

    Files a ticket for every plan and level of the shipped policies on each tracker, and compares what dueby wrote with
    due times that were reckoned without it. Of a ticket on each that is due within seconds, on-call hears before it is
    due, at the breach, once more, and that it is over. Exit status 1 where anything differs.

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
        on_call = stack.enter_context(record())
        out.print("Starting dueby and three sandbox trackers on loopback ...")
        try:
            receiver = stack.enter_context(dueby_running(folder, config, mappings, on_call.channel("on-call")))
        except DemoError as error:
            give_up(str(error))
        for desk in desks:
            desk.listen(receiver)
        of = {desk.flavour: desk for desk in desks}
        rows = [*due_at_once(time_source.now()), *rows]
        places = [Place(row, of[row.flavour].file(row), Shown(None, None, None)) for row in rows]
        right = watch(out, of, places, on_call)
        _report(out, places, right=right)
        _show_notice(out, on_call)
        if stay:
            out.print(f"on-call: {on_call.url}/_recorder/received")
            _stay(out, desks, receiver, config)
    raise SystemExit(0 if right else 1)


def _report(out: Console, places: list[Place], *, right: bool) -> None:
    now = time_source.now()
    out.print(board(places, now))
    wrong = sum(not place.fits(now) for place in places)
    good, bad = f"All {len(places)} tickets show what they should.", f"{wrong} of {len(places)} tickets differ."
    out.print(good if right else bad, style="bold green" if right else "bold red")


def _show_notice(out: Console, on_call: Recorder) -> None:
    """Show one whole notice as on-call received it: the one of a breach."""
    told = [one for one in on_call.received() if any(notice["step"] == "breach" for notice in one.notices)]
    for one in told[:1]:
        out.print("\nOne of the notices as on-call received it:", style="bold")
        out.print(Text(f"{one.title}\n{one.message}"), soft_wrap=True)


def _stay(out: Console, desks: list[Desk], receiver: str, config: Path) -> None:
    for desk in desks:
        out.print(f"{desk.flavour}: {desk.sandbox.url}/_sandbox  (tickets: /_sandbox/tickets)")
    out.print(f"dueby: {receiver}/readyz   its configuration: {config}")
    out.print("Ctrl-C ends everything.")
    ended = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: ended.set())
    ended.wait()
