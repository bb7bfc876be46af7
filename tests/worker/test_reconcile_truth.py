"""Webhooks lost, doubled and shuffled: after one reconcile every field is what the tracker's own history asks for.

`DUEBY_TRUTH_TICKETS=500` is the long form.
"""

import os
import random
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from string import Template
from typing import Any

import pytest
from sqlalchemy import Engine

from connector.decided import Recalled, decided
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.sites import Site
from connector.store.agenda import feed, waiting
from connector.store.engine import reading, writing
from connector.store.mappings import Applying, save_mappings
from connector.store.walk_plan import due_walks, plan_walks
from connector.texts import summary
from connector.trackers.port import Scope
from policies.model import State, Ticket, TicketRef
from tests.receiving import received
from tests.scenarios.desk import BASE, deps_for
from tests.scenarios.flavours import CLOUD, DATACENTER, ZENDESK, Box, Flavour
from tests.walk import walk_due
from worker.deps import Deps
from worker.reconcile import reconcile
from worker.rules import Rules
from worker.sync import sync

pytestmark = pytest.mark.end_to_end

TICKETS = int(os.environ.get("DUEBY_TRUTH_TICKETS", "60"))
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SECRET = "a secret"
LOSSY: dict[str, Any] = {"drop": 0.3, "duplicate": 0.2, "shuffle": 0.5, "retry_wait": 0.1}
TRIGGER = '{"ticket": {"id": "{{ticket.id}}"}, "at": "{{ticket.updated_at_with_timestamp}}"}'
LEVELS = {"urgent": 1, "high": 2, "normal": 3}


@dataclass(slots=True)
class Stage:
    """A dueby whose worker is this test, a tracker that sends webhooks badly, and a time that the test tells."""

    flavour: Flavour
    box: Box
    site: Site
    engine: Engine
    at: list[datetime]
    deps: Deps
    dice: random.Random
    tickets: list[str] = field(default_factory=list)
    queue: deque[str] = field(default_factory=deque)

    def enqueue(self, _: str, fed: Iterable[tuple[str, int]]) -> None:
        self.queue.extend(ticket for ticket, _ in fed)

    def pass_time(self, **by: float) -> None:
        self.at[0] += timedelta(**by)

    def work(self, *, until_quiet: bool = True) -> None:
        """Sync what the agenda feeds; until no webhook is under way and nothing is due, where asked for."""
        deadline = time.monotonic() + 120
        while True:
            self.enqueue("acme", feed(self.engine, "acme", 2, self.at[0]))
            while self.queue:
                sync(TicketRef("acme", self.queue.popleft()), self.deps)
            if not until_quiet:
                return
            assert time.monotonic() < deadline, "it goes on and on"
            idle = self.box.sender.idle(0.05)
            with reading(self.engine) as conn:
                if idle and not waiting(conn, "acme", self.at[0]):
                    return

    def walk(self) -> None:
        """Reconcile once, until no walk is due."""
        for _ in range(20):
            reconcile("acme", self.deps)
            with reading(self.engine) as conn:
                if not due_walks(conn, ["acme"], self.at[0]):
                    return
            self.pass_time(seconds=61)
        pytest.fail("the walk does not end")

    def fetched(self, ticket: str) -> Ticket:
        return self.deps.tracker("acme").fetch(ticket)

    def shown(self, ticket: str) -> dict[str, str | None]:
        """Give dueby's fields as the tracker holds them."""
        seen = self.box.ticket(ticket)
        if isinstance(self.box, ZendeskSandbox):
            held = {str(one["id"]): one["value"] for one in seen["custom_fields"]}
        else:
            held = seen["fields"]
        return {name: held.get(own) or None for name, own in self.site.fields.items()}


@contextmanager
def staged(flavour: Flavour, engine: Engine, seed: int) -> Iterator[Stage]:
    at = [NOON]

    def now() -> datetime:
        return at[0]

    with serve(flavour.open(now)) as box:
        site = Site(
            name="acme",
            tracker=flavour.tracker,
            deployment=flavour.deployment,
            url=box.url,
            auth=flavour.auth,
            webhook_secrets=(SECRET,),
            fields=flavour.own_fields,
        )
        stage = Stage(flavour, box, site, engine, at, deps_for(site, engine, now), random.Random(seed))  # noqa: S311
        stage.deps = replace(stage.deps, enqueue=stage.enqueue)
        _apply(stage)
        with received(site, engine, now) as address:
            once_a_save = {"mode": "trigger", "template": TRIGGER} if flavour.tracker == "zendesk" else {}
            box.webhook(address, secret=SECRET, seed=seed, **LOSSY, **once_a_save)
            yield stage


def _apply(stage: Stage) -> None:
    mapping = "".join(f"    {line}\n" for line in BASE.strip().splitlines())
    text = Template("mappings:\n  - " + mapping.strip() + "\n").substitute(stage.flavour.words)
    with writing(stage.engine) as conn:
        save_mappings(conn, text, Applying(changed="all", who="a test", names=("okta",)), NOON - timedelta(days=1))
        plan_walks(conn, {"acme": Scope(("SUP",)) if stage.flavour.tracker == "jira" else Scope()})
    stage.walk()  # what is walked from now on are changes


def live(stage: Stage, count: int) -> None:
    """File tickets, and let people do to them what people do, while dueby works."""
    priorities = [stage.flavour.priorities[name] for name in LEVELS]
    for number in range(count * 3):
        stage.pass_time(seconds=stage.dice.choice((0.0, 0.4, 1.3, 7.0)))
        if number < count:
            stage.tickets.append(stage.box.create(fields={"priority": stage.dice.choice(priorities)}))
        else:
            act(stage, stage.dice.choice(stage.tickets), stage.dice.choice(priorities))
        if number % 7 == 0:
            stage.work(until_quiet=False)


def act(stage: Stage, ticket: str, priority: str) -> None:
    box, flavour = stage.box, stage.flavour
    match stage.dice.choice(("priority", "priority", "answer", "note", "solve", "reopen", "spoil", "away")):
        case "priority":
            box.change(ticket, fields={"priority": priority})
        case "answer":
            box.comment(ticket, by="vendor")
        case "note":
            box.comment(ticket, by="alice", public=False)
        case "solve":
            box.change(ticket, fields={"status": flavour.statuses["solved"]})
        case "reopen":
            box.change(ticket, fields={"status": flavour.statuses["open"]})
        case "spoil":
            own = flavour.own_fields["summary"]
            spoilt: dict[Any, str] = {int(own) if own.isdigit() else own: "changed by hand"}
            box.change(ticket, fields=spoilt)
        case "away":
            take_away(box, ticket)


def take_away(box: Box, ticket: str) -> None:
    """Take a ticket out of what the mapping matches."""
    if isinstance(box, ZendeskSandbox):
        box.change(ticket, fields={"brand": "Elsewhere"})
    elif box.ticket(ticket)["fields"]["project"]["key"] == "SUP":
        box.move(ticket, "DEV")


def wanted(stage: Stage, ticket: str) -> dict[str, str | None]:
    """Work out from the tracker's history alone, with an empty memory, what the fields should hold."""
    fetched = stage.fetched(ticket)
    with reading(stage.engine) as conn:
        rules = Rules(None, stage.deps.sites).in_force(conn)
    decision = decided(fetched, Recalled(None, {}, ()), rules, stage.at[0]).decision
    ours = {write.by for write in stage.box.log.writes(ticket=ticket)} & {"bot", "dueby"}
    if decision.state is State.UNMAPPED and not ours:
        held = stage.shown(ticket)
        return {name: held[name] for name in held}  # never ours: whatever stands there stands there
    due, zendesk = decision.due_at, stage.flavour.tracker == "zendesk"
    return {
        "due_at": None if due is None else f"{due:%Y-%m-%dT%H:%M:%S}{stage.flavour.after_due}",
        "due_on": None if due is None else f"{due:%Y-%m-%d}",
        "state": f"dueby_{decision.state}" if zendesk else str(decision.state),
        "summary": summary(decision.summary, "en", "UTC"),
    }


@pytest.mark.parametrize("flavour", [CLOUD, DATACENTER, ZENDESK], ids=lambda flavour: flavour.name)
def test_one_reconcile_makes_up_for_every_lost_webhook(flavour: Flavour, both_engine: Engine) -> None:
    with staged(flavour, both_engine, seed=TICKETS) as stage:
        if isinstance(stage.box, ZendeskSandbox):
            stage.box.add_brand("Elsewhere")
        live(stage, TICKETS)
        stage.work()
        wrong_before = [ticket for ticket in stage.tickets if stage.shown(ticket) != wanted(stage, ticket)]
        assert wrong_before, "webhooks were lost, or this proves nothing"
        stage.pass_time(minutes=12)
        stage.walk()
        stage.work()
        wrong = {
            ticket: (shown, right)
            for ticket in stage.tickets
            if (shown := stage.shown(ticket)) != (right := wanted(stage, ticket))
        }
        assert wrong == {}
        assert spot_checked(stage) >= TICKETS // 10
        states = Counter(stage.shown(ticket)["state"] for ticket in stage.tickets)
        assert len(states) >= 4, states
        deliveries = Counter(str(one.state) for one in stage.box.sender.deliveries)
        assert deliveries["dropped"] > TICKETS // 2


def spot_checked(stage: Stage) -> int:
    """Hold what is unanswered against due times that were walked along the clock, without any code of ours."""
    count = 0
    for ticket in stage.tickets:
        shown, fetched = stage.shown(ticket), stage.fetched(ticket)
        level = next((LEVELS[name] for name, own in stage.flavour.priorities.items() if own in fetched.priority), None)
        state = (shown["state"] or "").removeprefix("dueby_")
        same_level = not any(change.field == "priority" for change in fetched.changes)
        unanswered = state == "running" or (state == "breached" and "answered" not in (shown["summary"] or ""))
        if level is None or not unanswered or not (same_level or state == "running"):
            continue  # a breach stays one of the level that it came under
        case = {"policy": "okta-premier-success", "plan": "gold", "level": level, "timezone": "America/New_York"}
        due = datetime.fromisoformat(walk_due({**case, "start": fetched.created_at.isoformat()})["due_at"])
        assert datetime.fromisoformat(str(shown["due_at"])) == due.replace(microsecond=0), ticket
        assert (state == "breached") == (due < stage.at[0]), ticket
        count += 1
    return count
