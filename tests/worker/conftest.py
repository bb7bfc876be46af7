"""A worker's parts with a pretended tracker, a real database and a real Valkey."""

import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import Engine

from connector.errors import TrackerError
from connector.sites import Site
from connector.store.agenda import AgendaRow, agenda_row, wake
from connector.store.engine import reading, writing
from connector.store.mappings import Applying, save_mappings
from connector.texts import summary
from connector.trackers.port import Catalogue, Changed, Changes, Finding, OwnField, Rank, Scope, Wanted
from policies.model import Person, Role, Status, Ticket, TicketRef
from worker.deps import Deps
from worker.embedded import embedded_in, wait_ready
from worker.leasekeeper import LeaseKeeper
from worker.rules import Rules
from worker.sync import sync

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REF = TicketRef("acme", "10001")
SITE = Site(
    name="acme",
    tracker="jira",
    url="http://127.0.0.1:1",
    fields={"due_at": "customfield_1", "state": "customfield_2", "summary": "customfield_3"},
)
MAPPINGS = """\
mappings:
  - name: hosteur
    site: acme
    match: {project: [SUP]}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [vendor]}}]
"""


@dataclass
class FakeTracker:
    """Tickets in memory; `during` runs inside each fetch, as other things that happen meanwhile do."""

    before_request: Callable[[str], None]
    tickets: dict[str, Ticket] = field(default_factory=dict)
    written: list[tuple[str, Wanted]] = field(default_factory=list)
    comments: list[tuple[str, str]] = field(default_factory=list)
    during: Callable[[], None] = lambda: None
    after_write: Callable[[], None] = lambda: None
    refuses: TrackerError | None = None
    pages: list[tuple[Changed, ...] | Exception] = field(default_factory=list)
    walked: list[tuple[datetime | None, str | None, Scope]] = field(default_factory=list)

    def fetch(self, ticket: str) -> Ticket:
        self.before_request("GET")
        self.during()
        if ticket not in self.tickets:
            raise TrackerError("gone", "It is not there.", retryable=False, status=404, gone=True)
        return self.tickets[ticket]

    def write(self, ticket: Ticket, wanted: Wanted) -> tuple[str, ...]:
        wants = {
            "due_at": wanted.due_at.isoformat() if wanted.due_at else None,
            "state": wanted.state,
            "summary": wanted.summary,
        }
        differing = tuple(name for name, value in wants.items() if ticket.held.get(name) != value)
        if differing:
            self.before_request("PUT")
            if self.refuses:
                raise self.refuses
            self.written.append((ticket.ref.id, wanted))
            self.tickets[ticket.ref.id] = replace(ticket, held=wants)
            self.after_write()
        return differing

    def comment(self, ticket: str, text: str) -> None:
        self.before_request("POST")
        if self.refuses:
            raise self.refuses
        self.comments.append((ticket, text))

    def changed_since(self, since: datetime, cursor: str | None, scope: Scope) -> Iterator[Changes]:
        """Give `pages` from the cursor's number on; an error among them is raised."""
        self.walked.append((since, cursor, scope))
        yield from self._pages(cursor)

    def open_tickets(self, scope: Scope, cursor: str | None = None) -> Iterator[Changes]:
        self.walked.append((None, cursor, scope))
        yield from self._pages(cursor)

    def _pages(self, cursor: str | None) -> Iterator[Changes]:
        for number, page in enumerate(self.pages[int(cursor or 0) :], int(cursor or 0) + 1):
            self.before_request("GET")
            if isinstance(page, Exception):
                raise page
            yield Changes(page, str(number) if number < len(self.pages) else None)

    def check(self, scope: Scope) -> tuple[Finding, ...]:
        raise AssertionError(f"no worker checks sites ({scope})")

    def create_fields(self, *, due_on: bool = False, dry_run: bool = False) -> tuple[OwnField, ...]:
        raise AssertionError(f"no worker creates fields ({due_on}, {dry_run})")

    def catalogue(self) -> Catalogue:
        return Catalogue({})


@dataclass
class World:
    """A worker's parts, and what stands around it. `at` is the time; tests move it."""

    engine: Engine
    tracker: FakeTracker
    deps: Deps
    at: list[datetime]
    queued: list[tuple[str, str, int]]

    def pass_time(self, **by: float) -> None:
        self.at[0] += timedelta(**by)

    def wake(self, ref: TicketRef = REF, rank: Rank = Rank.EVENT) -> None:
        with writing(self.engine) as conn:
            wake(conn, ref, rank, "webhook", self.at[0])

    def sync(self, ref: TicketRef = REF) -> bool:
        """Wake a ticket and sync it; say whether the sync went through."""
        self.wake(ref)
        return sync(ref, self.deps) is not None

    def row(self, ref: TicketRef = REF) -> AgendaRow:
        with reading(self.engine) as conn:
            found = agenda_row(conn, ref)
        assert found is not None
        return found

    def apply(self, text: str = MAPPINGS, at: datetime | None = None) -> None:
        with writing(self.engine) as conn:
            save_mappings(conn, text, Applying(changed="test", who="tester", names=("hosteur",)), at or self.at[0])


@pytest.fixture
def ticket() -> Ticket:
    """Give a ticket of level 2, filed at noon: under the mapping its answer is due at 18:00."""
    return Ticket(
        ref=REF,
        key="SUP-1",
        created_at=NOON,
        updated_at=NOON,
        status=Status(("To Do",)),
        priority=("High", "2"),
        reporter=Person("carol", role=Role.CUSTOMER),
        traits={"project": (("SUP",),)},
        held={"due_at": None, "state": None, "summary": None},
    )


@pytest.fixture
def engine(both_engine: Engine) -> Engine:
    return both_engine


@pytest.fixture
def world(engine: Engine, ticket: Ticket) -> World:
    at = [NOON + timedelta(minutes=1)]
    keeper = LeaseKeeper(engine, lambda: at[0])
    tracker = FakeTracker(keeper.before_request, {ticket.ref.id: ticket})
    queued: list[tuple[str, str, int]] = []

    def enqueue(site: str, fed: Iterable[tuple[str, int]]) -> None:
        queued.extend((site, *one) for one in fed)

    deps = Deps(
        engine=engine,
        sites={"acme": SITE},
        tracker=lambda _site: tracker,
        rules=Rules(None, {"acme": SITE}),
        keeper=keeper,
        enqueue=enqueue,
        summary=lambda fact, site: summary(fact, site.language, site.timezone),
        slots=4,
        now=lambda: at[0],
        jitter=lambda: 0.0,
    )
    made = World(engine, tracker, deps, at, queued)
    made.apply(at=NOON - timedelta(days=1))
    return made


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a Valkey of the tests' own."""
    embedded = embedded_in(tmp_path_factory.mktemp("valkey"))
    server = subprocess.Popen(embedded.command())  # noqa: S603  # our own command
    assert wait_ready(embedded.url)
    yield embedded.url
    server.terminate()
    server.wait(timeout=10)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """Give a connection to an empty Valkey."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client
