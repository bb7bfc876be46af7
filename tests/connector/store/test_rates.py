import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from connector.sites import Site
from connector.store.agenda import feed, finish, put_back, start, wake
from connector.store.engine import reading, writing
from connector.store.lease import Lease
from connector.store.rates import NoRoomError, counting, purge_requests, requests_left, startable, take
from connector.store.tables import agenda, requests, sites
from connector.trackers.port import Rank
from policies.model import TicketRef

SECOND = timedelta(seconds=1)
MINUTE = timedelta(seconds=60)


def _take(engine: Engine, most: int, at: datetime, site: str = "acme") -> datetime | None:
    with writing(engine) as conn:
        return take(conn, site, most, at)


def _most_in_a_minute(sent: list[datetime]) -> int:
    """Count, without the code under test, the requests in the fullest 60 seconds: each begins with a request."""
    return max((sum(first <= at < first + MINUTE for at in sent) for first in sent), default=0)


def test_a_request_beyond_the_rate_is_told_when_there_is_room(engine: Engine, now: datetime) -> None:
    assert [_take(engine, 2, now + second * SECOND) for second in (0, 10)] == [None, None]
    assert _take(engine, 2, now + 20 * SECOND) == now + 61 * SECOND
    assert _take(engine, 2, now + 60 * SECOND) == now + 61 * SECOND
    assert _take(engine, 2, now + 61 * SECOND) is None
    assert _take(engine, 2, now + 62 * SECOND) == now + 71 * SECOND


def test_a_rate_is_its_sites_own(engine: Engine, now: datetime) -> None:
    assert _take(engine, 1, now) is None
    assert _take(engine, 1, now) is not None
    assert _take(engine, 1, now, site="help") is None


def test_threads_beside_each_other_never_send_more_than_the_rate_in_any_minute(engine: Engine, now: datetime) -> None:
    """Eight threads at once, and ten minutes that pass in steps of ever other lengths."""
    most, sent, lock = 20, [], threading.Lock()
    for step in range(60):
        at = now + (step * 10 + step % 7) * SECOND

        def send(at: datetime = at) -> None:
            for _ in range(2):
                if _take(engine, most, at) is None:
                    with lock:
                        sent.append(at)

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert _most_in_a_minute(sent) == most, "never more, and no less where all of it is wanted"
    assert len(sent) >= most * 9


PROCESS = """
import sys
from datetime import datetime
from connector.store.engine import open_engine, writing
from connector.store.rates import take
engine, at, sent = open_engine(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), 0
for _ in range(30):
    with writing(engine) as conn:
        sent += take(conn, "acme", 50, at) is None
print(sent)
"""


def test_processes_beside_each_other_share_one_rate(engine: Engine, database_url: str, now: datetime) -> None:
    command = [sys.executable, "-c", PROCESS, database_url]
    four = [
        subprocess.Popen([*command, (now + number * SECOND).isoformat()], stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own words
        for number in range(4)
    ]
    sent = [int(one.communicate(timeout=60)[0]) for one in four]
    assert sum(sent) == 50, sent
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(requests)).scalar_one() == 50


def test_without_room_a_request_does_not_leave_and_says_when(engine: Engine, now: datetime) -> None:
    asked: list[str] = []
    site = Site(name="acme", tracker="jira", url="https://acme.example", per_minute=1)
    before = counting(engine, site, lambda: now, asked.append)
    before("GET")
    with pytest.raises(NoRoomError, match=r"acme: its `rate` of 1 requests a minute is used up\. .* in 61 s") as raised:
        before("PUT")
    assert (raised.value.reason, raised.value.retry_after, asked) == ("no_room", 61 * SECOND, ["GET", "PUT"])


def test_while_a_site_is_paused_no_request_leaves(engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        conn.execute(sites.insert(), {"name": "acme", "paused_until": now + 30 * SECOND, "reason": "rate_limited"})
    at = [now + 29 * SECOND]
    before = counting(engine, Site(name="acme", tracker="jira", url="https://acme.example"), lambda: at[0])
    with pytest.raises(NoRoomError, match=r"acme: it is paused \(rate_limited\)\. .* in 1 s"):
        before("GET")
    at[0] += SECOND
    before("GET")


def test_a_site_without_a_rate_is_not_counted(engine: Engine, now: datetime) -> None:
    before = counting(engine, Site(name="acme", tracker="jira", url="https://acme.example"), lambda: now)
    for _ in range(3):
        before("GET")
    with reading(engine) as conn:
        assert conn.execute(select(func.count()).select_from(requests)).scalar_one() == 0


@pytest.mark.parametrize(
    ("left", "most", "busy", "urgent", "others"),
    [
        pytest.param(300, 300, 0, 75, 60, id="an idle site: four requests a sync, a fifth of all is for the urgent"),
        pytest.param(300, 300, 8, 67, 52, id="what is begun keeps its four"),
        pytest.param(64, 300, 0, 16, 1, id="nearly used up"),
        pytest.param(63, 300, 0, 15, 0, id="the last fifth is for urgent tickets"),
        pytest.param(3, 300, 0, 0, 0, id="less than one sync needs"),
        pytest.param(2, 2, 0, 1, 1, id="a rate below one sync's need: one at a time, with all of it"),
        pytest.param(0, 2, 0, 0, 0, id="a tiny rate that is used up"),
    ],
)
def test_no_more_is_begun_than_can_end(left: int, most: int, busy: int, urgent: int, others: int) -> None:
    assert startable(left, most, busy) == (urgent, others)


def _put(engine: Engine, count: int, rank: Rank, at: datetime, prefix: str) -> None:
    with writing(engine) as conn:
        for number in range(count):
            wake(conn, TicketRef("acme", f"{prefix}{number}"), rank, "test", at)


def _end(engine: Engine, lease: Lease, at: datetime) -> None:
    with writing(engine) as conn:
        assert finish(conn, lease, None, at)


def test_a_new_ticket_goes_before_a_recompute_of_ten_thousand(engine: Engine, now: datetime) -> None:
    """The recompute has used up its part of the minute; a new ticket is begun all the same, at once."""
    with writing(engine) as conn:
        conn.execute(
            agenda.insert(),
            [
                {"site": "acme", "ticket": f"old{number}", "look_at": now, "rank": Rank.RECOMPUTE, "reason": "test"}
                for number in range(10_000)
            ],
        )
    at, begun = now, 0
    while fed := feed(engine, "acme", 4, at, 100):
        for ticket, _ in fed:
            for _ in range(3):
                assert _take(engine, 100, at) is None
            with writing(engine) as conn:
                lease = start(conn, TicketRef("acme", ticket), at)
            assert lease is not None
            _end(engine, lease, at)
            begun += 1
        at += SECOND
    assert 25 <= begun <= 27, "80 of 100 requests, three each, and the next would need four"
    _put(engine, 2, Rank.URGENT, at, "new")
    assert feed(engine, "acme", 4, at, 100) == (("new0", Rank.URGENT), ("new1", Rank.URGENT))


def test_when_there_is_room_again_the_more_urgent_go_first(engine: Engine, now: datetime) -> None:
    for _ in range(20):
        _take(engine, 20, now)
    _put(engine, 3, Rank.RECOMPUTE, now, "old")
    _put(engine, 1, Rank.EVENT, now + SECOND, "event")
    _put(engine, 2, Rank.URGENT, now + 2 * SECOND, "new")
    assert feed(engine, "acme", 4, now + 60 * SECOND, 20) == ()
    fed = feed(engine, "acme", 4, now + 61 * SECOND, 20)
    assert [ticket for ticket, _ in fed] == ["new0", "new1", "event0", "old0"]


def test_a_sync_without_room_is_put_back_as_it_was(
    engine: Engine, now: datetime, take: Callable[[TicketRef, datetime], Lease]
) -> None:
    ref = TicketRef("acme", "0")
    _put(engine, 1, Rank.EVENT, now, "")
    lease = take(ref, now)
    with writing(engine) as conn:
        assert put_back(conn, lease)
        assert not put_back(conn, lease), "it is nobody's any more"
    again = take(ref, now)
    assert (again.version, again.rank, again.attempts) == (lease.version, lease.rank, 0)


def test_a_time_put_back_by_an_hour_blocks_no_site(engine: Engine, now: datetime) -> None:
    """Requests of a time that has not come yet count no more; what was sent just before the jump is counted anew."""
    for _ in range(5):
        _take(engine, 5, now)
    back = now - timedelta(hours=1)
    assert _take(engine, 5, back) is None
    with writing(engine) as conn:
        assert requests_left(conn, "acme", 5, back) == 4
        purge_requests(conn, back)
        assert conn.execute(select(func.count()).select_from(requests)).scalar_one() == 1


def test_requests_that_count_no_more_are_forgotten(engine: Engine, now: datetime) -> None:
    for second in (0, 30, 125):
        _take(engine, 9, now + second * SECOND)
    with writing(engine) as conn:
        purge_requests(conn, now + 130 * SECOND)
        kept = list(conn.execute(select(requests.c.at).order_by(requests.c.at)).scalars())
    assert kept == [now + 30 * SECOND, now + 125 * SECOND]
