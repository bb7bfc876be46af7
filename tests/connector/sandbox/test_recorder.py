import apprise
import pytest
import requests

from connector.sandbox.recorder import Recorder, record
from tests.worker.stage import wait_until


def told(recorder: Recorder, path: str = "team", title: str = "A title", body: str = "A body") -> bool:
    """Send as any program with Apprise does."""
    sender = apprise.Apprise()
    sender.add(f"{recorder.channel(path)}?rto=0.3")
    return bool(sender.notify(body=body, title=title))


def test_what_apprise_sends_is_kept_by_path_and_read_by_other_processes() -> None:
    with record() as recorder:
        assert told(recorder)
        assert told(recorder, "lead", "Another", "text")
        (one,) = recorder.received("/lead")
        assert (one.number, one.title, one.message, one.status) == (2, "Another", "text", 200)
        answer = requests.get(f"{recorder.url}/_recorder/received?since=1", timeout=2).json()
        assert [(one["path"], one["title"]) for one in answer["received"]] == [("/lead", "Another")]
        requests.delete(f"{recorder.url}/_recorder/received", timeout=2)
        assert recorder.received() == ()


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        pytest.param({"status": 429}, 429, id="too many"),
        pytest.param({"status": 500}, 500, id="broken"),
        pytest.param({"drop": True}, 0, id="hangs up"),
        pytest.param({"delay": 1.0}, 200, id="hangs for longer than Apprise waits"),
    ],
)
def test_a_fault_hits_as_often_as_was_said(fault: dict[str, object], status: int) -> None:
    with record() as recorder:
        requests.post(f"{recorder.url}/_recorder/faults", json={**fault, "path": "team"}, timeout=2)
        assert not told(recorder)
        assert told(recorder, "lead"), "other paths go on"
        assert told(recorder)
        wait_until(lambda: sorted(one.status for one in recorder.received("/team")) == sorted([status, 200]), 5, "both")
