"""The demo's own judgement: what it files, and when a ticket shows what it should."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.cli.door import console
from policies.loader import load_policies
from worker.demo.board import Place, board
from worker.demo.desk import Shown
from worker.demo.rows import FLAVOURS, Row, of_today, reckoned

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
ROW = Row(
    case="a", flavour="zendesk", policy="cloudtalk", plan="advanced", level=1, filed_at=NOW, due_at=DUE, attributes={}
)
RIGHT = Shown(DUE, "running", "CloudTalk advanced, level 1: 1 h")


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


def test_its_table_is_plain_where_it_is_not_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    console().print(board([Place(ROW, "1", RIGHT), Place(ROW, "2", Shown(None, None, None))], NOW))
    right, wrong = capsys.readouterr().out.splitlines()[1:]
    assert right.split()[-2:] == ["running", "✓"]
    assert wrong.split()[-3:] == ["(left", "alone)", "differs"]
