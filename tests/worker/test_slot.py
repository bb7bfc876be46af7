import threading
from pathlib import Path
from typing import Any, cast

from structlog.testing import capture_logs

from connector.settings import load_settings
from worker.slot import _beat


def test_a_slot_goes_on_giving_signs_of_life_after_a_fault_of_the_database(tmp_path: Path) -> None:
    (tmp_path / "dueby.yaml").write_text("sites: {}", encoding="utf-8")
    (tmp_path / "dueby.db").write_bytes(b"no database at all" * 100)
    ended = threading.Event()
    ended.set()
    with capture_logs() as logs:
        _beat(load_settings({}, tmp_path), cast("Any", None), "slot", ended)
    assert [(line["event"], "not a database" in line["error"]) for line in logs] == [("not_now", True)]
