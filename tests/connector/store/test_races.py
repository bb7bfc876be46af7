"""Transactions that run at the same time, on PostgreSQL: SQLite has one writer, there they can't."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, Engine, func, select, text

from connector.cli.apply import apply
from connector.errors import Scope, TrackerError
from connector.store import agenda as store
from connector.store.agenda import AgendaRow, Lease, agenda_row, feed, finish, put_open_tickets, renew, start, wake_all
from connector.store.deliveries import record_all
from connector.store.engine import open_engine, reading, writing
from connector.store.failures import retry
from connector.store.mappings import Applying, current_mappings, save_mappings
from connector.store.postgres import lock
from connector.store.tables import agenda, mappings, sites
from connector.store.upgrade import upgrade
from connector.trackers.port import Rank
from policies.model import TicketRef

REF = TicketRef("acme", "10001")
MANY = [TicketRef("acme", str(number)) for number in range(10000, 10030)]
SECOND = timedelta(seconds=1)
ROUNDS = 60
FORBIDDEN = TrackerError("no_permission", "Not allowed.", retryable=False, status=403)
DOWN = TrackerError("down", "acme does not answer.", retryable=True, scope=Scope.SITE)


@pytest.fixture
def engine(postgres_url: str) -> Engine:
    return open_engine(postgres_url)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=8) as threads:
        yield threads


def _wake(engine: Engine, refs: list[TicketRef], now: datetime) -> None:
    with writing(engine) as conn:
        wake_all(conn, [(ref, Rank.EVENT, now) for ref in refs], "webhook")


def _take(engine: Engine, ref: TicketRef, now: datetime) -> Lease | None:
    with writing(engine) as conn:
        return start(conn, ref, now)


def _row(engine: Engine, ref: TicketRef = REF) -> AgendaRow:
    with reading(engine) as conn:
        found = agenda_row(conn, ref)
    assert found is not None
    return found


@contextmanager
def _waits(engine: Engine, pool: ThreadPoolExecutor, does: Callable[[], object]) -> Iterator[Future[object]]:
    """Begin something that must wait for the transaction that is open here; it ends after the block."""
    begun = pool.submit(does)
    deadline = time.monotonic() + 5
    while not _somebody_waits(engine):
        assert time.monotonic() < deadline, f"nobody waits; {begun}"
        time.sleep(0.01)
    yield begun


def _somebody_waits(engine: Engine) -> bool:
    with reading(engine) as conn:
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(conn.execute(waiting).scalar_one())


def test_of_two_workers_at_one_row_the_second_finds_nothing_to_do(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, [REF], now)
    with writing(engine) as conn:
        mine = start(conn, REF, now)
        with _waits(engine, pool, lambda: _take(engine, REF, now)) as other:
            pass
    assert mine is not None
    assert other.result(timeout=5) is None


def test_a_worker_whose_start_is_undone_leaves_the_row_to_the_other(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, [REF], now)
    with engine.connect() as conn, conn.begin() as begun:
        assert start(conn, REF, now) is not None
        with _waits(engine, pool, lambda: _take(engine, REF, now)) as other:
            begun.rollback()
            assert other.result(timeout=5) is not None


def test_an_event_while_the_sync_finishes_leaves_the_ticket_due(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, [REF], now)
    lease = _take(engine, REF, now)
    assert lease is not None
    with writing(engine) as conn:
        assert finish(conn, lease, now + 3600 * SECOND, now)
        with _waits(engine, pool, lambda: _wake(engine, [REF], now + SECOND)) as event:
            pass
    event.result(timeout=5)
    row = _row(engine)
    assert (row.look_at, row.version, row.running) == (now + SECOND, 2, False)


def test_a_sync_that_finishes_while_an_event_is_stored_leaves_the_ticket_due(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, [REF], now)
    lease = _take(engine, REF, now)
    assert lease is not None

    def finished() -> bool:
        with writing(engine) as conn:
            return finish(conn, lease, now + 3600 * SECOND, now)

    with writing(engine) as conn:
        wake_all(conn, [(REF, Rank.EVENT, now + SECOND)], "webhook")
        with _waits(engine, pool, finished) as other:
            pass
    assert other.result(timeout=5) is True
    row = _row(engine)
    assert (row.look_at, row.version, row.running) == (now, 2, False)


def test_a_lease_that_lapsed_and_was_taken_is_not_finished_by_its_first_holder(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, [REF], now)
    frozen = _take(engine, REF, now)
    assert frozen is not None
    late = now + 31 * SECOND

    def ended() -> tuple[bool, bool]:
        with writing(engine) as conn:
            return renew(conn, frozen, late), finish(conn, frozen, None, late)

    with writing(engine) as conn:
        assert start(conn, REF, late) is not None
        with _waits(engine, pool, ended) as other:
            pass
    assert other.result(timeout=5) == (False, False)


def test_failures_of_a_site_at_the_same_time_are_all_counted(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, MANY[:8], now)
    leases = [lease for ref in MANY[:8] if (lease := _take(engine, ref, now))]
    ready = threading.Barrier(8)

    def failed(lease: Lease) -> None:
        ready.wait(timeout=5)
        with writing(engine) as conn:
            assert store.fail(conn, lease, DOWN, now, 0.0)

    list(pool.map(failed, leases))
    with reading(engine) as conn:
        site = conn.execute(select(sites)).one()
    assert (site.failures, site.reason, site.paused_until > now) == (8, "down", True)


def test_feeders_at_the_same_time_fill_a_sites_room_once(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, MANY, now)
    ready = threading.Barrier(8)

    def fed() -> tuple[tuple[str, int], ...]:
        ready.wait(timeout=5)
        return feed(engine, "acme", 4, now)

    tickets = [ticket for one in [pool.submit(fed) for _ in range(8)] for ticket, _ in one.result(timeout=10)]
    assert len(tickets) == len(set(tickets)) == 8, "twice the slots, whoever counts them"


def test_a_row_that_is_being_changed_is_fed_later_and_holds_nobody_up(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    _wake(engine, MANY[:3], now)
    with writing(engine) as conn:
        wake_all(conn, [(MANY[1], Rank.EVENT, now)], "webhook")
        fed = pool.submit(feed, engine, "acme", 4, now).result(timeout=5)
        assert [ticket for ticket, _ in fed] == [MANY[0].id, MANY[2].id]
    assert [ticket for ticket, _ in feed(engine, "acme", 4, now)] == [MANY[1].id]


def test_two_admins_who_apply_at_once_get_a_version_each(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    ready = threading.Barrier(8)

    def applied(number: int) -> int:
        ready.wait(timeout=5)
        with writing(engine) as conn:
            return save_mappings(conn, f"document {number}", Applying(changed="", who="", names=("okta",)), now)

    assert sorted(pool.map(applied, range(8))) == list(range(1, 9))
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(mappings)).scalar_one() == 8
        stored = current_mappings(conn)
    assert stored is not None
    assert (stored.version, stored.first_applied) == (8, {"okta": now})


def test_the_second_of_two_admins_at_once_is_compared_with_what_the_first_applied(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dueby.yaml").write_text("sites: {}\n", encoding="utf-8")
    (tmp_path / "mappings.yaml").write_text("mappings: []\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", engine.url.render_as_string(hide_password=False))
    second = partial(CliRunner().invoke, apply, ["mappings.yaml", "--over", "0"])
    with writing(engine) as conn:
        save_mappings(conn, "mappings: []\n# the first\n", Applying(changed="", who="first", names=()), now)
        with _waits(engine, pool, second) as begun:
            pass
    done = begun.result(timeout=20)
    assert isinstance(done, Result)
    assert (done.exit_code, done.stderr) == (
        2,
        "Version 1 is in force, applied by first, not 0: export it, and change that.\n",
    )


def test_a_feeder_counts_what_another_has_just_reserved(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    with writing(engine) as conn:
        assert store.reserve(conn, "acme", 4, now) == (), "from here on the site is known"
    _wake(engine, MANY, now)
    with writing(engine) as conn:
        assert len(store.reserve(conn, "acme", 4, now)) == 8
        with _waits(engine, pool, lambda: feed(engine, "acme", 4, now)) as other:
            pass
    assert other.result(timeout=5) == ()


def test_who_migrates_is_waited_for(empty_postgres_url: str, pool: ThreadPoolExecutor) -> None:
    engine = open_engine(empty_postgres_url)
    with writing(engine) as conn:
        lock(conn, "upgrade")
        with _waits(engine, pool, lambda: upgrade(engine)) as other:
            pass
    assert other.result(timeout=10) is True


Change = Callable[[Connection, list[TicketRef], datetime], object]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda conn, refs, now: wake_all(conn, [(r, Rank.EVENT, now) for r in refs], "webhook"), id="wake"
        ),
        pytest.param(lambda conn, refs, now: record_all(conn, [("acme", r.id, now) for r in refs]), id="deliveries"),
        pytest.param(lambda conn, _refs, now: retry(conn, None, now), id="retry"),
    ],
)
def test_whoever_changes_many_rows_waits_for_the_first_and_holds_none(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime, change: Change
) -> None:
    """Were the second row taken before the first, the two would wait for each other."""
    first, second = MANY[:2]
    for ref in (second, first):  # the older failure is the second's
        _failed(engine, ref, now)

    def other() -> None:
        with writing(engine) as conn:
            change(conn, [second, first], now)

    with writing(engine) as conn:
        _both(conn, first, now)
        with _waits(engine, pool, other) as begun:
            _both(conn, second, now)
    begun.result(timeout=5)


def _both(conn: Connection, ref: TicketRef, now: datetime) -> None:
    record_all(conn, [("acme", ref.id, now)])
    wake_all(conn, [(ref, Rank.EVENT, now)], "webhook")


def _failed(engine: Engine, ref: TicketRef, now: datetime) -> None:
    _wake(engine, [ref], now)
    lease = _take(engine, ref, now)
    assert lease is not None
    with writing(engine) as conn:
        assert store.fail(conn, lease, FORBIDDEN, now, 0.0)


def test_webhooks_recomputes_retries_and_syncs_never_lock_each_other_out(
    engine: Engine, pool: ThreadPoolExecutor, now: datetime
) -> None:
    """Each changes many rows; without an order that all keep, PostgreSQL ends one of two as a deadlock."""
    _wake(engine, MANY, now)
    work: list[Callable[[], None]] = [
        lambda: _webhooks(engine, MANY, now),
        lambda: _webhooks(engine, MANY[::-1], now),
        lambda: _recomputes(engine, now),
        lambda: _retries(engine, now),
        *(partial(_syncs, engine, offset, now) for offset in (0, 7, 15, 23)),
    ]
    for done in [pool.submit(one) for one in work]:
        done.result(timeout=60)
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(agenda)).scalar_one() == len(MANY)


def _webhooks(engine: Engine, refs: list[TicketRef], now: datetime) -> None:
    for number in range(ROUNDS):
        with writing(engine) as conn:
            record_all(conn, [("acme", f"{number}-{ref.id}", now) for ref in refs])
            wake_all(conn, [(ref, Rank.EVENT, now) for ref in refs], "webhook")


def _recomputes(engine: Engine, now: datetime) -> None:
    for _ in range(ROUNDS):
        with writing(engine) as conn:
            put_open_tickets(conn, None, Rank.RECOMPUTE, now)


def _retries(engine: Engine, now: datetime) -> None:
    for _ in range(ROUNDS):
        with writing(engine) as conn:
            retry(conn, None, now)


def _syncs(engine: Engine, offset: int, now: datetime) -> None:
    endings = cycle((DOWN, None, FORBIDDEN, None))
    for ref, error in zip(islice(cycle(MANY), offset, offset + 4 * ROUNDS), endings, strict=False):
        lease = _take(engine, ref, now)
        if lease is None:
            continue
        with writing(engine) as conn:
            if error:
                store.fail(conn, lease, error, now, 0.0)
            else:
                finish(conn, lease, now, now)
            store.reserve(conn, "acme", 8, now)
