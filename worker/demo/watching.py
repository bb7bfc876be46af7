"""Watch the demo's tickets until each shows what it should and everybody was told of it what they should be."""

import time
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

import requests
from rich.console import Console
from rich.live import Live

from connector import time_source
from connector.sandbox.recorder import Recorder
from worker.demo.board import Place, progress
from worker.demo.desk import Desk
from worker.demo.rows import REMINDED, Flavour, Told

_PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS, _QUIET_SECONDS = 0.3, 2.0
_LIVE_ROWS = 15


def watch(out: Console, of: Mapping[Flavour, Desk], places: Sequence[Place], on_call: Recorder) -> bool:
    """Read every ticket back until all is as it should be, or patience ends; let happen what the rows tell."""
    session, deadline = requests.Session(), time.monotonic() + _PATIENCE_SECONDS
    settled: deque[Place] = deque(maxlen=_LIVE_ROWS)
    with Live(console=out, transient=True, auto_refresh=False) as live:
        while True:
            note_received(of, places, on_call)
            for place in (place for place in places if not place.settled):
                _read(of[place.row.flavour], session, place)
                if place.settled:
                    settled.append(place)
            live.update(progress(places, settled, time_source.now()), refresh=True)
            if all(place.settled or place.row.policy is None for place in places) or time.monotonic() > deadline:
                break
            time.sleep(_PAUSE_SECONDS)
    time.sleep(_QUIET_SECONDS)  # whatever would still change shows itself now
    note_received(of, places, on_call)
    for place in places:
        place.shown = of[place.row.flavour].read(session, place.ticket)
    return all(place.fits(time_source.now()) for place in places)


def note_received(of: Mapping[Flavour, Desk], places: Sequence[Place], on_call: Recorder) -> None:
    """Give each ticket the notices that on-call received of it, in their order."""
    told: defaultdict[tuple[str, str], list[Told]] = defaultdict(list)
    for one in on_call.received():
        for notice in one.notices:
            told[notice["site"], notice["ticket"]].append((notice["step"], notice["repetition"]))
    for place in places:
        place.notices = tuple(told[of[place.row.flavour].site, place.ticket])


def _read(desk: Desk, session: requests.Session, place: Place) -> None:
    """Read a ticket back; once it shows its first due time, what happens next to it is a change."""
    place.shown = desk.read(session, place.ticket)
    ready = REMINDED in place.notices if place.row.notices else place.shown.state is not None
    if place.row.act and not place.moved_on and ready:
        desk.move_on(place.row, place.ticket, time_source.now())
        place.moved_on = True
    elif place.row.policy is not None:
        place.settled = place.fits(time_source.now())
