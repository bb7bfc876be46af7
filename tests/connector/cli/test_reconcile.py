"""`dueby reconcile`: what it prints, how it ends, and that it walks as the workers do."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from connector import time_source
from connector.cli import reconcile as command
from connector.cli import walked
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.settings import load_settings
from connector.store.engine import reading, writing
from connector.store.tables import agenda, sites, walks
from connector.store.upsert import upsert
from connector.store.walks import start_walk
from connector.trackers.port import Rank

Bench = Any


@pytest.fixture
def applied(bench: Bench, mappings_text: str) -> Bench:
    """Give a bench whose mappings are in force."""
    assert bench.run("mappings", "apply", bench.file(mappings_text)).exit_code == 0
    return bench


def on_agenda(bench: Bench) -> dict[str, int]:
    with reading(bench.store()) as conn:
        return {row.ticket: row.rank for row in conn.execute(select(agenda))}


def test_changed_tickets_are_put_on_the_agenda_and_counted(applied: Bench) -> None:
    tickets = [applied.sandbox.create(project="OKTA") for _ in range(3)]
    applied.sandbox.create(project="DEV")
    told = applied.run("reconcile", "acme")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.startswith("acme: 3 changed since ")
    assert told.stdout.endswith("Z, 3 put on the agenda.\n")
    assert on_agenda(applied) == dict.fromkeys(tickets, Rank.RECONCILE)


def test_the_next_walk_goes_on_from_there(applied: Bench) -> None:
    applied.sandbox.create(project="OKTA", at=time_source.now() - timedelta(hours=1))
    assert ": 1 changed" in applied.run("reconcile", "acme").stdout
    assert ": 0 changed" in applied.run("reconcile", "acme").stdout


def test_since_walks_from_there_and_leaves_the_walks_place_alone(applied: Bench) -> None:
    now = time_source.now()
    for days in (1, 3, 5):
        applied.sandbox.create(project="OKTA", at=now - timedelta(days=days))
    applied.run("reconcile", "acme")
    with reading(applied.store()) as conn:
        before = conn.execute(select(walks.c.walked_at, walks.c.next_at, walks.c.cursor)).all()
    since = (now - timedelta(days=4)).isoformat()
    told = applied.run("reconcile", "acme", "--since", since)
    assert f": 2 changed since {now - timedelta(days=4):%Y-%m-%d %H:%M}Z" in told.stdout
    with reading(applied.store()) as conn:
        assert conn.execute(select(walks.c.walked_at, walks.c.next_at, walks.c.cursor)).all() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["nosuch"], "no site 'nosuch'", id="an unknown site"),
        pytest.param(["--since", "yesterday"], "'yesterday' is no instant", id="no instant"),
        pytest.param(["--since", "2026-11-01T00:00:00"], "is no instant", id="without an offset"),
        pytest.param(["--since", "2099-11-01T00:00:00Z"], "lies ahead", id="an instant to come"),
    ],
)
def test_a_wrong_use_ends_with_two(applied: Bench, words: list[str], says: str) -> None:
    told = applied.run("reconcile", *words)
    assert told.exit_code == 2
    assert says in told.stderr
    assert told.stderr.count("\n") == 1


def test_a_fault_of_one_site_stops_no_other(applied: Bench) -> None:
    with serve(ZendeskSandbox()) as desk:
        config = applied.folder / "dueby.yaml"
        config.write_text(
            config.read_text().replace("https://help.example", desk.url).replace("token: t}", "token: sandbox-token}")
        )
        desk.create(fields={"tags": ["vendor"]}, at=time_source.now() - timedelta(hours=1))
        desk.create(fields={"tags": ["other"]}, at=time_source.now() - timedelta(hours=1))
        applied.sandbox.faults.add(status=500, path="search/jql")
        told = applied.run("reconcile")
    assert told.exit_code == 1
    assert told.stderr == "acme: the tracker failed on its own side; it is tried again (500).\n"
    assert told.stdout.startswith("help: 2 changed")
    assert told.stdout.endswith("1 put on the agenda.\n")
    with reading(applied.store()) as conn:
        failing = conn.execute(select(walks.c.site, walks.c.reason).where(walks.c.reason.is_not(None))).all()
    assert [tuple(row) for row in failing] == [("acme", "server_error")]


def test_a_site_without_mappings_has_nothing_to_walk(bench: Bench) -> None:
    told = bench.run("reconcile")
    assert told.exit_code == 0
    assert told.stdout.splitlines() == [
        f"{name}: no mapping names this site; there is nothing to walk." for name in ("acme", "help")
    ]


def test_a_paused_site_is_sent_nothing(applied: Bench) -> None:
    with writing(applied.store()) as conn:
        until = time_source.now() + timedelta(minutes=1)
        upsert(conn, sites, {"name": "acme", "paused_until": until, "failures": 1, "reason": "rate_limited"})
    told = applied.run("reconcile", "acme")
    assert told.exit_code == 1
    assert told.stderr.startswith("acme: the site is paused until ")
    assert "(rate_limited)" in told.stderr
    assert applied.sandbox.log.requests() == ()


def test_a_worker_that_walks_the_site_goes_first(applied: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    applied.run("reconcile", "acme")
    with writing(applied.store()) as conn:
        assert start_walk(conn, "acme", time_source.now(), asked_for=True) is not None
    monkeypatch.setattr(walked, "PATIENCE", timedelta(0))
    told = applied.run("reconcile", "acme")
    assert told.exit_code == 1
    assert told.stderr == "acme: a worker is walking this site now; try again in a minute.\n"


def test_ten_pages_of_a_zendesk_a_minute_are_waited_for(applied: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.sandbox.zendesk.views.exports.MOST", 1)
    start, later = time_source.now(), [timedelta()]

    def now() -> datetime:
        return start + later[0]

    def wait(seconds: float) -> None:
        later[0] += timedelta(seconds=seconds)

    with serve(ZendeskSandbox(now=now)) as desk:
        config = applied.folder / "dueby.yaml"
        config.write_text(
            config.read_text().replace("https://help.example", desk.url).replace("token: t}", "token: sandbox-token}")
        )
        for _ in range(25):
            desk.create(fields={"tags": ["vendor"]}, at=start - timedelta(hours=1))
        settings = load_settings({}, applied.folder)
        walker = walked.Walker(applied.store(), settings, now, wait)
        shown: list[float] = []
        steps = walker.walk("help", None, lambda steps: shown.append(command._share(steps)))
        asked = [seen.at for seen in desk.log.requests() if "incremental" in seen.path]
    assert steps is not None
    assert (steps.found, steps.woken) == (25, 25)
    assert len(asked) == 25
    assert max(sum(at <= other < at + timedelta(seconds=60) for other in asked) for at in asked) == 10
    assert later[0] < timedelta(seconds=130), "it waits no longer than it must"
    assert shown == sorted(shown)
    assert 0.95 < shown[-1] < 0.96, "an hour of the day that is walked is left"
    with reading(applied.store()) as conn:
        row = conn.execute(select(walks).where(walks.c.site == "help", walks.c.kind == "changes")).one()
    assert (row.token, row.walked_at) == (None, start)


def test_since_leaves_a_zendesks_cursor_alone(applied: Bench) -> None:
    with serve(ZendeskSandbox()) as desk:
        config = applied.folder / "dueby.yaml"
        named = config.read_text().replace("https://help.example", desk.url)
        config.write_text(named.replace("token: t}", "token: sandbox-token}"))
        desk.create(fields={"tags": ["vendor"]}, at=time_source.now() - timedelta(hours=1))
        cursors = []
        for words in ((), ("--since", (time_source.now() - timedelta(days=3)).isoformat())):
            assert applied.run("reconcile", "help", *words).exit_code == 0
            desk.create(fields={"tags": ["vendor"]}, at=time_source.now() - timedelta(minutes=30))
            with reading(applied.store()) as conn:
                mine = (walks.c.site == "help", walks.c.kind == "changes")
                cursors.append(conn.execute(select(walks.c.cursor).where(*mine)).scalar_one())
    assert cursors[0] is not None
    assert cursors[1] == cursors[0]


def test_a_command_that_is_broken_off_lets_go_of_the_walk(applied: Bench) -> None:
    applied.sandbox.create(project="OKTA")
    walker = walked.Walker(applied.store(), load_settings({}, applied.folder), time_source.now)

    def breaks_off(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        walker.walk("acme", None, breaks_off)
    with writing(applied.store()) as conn:
        conn.execute(update(walks).where(walks.c.kind == "open").values(next_at=time_source.now() + timedelta(days=1)))
        assert start_walk(conn, "acme", time_source.now()) is not None


def test_a_walk_that_gave_up_stands_under_failures_until_it_is_retried(applied: Bench) -> None:
    with serve(ZendeskSandbox()) as desk:
        config = applied.folder / "dueby.yaml"
        named = config.read_text().replace("https://help.example", desk.url)
        config.write_text(named.replace("token: t}", "token: sandbox-token}"))
        desk.site.users["bot"].role = "agent"
        assert applied.run("reconcile", "help").exit_code == 1
        listed = applied.run("failures", "list").stdout
        assert "walk:help" in listed
        assert "administrator" in listed
        assert applied.run("failures", "retry", "walk:acme").exit_code == 1
        retried = applied.run("failures", "retry", "walk:help")
        assert (retried.exit_code, retried.stdout) == (0, "The walk begins again.\n")
        desk.site.users["bot"].role = "admin"
        assert applied.run("reconcile", "help").exit_code == 0
        assert "walk:help" not in applied.run("failures", "list").stdout


def test_help_shows_an_example(bench: Bench) -> None:
    told = bench.run("reconcile", "--help")
    assert told.exit_code == 0
    assert "dueby reconcile acme --since 2026-11-01T00:00:00Z" in told.stdout
