"""Faults put in on purpose, and the sandbox's own endpoints for other processes."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox


def look(site: JiraSandbox, session: requests.Session, issue: str) -> requests.Response:
    return session.get(f"{site.url}/rest/api/2/issue/{issue}")


def test_a_fault_hits_as_often_as_told_and_only_where_told(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    cloud.faults.add(method="GET", path="/issue/", status=429, headers={"Retry-After": "7"}, times=2, skip=1)
    answers = [look(cloud, session, issue) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert session.get(f"{cloud.url}/rest/api/2/myself").status_code == 200


def test_a_fault_after_the_effect_loses_only_the_answer(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    cloud.faults.add(method="PUT", drop=True, moment="after")
    with pytest.raises(requests.ConnectionError):
        session.put(f"{cloud.url}/rest/api/2/issue/{issue}", json={"fields": {"customfield_10101": "met"}})
    assert cloud.ticket(issue)["fields"]["customfield_10101"] == "met"


def test_a_held_request_waits_and_then_goes_on(cloud: JiraSandbox, session: requests.Session) -> None:
    issue = cloud.create()
    cloud.faults.add(delay=0.2, times=None)
    started = time.monotonic()
    assert look(cloud, session, issue).status_code == 200
    assert time.monotonic() - started >= 0.2


def test_a_hang_ends_when_the_sandbox_stops(session: requests.Session) -> None:
    failed: list[Exception] = []
    with serve(JiraSandbox("cloud")) as site:
        issue = site.create()
        site.faults.add(delay=600)

        def ask() -> None:
            try:
                look(site, session, issue)
            except requests.ConnectionError as lost:
                failed.append(lost)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.1)
    asking.join(timeout=5)
    assert len(failed) == 1


def test_a_tracker_goes_away_and_comes_back_with_its_tickets(session: requests.Session) -> None:
    site = JiraSandbox("cloud")
    with serve(site):
        issue, port = site.create(), int(site.url.rpartition(":")[2])
        assert look(site, session, issue).status_code == 200
    with pytest.raises(requests.ConnectionError):
        look(site, session, issue)
    with serve(site, port):
        assert look(site, session, issue).status_code == 200


def test_a_limit_refuses_what_is_too_much_for_each_ticket(zendesk: ZendeskSandbox, session: requests.Session) -> None:
    first, second = zendesk.create(), zendesk.create()
    zendesk.faults.limit(method="PUT", path=r"/tickets/(\d+)", allow=2, seconds=600)
    body = {"ticket": {"custom_fields": [{"id": 360003, "value": "x"}]}}
    answers = [session.put(f"{zendesk.url}/api/v2/tickets/{first}", json=body) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert 598 <= int(answers[2].headers["Retry-After"]) <= 600
    assert session.put(f"{zendesk.url}/api/v2/tickets/{second}", json=body).status_code == 200


def test_another_process_controls_the_sandbox(cloud: JiraSandbox, session: requests.Session) -> None:
    control = f"{cloud.url}/_sandbox"
    filed = {"by": "carol", "at": "2026-07-01T08:00:00+00:00", "fields": {"priority": "High"}}
    issue = session.post(f"{control}/acts/create", json=filed).json()["result"]
    session.post(f"{control}/acts/comment", json={"ticket": issue, "by": "alice", "public": False})
    shown = session.get(f"{control}/tickets/{issue}").json()["fields"]
    assert (shown["created"], shown["priority"]["name"]) == ("2026-07-01T10:00:00.000+0200", "High")
    assert shown["comment"]["comments"][0]["jsdPublic"] is False
    session.post(f"{control}/faults", json={"method": "PUT", "path": "issue", "status": 503, "times": 1})
    url, body = f"{cloud.url}/rest/api/2/issue/{issue}", {"fields": {"customfield_10101": "met"}}
    assert [session.put(url, json=body).status_code for _ in range(3)] == [503, 204, 204]
    writes = session.get(f"{control}/writes", params={"by": "bot", "ticket": issue}).json()
    assert (writes["count"], writes["equal"]) == (2, 1)
    requests_seen = session.get(f"{control}/requests").json()
    assert requests_seen["counts"] == {"PUT 503": 1, "PUT 204": 2}
    assert session.delete(f"{control}/requests").json() == {"ok": True}
    assert session.get(f"{control}").json()["tickets"] == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        pytest.param("acts/explode", {}, id="an act that there is not"),
        pytest.param("acts/comment", {"ticket": "1"}, id="a ticket that there is not"),
        pytest.param("acts/create", {"colour": 1}, id="an argument that there is not"),
        pytest.param("faults", {"colour": 1}, id="a fault's argument that there is not"),
    ],
)
def test_a_wrong_command_is_named(cloud: JiraSandbox, path: str, body: dict[str, object]) -> None:
    answer = requests.post(f"{cloud.url}/_sandbox/{path}", json=body, timeout=5)
    assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_secrets_are_shown_nowhere(cloud: JiraSandbox, session: requests.Session) -> None:
    session.post(f"{cloud.url}/_sandbox/webhooks", json={"url": "http://127.0.0.1:9/", "secret": "hush"})
    session.get(f"{cloud.url}/rest/api/2/myself")
    for path in ("webhooks", "requests"):
        text = session.get(f"{cloud.url}/_sandbox/{path}").text
        assert "hush" not in text
        assert "sandbox-token" not in text


@pytest.mark.end_to_end
@pytest.mark.parametrize("flavour", ["jira-cloud", "jira-datacenter", "zendesk"])
def test_a_sandbox_runs_as_a_process_of_its_own(flavour: str) -> None:
    command = [sys.executable, "-m", "connector.sandbox", "--flavour", flavour]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own module
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert requests.get(f"{url}/_sandbox", timeout=5).json()["flavour"] == flavour
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_many_requests_a_second_on_kept_alive_connections(cloud: JiraSandbox) -> None:
    issue = cloud.create()

    def ask(_: int) -> None:
        with requests.Session() as own:
            own.auth = ("bot@acme.example", "sandbox-token")
            for _ in range(50):
                assert look(cloud, own, issue).status_code == 200

    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(8)))
    assert 400 / (time.monotonic() - started) > 100
