"""`dueby failures`: whole sites, syncs and notices in one list, each tried again under an id of its own."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from connector import time_source
from connector.errors import Scope, TrackerError
from connector.store.agenda import fail, start, wake
from connector.store.engine import reading, writing
from connector.store.tables import notices, sites
from connector.trackers.port import Rank
from policies.model import TicketRef

Bench = Any
REFUSED = TrackerError("unauthorized", "Renew the [token].", retryable=True, status=401, scope=Scope.SITE)
FORBIDDEN = TrackerError("forbidden", "Give the right.", retryable=False, status=403)


@pytest.fixture
def troubled(bench: Bench) -> Bench:
    """Give a store in which a ticket, a site and two notices of a channel failed."""
    now = time_source.now()
    for ref, error in ((TicketRef("help", "1"), FORBIDDEN), (TicketRef("acme", "1"), REFUSED)):
        with writing(bench.store()) as conn:
            wake(conn, ref, Rank.EVENT, "webhook", now)
            lease = start(conn, ref, now)
            assert lease is not None
            assert fail(conn, lease, error, now, 0.0) is not None
    with writing(bench.store()) as conn:
        for number in (7, 8):
            conn.execute(insert(notices).values(id=number, **row(now, str(number))))
    return bench


def row(at: datetime, ticket: str) -> dict[str, object]:
    return {
        "site": "acme",
        "ticket": ticket,
        "metric": "first_response",
        "start_at": at,
        "due_at": at,
        "step": "breach",
        "channel": "team",
        "repetition": 0,
        "send_at": at,
        "next_at": at + timedelta(hours=1),
        "state": "failed",
        "attempts": 10,
        "error": "The channel answers 500.",
        "since": at,
    }


def test_a_command_to_copy_names_a_channel_of_two_words_as_one(troubled: Bench) -> None:
    with writing(troubled.store()) as conn:
        conn.execute(update(notices).values(channel="on call"))
    assert "by `dueby channels test 'on call'`." in troubled.run("failures", "list").stdout


def test_all_that_failed_in_one_list(troubled: Bench) -> None:
    lines = troubled.run("failures", "list").stdout.splitlines()
    head, site, sync, notice = map(str.rstrip, lines)
    assert head.split() == ["id", "site", "what", "field", "reason", "since", "times", "what", "to", "do"]
    assert site.startswith("site:acme  acme  the whole site, 1 ticket waits")
    assert site.endswith("Renew the [token].")
    assert sync.split()[:3] == ["1", "help", "1"]
    assert sync.endswith("Give the right.")
    assert notice.split()[0] == "n7"
    assert "channel team: 2 notices, the first of 7" in notice
    assert notice.endswith("The channel answers 500. Try it by `dueby channels test team`.")
    told = json.loads(troubled.run("failures", "list", "--json").stdout)
    assert [(one["id"], one["kind"], one["reason"], one["attempts"]) for one in told] == [
        ("site:acme", "site", "unauthorized", 1),
        (1, "sync", "forbidden", 1),
        ("n7", "notice", "not_sent", 10),
    ]
    assert (told[0]["waiting"], told[2]["notices"], told[2]["error"]) == (1, 2, "The channel answers 500.")


@pytest.mark.parametrize(
    ("which", "told", "left"),
    [
        pytest.param("1", "1 on the agenda again.", ["site:acme", "n7"], id="a sync"),
        pytest.param("n7", "2 notices are sent again.", ["site:acme", "1"], id="the notices of a channel"),
        pytest.param("site:acme", "1 on the agenda again.", ["site:acme", "1", "n7"], id="a site, till it answers"),
        pytest.param("all", "2 on the agenda again. 2 notices are sent again.", ["site:acme"], id="all"),
    ],
)
def test_each_is_tried_again_by_its_id(troubled: Bench, which: str, told: str, left: list[str]) -> None:
    done = troubled.run("failures", "retry", which)
    assert (done.exit_code, done.stdout) == (0, f"{told}\n")
    listed = json.loads(troubled.run("failures", "list", "--json").stdout)
    assert [str(one["id"]) for one in listed] == left
    with reading(troubled.store()) as conn:
        (paused_until,) = conn.execute(select(sites.c.paused_until).where(sites.c.name == "acme")).one()
    assert (paused_until < time_source.now()) is (which in {"site:acme", "all"})


@pytest.mark.parametrize(
    ("which", "status"),
    [("n8", 1), ("n1", 1), ("7", 1), ("site:help", 1), ("site:", 2), ("n", 2), ("N7", 2), ("n\u0667", 2)],
)
def test_what_is_no_failure_is_told_in_one_line(troubled: Bench, which: str, status: int) -> None:
    done = troubled.run("failures", "retry", which)
    assert (done.exit_code, done.stdout) == (status, "")
    assert len(done.stderr.splitlines()) == 1
