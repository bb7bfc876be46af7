"""Tickets of which no webhook ever told, beside a whole running dueby."""

from pathlib import Path

import pytest

from tests.worker.stage import MAPPINGS, staged, wait_until

pytestmark = pytest.mark.end_to_end


def test_what_no_webhook_tells_is_found_by_walking(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        old = stage.sandbox.create()
        stage.apply()
        wait_until(lambda: stage.shown(old)[1] == "running", 20, "the open tickets of a new mapping")
        wait_until(lambda: stage.rows("SELECT 1 FROM walks WHERE walked_at IS NOT NULL"), 20, "the first walk")
        fresh = stage.sandbox.create()
        stage.sandbox.change(old, fields={"priority": "Highest"})
        told = stage.dueby("reconcile", "acme")
        assert (told.returncode, told.stderr) == (0, "")
        wait_until(lambda: stage.shown(fresh)[1] == "running", 20, "the new ticket")
        wait_until(lambda: "level 1" in stage.shown(old)[2], 20, "the changed one")
        assert len(stage.sandbox.log.writes(ticket=old)) == 2
        stage.sandbox.add_project("NEW")
        unmapped = stage.sandbox.create(project="NEW")
        stage.apply(MAPPINGS.replace("[SUP]", "[SUP, NEW]"))
        wait_until(lambda: stage.shown(unmapped)[1] == "running", 20, "the open ticket of the new project")
        assert (fresh,) in [tuple(row) for row in stage.rows("SELECT ticket FROM missed")], "no webhook told of it"
        assert (unmapped,) not in [tuple(row) for row in stage.rows("SELECT ticket FROM missed")], "none could have"
        assert [line["event"] for line in stage.log() if line["event"].startswith("walk_")] == []
