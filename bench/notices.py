"""Notices planned per second, and sent per second into a recorder, beside Apprise alone sending the same."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from apprise import Apprise, NotifyFormat, NotifyType
from sqlalchemy import Engine

from bench.databases import SQLITE, database
from bench.figure import ROUNDS, Figure
from bench.places import SITE, configured, dueby, free_port, program, wait_until
from connector import time_source
from connector.decided import decided, recall
from connector.sandbox.recorder import Received, Recorder, record
from connector.sites import Site
from connector.store.engine import open_engine, reading, writing
from connector.store.heartbeats import latest
from connector.store.mappings import Applying, save_mappings
from connector.store.upgrade import upgrade
from policies.model import Status, Ticket, TicketRef
from worker.planning import keep_notices
from worker.rules import Rules
from worker.seen import Seen, keep, stored_of

CHANNELS, TICKETS = 40, 20
"""A channel gets no more than twenty notices one by one in a minute, so each round has channels of its own."""

COUNT = CHANNELS * TICKETS
_MAPPING = """\
  - name: round-{number}
    site: {site}
    match: {{project: [R{number}]}}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {{High: 2}}
    owed_by: vendor
    answered_by: [{{status: [Answered]}}]
    notices_from: 2026-01-01T00:00:00Z
    escalation: round-{number}
"""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a round needs: dueby's database, the rules in force, and who receives."""

    engine: Engine
    rules: Rules
    recorder: Recorder


def measure(engine: str = SQLITE) -> list[Figure]:
    """Plan the notices of breached tickets in one go, then let a notifier send them; Apprise alone sends as many."""
    with tempfile.TemporaryDirectory(prefix="dueby-bench-") as name, _desk(engine, Path(name)) as desk:
        rounds = [_round(desk, number) for number in range(ROUNDS)]
    planned, sent, alone = zip(*rounds, strict=True)
    told = f"{TICKETS} breached tickets a round, each telling {CHANNELS} channels"
    return [
        Figure(
            what="notices planned", unit="/s", ours=planned, remark=f"{told}: decided, planned and stored; one thread"
        ),
        Figure(
            what="notices sent into a recorder",
            unit="/s",
            ours=sent,
            peer="Apprise alone, one thread",
            peers=alone,
            remark=f"{told}: from the plan's commit to the last one received; the notifier looks once a second",
        ),
    ]


def _round(desk: _Desk, number: int) -> tuple[float, float, float]:
    planned = _plan(desk, number)
    before = len(desk.recorder.received())
    began = time.perf_counter()
    wait_until(lambda: len(desk.recorder.received()) >= before + COUNT, 60, f"{COUNT} notices")
    sent = COUNT / (time.perf_counter() - began)
    received = desk.recorder.received()[before:]
    if len(received) != COUNT or any(len(one.notices) != 1 for one in received):
        raise ValueError(f"{len(received)} messages instead of {COUNT} notices one by one")
    return planned, sent, _alone(received, desk.recorder)


def _plan(desk: _Desk, number: int) -> float:
    """Store the tickets as syncs do; all are committed at once, so that a notifier finds all of them."""
    now, count = time_source.now(), 0
    took = 0.0
    with writing(desk.engine) as conn:
        rules = desk.rules.in_force(conn)
        for ticket in _tickets(number, now):
            began = time.perf_counter()
            known = recall(conn, ticket.ref)
            one = decided(ticket, known, rules, now)
            seen = Seen(
                fetched=ticket,
                reason="bench",
                decided=one,
                summary="A summary",
                recalled=known,
                stored=stored_of(conn, ticket.ref),
            )
            keep(conn, seen, now, wrote=True, synced=True)
            keep_notices(conn, ticket.ref, one.decision, now, silent=False)
            took += time.perf_counter() - began
            count += CHANNELS
    return count / took


def _alone(received: Sequence[Received], recorder: Recorder) -> float:
    """Send the same messages by Apprise alone."""
    addresses = {one.path: Apprise() for one in received}
    for path, address in addresses.items():
        address.add(recorder.channel(f"alone{path}"))
    began = time.perf_counter()
    for one in received:
        address = addresses[one.path]
        address.notify(one.message, title=one.title, notify_type=NotifyType.WARNING, body_format=NotifyFormat.TEXT)
    return len(received) / (time.perf_counter() - began)


def _tickets(number: int, now: datetime) -> Iterator[Ticket]:
    for index in range(TICKETS):
        yield Ticket(
            ref=TicketRef(SITE, f"{number}{index:03}"),
            key=f"R{number}-{index}",
            title="Nobody can log in",
            url="http://127.0.0.1:1/browse",
            created_at=now - timedelta(days=30),
            updated_at=now,
            status=Status(("Open", "1")),
            priority=("High",),
            traits={"project": ((f"R{number}",),)},
        )


@contextmanager
def _desk(kind: str, folder: Path) -> Iterator[_Desk]:
    with record() as recorder, database(kind, folder) as url:
        environ = configured(folder, "http://127.0.0.1:1", "", free_port(), 1, url)
        engine, text = open_engine(url), _mappings(recorder)
        upgrade(engine)
        names = tuple(f"round-{number}" for number in range(ROUNDS))
        with writing(engine) as conn:
            save_mappings(conn, text, Applying(changed="bench", who="bench", names=names), time_source.now())
        with program(dueby("notifier"), environ, folder / "notifier.log"):
            wait_until(lambda: _alive(engine), 30, "a notifier's sign of life")
            yield _Desk(
                engine, Rules(None, {SITE: Site(name=SITE, tracker="jira", url="http://127.0.0.1:1")}), recorder
            )


def _alive(engine: Engine) -> bool:
    with reading(engine) as conn:
        return any(beat.kind == "notifier" for beat in latest(conn))


def _mappings(recorder: Recorder) -> str:
    mappings = "".join(_MAPPING.format(number=number, site=SITE) for number in range(ROUNDS))
    escalations, channels = [], []
    for number in range(ROUNDS):
        names = [f"c{number}-{index}" for index in range(CHANNELS)]
        escalations.append(f"  - {{name: round-{number}, steps: [{{at: breach, notify: [{', '.join(names)}]}}]}}\n")
        channels += [f'  - {{name: {name}, url: "{recorder.channel(name)}"}}\n' for name in names]
    return f"mappings:\n{mappings}escalations:\n{''.join(escalations)}channels:\n{''.join(channels)}"
