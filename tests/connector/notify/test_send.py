"""What is sent through Apprise, how it fails, and that nobody learns an address from it."""

import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from apprise.plugins.opsgenie import OPSGENIE_API_LOOKUP
from apprise.plugins.pagerduty import PAGERDUTY_API_LOOKUP

from connector.notify import apprised
from connector.notify import bounded as bounded_module
from connector.notify.bounded import HangsError, StillHangsError, bounded
from connector.notify.incidents import notice_key, opens_incidents
from connector.notify.send import resolve, send
from connector.notify.written import Message
from connector.sandbox.recorder import Recorder, record
from policies.escalation_schema import Channel
from policies.model import TicketRef
from policies.notices import Notice

MESSAGE = Message(title="SUP-1: due in 15 min", text="plain lines", markdown="- **marked** lines", kind="warning")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with record() as served:
        yield served


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Give what this process's log would hold: pytest's own capture also reads loggers that lead nowhere."""
    text = StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def channel(url: str, name: str = "team") -> Channel:
    return Channel(name=name, url=url)


def test_a_message_arrives_with_what_it_tells_for_programs(recorder: Recorder) -> None:
    named: list[Mapping[str, Any]] = [{"site": "acme", "ticket": "10001", "step": "75%", "repetition": 0}]
    assert send(channel(recorder.channel("team")), MESSAGE, "k", named).sent
    (one,) = recorder.received()
    assert (one.title, one.message, one.type) == ("SUP-1: due in 15 min", "plain lines", "warning")
    assert list(one.notices) == named


def test_a_long_message_reaches_a_program_whole(recorder: Recorder) -> None:
    long = Message(title="500 notices", text="\n".join(["a line"] * 20_000), markdown="", kind="warning")
    assert send(channel(recorder.channel("team")), long, "k", [{"ticket": "1"}]).sent
    (one,) = recorder.received()
    assert len(one.message.splitlines()) == 20_000


def test_an_address_comes_from_the_environment_at_the_time_of_sending(recorder: Recorder) -> None:
    given = channel("${TEAM_URL}?format=markdown")
    assert send(given, MESSAGE, "k", environ={"TEAM_URL": recorder.channel("late")}).sent
    assert [(one.path, one.message) for one in recorder.received()] == [("/late", "- **marked** lines")]


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        pytest.param("${TEAM_URL}", "the variable TEAM_URL is not set", id="variable not set"),
        pytest.param("hunter2secret", "makes no sense", id="no address at all"),
        pytest.param("nosuch://hunter2secret", "makes no sense", id="a service that Apprise does not have"),
        pytest.param("pagerduty://hunter2secret", "makes no sense", id="an address that lacks a part"),
        pytest.param("json://", "makes no sense", id="an address without a host"),
    ],
)
def test_a_wrong_address_is_a_failure_that_names_the_channel_and_never_the_address(
    url: str, fault: str, log: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    outcome = send(channel(url), MESSAGE, "k", environ={})
    assert not outcome.sent
    assert "Channel 'team'" in outcome.why
    assert fault in outcome.why
    assert "hunter2" not in outcome.why + log.getvalue() + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("fault", "why", "doubtful"),
    [
        pytest.param({"status": 429}, "answered 429. It is limited", False, id="too many requests"),
        pytest.param({"status": 500}, "answered 500. It is limited or broken on its own side.", False, id="broken"),
        pytest.param({"status": 401}, "401. Its token was revoked, or", False, id="a token that was revoked"),
        pytest.param({"status": 302, "headers": {"Location": "/login"}}, "leads elsewhere", False, id="a login page"),
        pytest.param({"drop": True}, "Check its address", False, id="hangs up"),
        pytest.param({"delay": 1.5}, "gave no answer in time", True, id="slower than its own limit"),
    ],
)
def test_a_receiver_in_trouble_is_a_failure_with_its_reason(
    recorder: Recorder,
    fault: dict[str, Any],
    why: str,
    doubtful: bool,
    monkeypatch: pytest.MonkeyPatch,
    log: StringIO,
) -> None:
    monkeypatch.setattr(apprised, "TIMEOUT", (0.5, 0.5))
    recorder.faults.add(**fault)
    outcome = send(channel(f"{recorder.channel('secretpath')}?retry=3&wait=1"), MESSAGE, "k")
    assert (outcome.sent, outcome.doubtful) == (False, doubtful)
    assert why in outcome.why
    assert len(recorder.received()) <= 1, "tried once: waiting is the notifier's"
    assert "secretpath" not in outcome.why + log.getvalue()
    assert "127.0.0.1" not in outcome.why + log.getvalue()


@contextmanager
def raw_server(*said: bytes) -> Iterator[int]:
    """Answer each connection with bytes that need not be HTTP, one every 0.1 s, then keep it open."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def answer() -> None:
        while not ended.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                for part in said:
                    connection.sendall(part)
                    ended.wait(0.1)
                ended.wait(5)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    ended.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_rubbish_that_is_no_http_is_a_failure() -> None:
    with raw_server(b"\x00\xffrubbish\r\n\r\n") as port:
        outcome = send(channel(f"json://127.0.0.1:{port}"), MESSAGE, "k")
    assert "answered nonsense" in outcome.why


def test_a_send_that_hangs_is_given_up_and_three_of_them_stop_more() -> None:
    drops = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 30]
    with raw_server(*drops) as port:
        hanging = channel(f"json://127.0.0.1:{port}", "hanging")
        began = time.monotonic()
        outcomes = [send(hanging, MESSAGE, "k", gives_up=0.3) for _ in range(4)]
    assert time.monotonic() - began < 3
    assert [one.doubtful for one in outcomes] == [True, True, True, False]
    assert "within 0 s" in outcomes[0].why
    assert "still hangs" in outcomes[3].why


def test_one_that_hangs_for_ever_does_not_silence_its_channel_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    for _ in range(3):
        with pytest.raises(HangsError):
            bounded("for ever", 0.05, ended.wait)
    with pytest.raises(StillHangsError):
        bounded("for ever", 0.05, lambda: 1)
    monkeypatch.setattr(bounded_module, "COUNTS_FOR", 0.0)
    assert bounded("for ever", 5, lambda: 1) == 1
    ended.set()


def test_a_key_is_the_same_for_a_repeated_send_and_another_for_all_else() -> None:
    notice = Notice(
        metric="first_response", start_at=NOON, due_at=NOON, step="75%", channel="team", repetition=0, send_at=NOON
    )
    others = [
        Notice(**{**{name: getattr(notice, name) for name in Notice.__slots__}, **changed})
        for changed in ({"repetition": 1}, {"step": "breach"}, {"due_at": NOON + timedelta(hours=1)}, {"channel": "b"})
    ]
    ref = TicketRef("acme", "1")
    keys = {notice_key(ref, one) for one in (notice, *others)} | {notice_key(TicketRef("acme", "2"), notice)}
    assert len(keys) == 6
    assert notice_key(ref, notice) == notice_key(TicketRef("acme", "1"), notice)
    assert all(len(key) < 255 for key in keys)


@pytest.mark.parametrize(
    ("url", "does"),
    [
        pytest.param("pagerduty://a@b", True, id="PagerDuty"),
        pytest.param("opsgenie://key", True, id="Opsgenie"),
        pytest.param("json://host", False, id="a web hook"),
        pytest.param("${UNSET}", False, id="an address that is not there"),
    ],
)
def test_two_services_have_incidents(url: str, does: bool) -> None:
    assert opens_incidents(channel(url), {}) is does


def test_pagerduty_gets_the_key_and_is_told_that_it_is_over(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAGERDUTY_API_LOOKUP, "us", f"{recorder.url}/v2/enqueue")
    pager = channel("pagerduty://integration@api?dedup=everything&action=map")
    assert send(pager, MESSAGE, "dueby-1").sent
    assert send(pager, MESSAGE, "dueby-1").sent
    assert resolve(pager, ["dueby-1", "dueby-2"]).sent
    assert [(one.body["event_action"], one.body["dedup_key"]) for one in recorder.received()] == [
        ("trigger", "dueby-1"),
        ("trigger", "dueby-1"),
        ("resolve", "dueby-1"),
        ("resolve", "dueby-2"),
    ]


def test_opsgenie_gets_the_key_as_its_alias_and_is_told_that_it_is_over(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(OPSGENIE_API_LOOKUP, "us", f"{recorder.url}/v2/alerts")
    recorder.faults.add(method="POST", times=None, status=202, body={"requestId": "r"})
    alerts = channel("opsgenie://key/@alice/%23desk")
    info = Message(title="It runs", text="x", markdown="x", kind="info")
    assert send(alerts, info, "dueby-1").sent
    assert resolve(alerts, ["dueby-1"]).sent
    first, closed = recorder.received()
    assert (first.path, first.body["alias"], len(first.body["responders"])) == ("/v2/alerts", "dueby-1", 2)
    assert closed.path == "/v2/alerts/dueby-1/close"


def test_an_incident_that_is_not_resolved_is_a_failure(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAGERDUTY_API_LOOKUP, "us", f"{recorder.url}/v2/enqueue")
    recorder.faults.add(status=500)
    outcome = resolve(channel("pagerduty://integration@api"), ["dueby-1", "dueby-2"])
    assert not outcome.sent
    assert "1 of its incidents" in outcome.why
