"""The demo's own judgement: what it files, and when a ticket shows what it should."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from connector.cli.door import console
from connector.sandbox.recorder import record
from policies.loader import load_policies
from worker.demo.board import Place, board
from worker.demo.desk import Shown
from worker.demo.jira_desk import JiraDesk
from worker.demo.rows import FLAVOURS, NOTICES, STEPS, Row, due_at_once, of_today, reckoned
from worker.demo.watching import note_received
from worker.demo.zendesk_desk import ZendeskDesk

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
ROW = Row(
    case="a", flavour="zendesk", policy="cloudtalk", plan="advanced", level=1, filed_at=NOW, due_at=DUE, attributes={}
)
RIGHT = Shown(DUE, "running", "CloudTalk advanced, level 1: 1 h")
TOLD = (("before 5s", 0), ("breach", 0), ("breach", 1), ("over", 0))
LATE = replace(ROW, due_at=NOW - timedelta(minutes=1), act="answered_late")
BREACHED = Shown(LATE.due_at, "breached", "CloudTalk advanced, level 1: 1 h, breached")


def test_it_files_every_plan_and_level_on_every_flavour() -> None:
    filed = {(row.flavour, row.policy, row.plan, row.level) for row in reckoned()}
    promised = {
        (flavour, policy.id, plan, level)
        for flavour in FLAVOURS
        for policy in load_policies(None).values()
        for plan in policy.plans
        for level in policy.levels
    }
    assert promised <= filed


def test_it_files_some_tickets_now_on_every_flavour() -> None:
    rows = list(of_today(NOW))
    assert {row.flavour for row in rows} == set(FLAVOURS)
    assert {row.act for row in rows} == {"", "level_changed", "answered"}
    assert all(row.filed_at == NOW for row in rows)


@pytest.mark.parametrize(
    ("row", "shown", "fits"),
    [
        pytest.param(ROW, RIGHT, True, id="as expected"),
        pytest.param(ROW, replace(RIGHT, due_at=DUE + timedelta(seconds=1)), False, id="due a second later"),
        pytest.param(ROW, replace(RIGHT, due_at=None), False, id="not due at all"),
        pytest.param(ROW, replace(RIGHT, state="breached"), False, id="another state"),
        pytest.param(ROW, replace(RIGHT, summary=None), False, id="no summary"),
        pytest.param(replace(ROW, due_at=NOW - timedelta(hours=1)), RIGHT, False, id="should be breached by now"),
        pytest.param(replace(ROW, policy=None, due_at=None), RIGHT, False, id="written though it should be left alone"),
        pytest.param(replace(ROW, policy=None, due_at=None), Shown(None, None, None), True, id="left alone"),
    ],
)
def test_a_ticket_fits_only_if_all_it_shows_is_expected(row: Row, shown: Shown, fits: bool) -> None:
    assert Place(row, "1", shown).fits(NOW) is fits


def test_of_a_ticket_on_every_flavour_all_notices_fall_within_seconds() -> None:
    rows = list(due_at_once(NOW))
    assert {row.flavour for row in rows} == set(FLAVOURS)
    assert NOTICES == TOLD
    assert [step.get("before") or step.get("at") for step in STEPS] == ["5s", "breach"]
    for row in rows:
        assert row.due_at is not None
        assert row.due_at - row.filed_at == timedelta(minutes=30)
        assert timedelta(seconds=10) < row.due_at - NOW < timedelta(seconds=30)
        assert row.notices == TOLD
    assert all(row.notices == () for row in (*reckoned(), *of_today(NOW)))


@pytest.mark.parametrize(
    ("row", "shown", "notices", "fits"),
    [
        pytest.param(LATE, BREACHED, TOLD, True, id="all four"),
        pytest.param(LATE, BREACHED, (TOLD[0], TOLD[2], TOLD[1], TOLD[3]), True, id="in another order"),
        pytest.param(LATE, BREACHED, TOLD[:3], False, id="no stand-down"),
        pytest.param(LATE, BREACHED, TOLD[1:], False, id="no step before the breach"),
        pytest.param(LATE, BREACHED, (*TOLD, TOLD[1]), False, id="one twice"),
        pytest.param(ROW, RIGHT, TOLD[:1], False, id="one of a ticket that is not due"),
    ],
)
def test_a_ticket_fits_only_if_on_call_heard_of_it_what_it_should(
    row: Row, shown: Shown, notices: tuple[tuple[str, int], ...], fits: bool
) -> None:
    assert Place(row, "1", shown, notices).fits(NOW) is fits


def test_notices_are_told_apart_by_site_and_ticket() -> None:
    cloud, help_desk = JiraDesk("jira-cloud", "cloud"), ZendeskDesk("help")
    here = Place(replace(ROW, flavour="jira-cloud"), "7", RIGHT)
    there, other = Place(ROW, "7", RIGHT), Place(ROW, "8", RIGHT)
    messages: list[list[tuple[str, str, str, int]]] = [
        [("help", "7", "before 5s", 0)],
        [("help", "7", "breach", 1), ("cloud", "7", "breach", 0)],
        [("cloud", "8", "breach", 0)],
    ]
    with record() as on_call:
        for told in messages:
            named = [dict(zip(("site", "ticket", "step", "repetition"), one, strict=True)) for one in told]
            requests.post(f"{on_call.url}/on-call", json={"dueby": {"notices": named}}, timeout=5).raise_for_status()
        note_received({"jira-cloud": cloud, "zendesk": help_desk}, [here, there, other], on_call)
    assert here.notices == (("breach", 0),)
    assert there.notices == (("before 5s", 0), ("breach", 1))
    assert other.notices == ()


def test_its_table_shows_the_notices(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(board([Place(LATE, "1", BREACHED, TOLD)], NOW))
    head, line = map(str.rstrip, capsys.readouterr().out.splitlines())
    assert head.endswith("State     Notices")
    assert line.endswith("breached  before 5s, breach, breach again, over  ✓")


def test_its_table_is_plain_where_it_is_not_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(board([Place(ROW, "1", RIGHT), Place(ROW, "2", Shown(None, None, None))], NOW))
    right, wrong = capsys.readouterr().out.splitlines()[1:]
    assert right.split()[-2:] == ["running", "✓"]
    assert wrong.split()[-3:] == ["(left", "alone)", "differs"]
