"""The notices to come, as `explain` and `sync --wait` list them."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector import time_source
from connector.store.agenda import finish, start
from connector.store.engine import reading, writing
from connector.store.notices import keep_plan, standing_notices
from connector.store.tickets import Memory, remember
from policies.model import State, TicketRef
from policies.notices import Notice
from policies.replan import Plan

Bench = Any
MAPPINGS = """\
mappings:
  - name: hosteur
    site: acme
    match: {project: [OKTA]}
    policy: hosteur-ragnarokkr
    plan: standard
    levels: {Highest: 1, High: 2}
    owed_by: vendor
    answered_by: [{public_comment: {accounts: [vendor]}}]
    escalation: desk
escalations:
  - name: desk
    steps:
      - {at: 75%, notify: [team]}
      - {at: breach, notify: [team, lead], repeat: {every: 30m, times: 1}}
channels:
  - {name: team, url: "json://127.0.0.1:1/team"}
  - {name: lead, url: "json://127.0.0.1:1/lead"}
"""
PARIS = ZoneInfo("Europe/Paris")


def filed(bench: Bench) -> tuple[str, datetime]:
    """File a ticket of level 1 ten minutes ago; its answer is due two hours after that."""
    at = (datetime.now(UTC) - timedelta(minutes=10)).replace(microsecond=0)  # noqa: TID251  # commands ask the machine
    bench.run("mappings", "apply", bench.file(MAPPINGS))
    return bench.sandbox.create(project="OKTA", at=at, fields={"priority": "Highest"}), at


def shown(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%Y-%m-%d %H:%M:%S} Europe/Paris"


def test_explain_lists_the_steps_to_come_with_whom_they_tell(bench: Bench) -> None:
    ticket, at = filed(bench)
    lines = bench.run("mappings", "explain", "acme", ticket).stdout.splitlines()
    assert [line for line in lines if line.startswith("notice")] == [
        f"notice   {shown(at + timedelta(minutes=90))}  75%  team",
        f"notice   {shown(at + timedelta(minutes=120, seconds=1))}  breach  team, lead",
        f"notice   {shown(at + timedelta(minutes=150, seconds=1))}  breach, repeat 1  team, lead",
    ]
    with reading(bench.store()) as conn:
        assert standing_notices(conn, TicketRef("acme", ticket)) == ()


def test_explain_as_json_gives_each_notice_to_come(bench: Bench) -> None:
    ticket, at = filed(bench)
    told = json.loads(bench.run("mappings", "explain", "acme", ticket, "--json").stdout)
    assert told["notices"][0] == {
        "step": "75%",
        "repetition": 0,
        "channel": "team",
        "metric": "first_response",
        "send_at": f"{at + timedelta(minutes=90):%Y-%m-%dT%H:%M:%SZ}",
    }
    assert [(one["step"], one["channel"], one["repetition"]) for one in told["notices"]] == [
        ("75%", "team", 0),
        ("breach", "team", 0),
        ("breach", "lead", 0),
        ("breach", "team", 1),
        ("breach", "lead", 1),
    ]


def test_explain_of_a_site_that_is_only_watched_lists_none(bench: Bench) -> None:
    ticket, _ = filed(bench)
    config = bench.folder / "dueby.yaml"
    config.write_text(config.read_text().replace("timezone: Europe/Paris", "write: false", 1), encoding="utf-8")
    told = json.loads(bench.run("mappings", "explain", "acme", ticket, "--json").stdout)
    assert (told["state"], told["notices"]) == ("running", [])


def test_explain_leaves_out_what_was_sent_and_what_is_going_to_be_cancelled(bench: Bench) -> None:
    ticket, at = filed(bench)
    due = at + timedelta(hours=2)
    early = Notice(
        metric="first_response",
        start_at=at,
        due_at=due,
        step="75%",
        channel="team",
        repetition=0,
        send_at=at + timedelta(minutes=90),
    )
    old = Notice(
        metric="first_response",
        start_at=at,
        due_at=due + timedelta(hours=4),
        step="75%",
        channel="team",
        repetition=0,
        send_at=at + timedelta(minutes=270),
    )
    with writing(bench.store()) as conn:
        keep_plan(conn, TicketRef("acme", ticket), Plan((early, old), ()))
        conn.exec_driver_sql("UPDATE notices SET state = 'sent' WHERE send_at < (SELECT max(send_at) FROM notices)")
    told = json.loads(bench.run("mappings", "explain", "acme", ticket, "--json").stdout)
    assert {one["step"] for one in told["notices"]} == {"breach"}


def test_sync_that_waits_lists_what_the_worker_planned(bench: Bench) -> None:
    ref, now = TicketRef("acme", "10001"), time_source.now().replace(microsecond=0)
    notice = Notice(
        metric="first_response",
        start_at=now,
        due_at=now + timedelta(hours=2),
        step="before 15m",
        channel="lead",
        repetition=0,
        send_at=now + timedelta(minutes=105),
    )

    def work() -> None:
        while True:
            with writing(bench.store()) as conn:
                lease = start(conn, ref, time_source.now())
                if lease:
                    remember(conn, ref, MEMORY)
                    keep_plan(conn, ref, Plan((notice,), ()))
                    finish(conn, lease, None, time_source.now())
                    return
            time.sleep(0.02)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    done = bench.run("sync", "acme", "10001", "--wait")
    worker.join(timeout=10)
    assert done.stdout.splitlines()[-1] == f"notice   {shown(now + timedelta(minutes=105))}  before 15m  lead"


MEMORY = Memory(
    key="OKTA-1",
    title="Login fails",
    url="",
    wrote=True,
    ended=False,
    synced_at=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    state=State.RUNNING,
    due_at=None,
    summary="",
)
