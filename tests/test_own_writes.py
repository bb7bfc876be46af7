"""What dueby writes comes back to it as a webhook, and no further write follows: real receiver, agenda and sync."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from connector import time_source
from connector.sandbox.server import serve
from connector.sites import Site
from connector.store.agenda import feed
from connector.store.engine import open_engine, writing
from connector.store.mappings import Applying, save_mappings
from connector.store.upgrade import upgrade
from policies.model import TicketRef
from tests.receiving import received
from tests.scenarios.desk import deps_for
from tests.scenarios.flavours import CLOUD, DATACENTER, ZENDESK, Box, Flavour
from worker.deps import Deps
from worker.sync import sync

pytestmark = pytest.mark.end_to_end

SECRET = "a secret"
QUIET = 0.7
ENDLESS = 30
MAPPINGS = """
mappings:
  - name: hosteur
    site: acme
    match: {%s}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2, urgent: 1}
    owed_by: us
"""


@dataclass(slots=True)
class Loop:
    """A dueby whose worker is this test: it syncs what the agenda feeds, as long as anything comes."""

    box: Box
    engine: Engine
    deps: Deps
    syncs: int = 0
    queue: deque[str] = field(default_factory=deque)

    def enqueue(self, _: str, fed: Iterable[tuple[str, int]]) -> None:
        """Take what the store has reserved."""
        self.queue.extend(ticket for ticket, _ in fed)

    def run(self) -> None:
        """Work until no webhook is under way and the agenda has been quiet for a while."""
        deps = replace(self.deps, enqueue=self.enqueue)
        busy_at = time.monotonic()
        while time.monotonic() - busy_at < QUIET:
            self.enqueue("acme", feed(self.engine, "acme", 2, time_source.now()))
            while self.queue:
                sync(TicketRef("acme", self.queue.popleft()), deps)
                self.syncs += 1
                assert self.syncs < ENDLESS, f"it goes on and on: {self.writes()}"
                busy_at = time.monotonic()
            time.sleep(0.02)
            if not self.box.sender.idle(0.02):
                busy_at = time.monotonic()

    def writes(self) -> list[bool]:
        """Tell for each write of ours whether it wrote what stood there already."""
        return [write.equal for write in self.box.log.writes(by="bot")]


@contextmanager
def looped(flavour: Flavour, folder: Path, **webhook: object) -> Iterator[Loop]:
    """Open a sandbox whose webhooks reach a dueby that writes to it."""
    engine = open_engine(f"sqlite:///{folder}/dueby.db")
    upgrade(engine)
    with serve(flavour.open(time_source.now)) as box:
        site = Site(
            name="acme",
            tracker=flavour.tracker,
            deployment=flavour.deployment,
            url=box.url,
            auth=flavour.auth,
            webhook_secrets=(SECRET,),
            fields=flavour.own_fields,
        )
        with writing(engine) as conn:
            text = MAPPINGS % flavour.words["match"]
            save_mappings(conn, text, Applying(changed="all", who="a test", names=("hosteur",)), time_source.now())
        with received(site, engine, time_source.now) as address:
            box.webhook(address, secret=SECRET, **webhook)
            yield Loop(box, engine, deps_for(site, engine, time_source.now))
    engine.dispose()


TRIGGER = '{"ticket": {"id": "{{ticket.id}}"}, "at": "{{ticket.updated_at_with_timestamp}}"}'


@pytest.mark.parametrize(
    ("flavour", "webhook"),
    [
        pytest.param(CLOUD, {}, id="Jira Cloud"),
        pytest.param(CLOUD, {"duplicate": 1.0, "shuffle": 0.2}, id="Jira Cloud, each webhook twice and shuffled"),
        pytest.param(DATACENTER, {}, id="Jira Data Center"),
        pytest.param(ZENDESK, {}, id="Zendesk events"),
        pytest.param(ZENDESK, {"mode": "trigger", "template": TRIGGER}, id="a Zendesk trigger"),
    ],
)
def test_own_writes_never_loop(tmp_path: Path, flavour: Flavour, webhook: dict[str, object]) -> None:
    with looped(flavour, tmp_path, **webhook) as loop:
        ticket = loop.box.create(fields={"priority": flavour.priorities["urgent"]})
        loop.run()
        assert loop.writes() == [False]
        assert len(loop.box.sender.deliveries) >= 2  # the ticket's, and those of what dueby wrote
        assert loop.syncs >= 2  # the one that wrote, and one for the webhooks of what it wrote
        loop.box.comment(ticket, by="alice")
        loop.run()
        assert loop.writes() == [False, False]
        assert {one.state for one in loop.box.sender.deliveries} == {"delivered"}
