"""A wire to trackers that are not there: what each path answers is put in by the test, what was sent is kept."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import responses
from requests import PreparedRequest

from connector.sites import Site
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from tests.connector.trackers import answers


class Wire:
    """Answers of pretended trackers and the requests made to them."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self._mock = mock
        self.methods: list[str] = []

    def answers(self, method: str, url: str, body: Any = None, status: int = 200, **headers: str) -> None:
        """Answer one path; put in twice, the second answer follows the first and then stays."""
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self._mock.add(method, url, body=content, status=status, headers=headers)

    def breaks(self, method: str, url: str, error: Exception) -> None:
        """Break a request off with an exception."""
        self._mock.add(method, url, body=error)

    def sent(self, method: str = "", path: str = "") -> list[PreparedRequest]:
        """Give the requests made so far whose path ends in `path`."""
        made = [call.request for call in self._mock.calls]
        return [one for one in made if (not method or one.method == method) and self.path(one).endswith(path)]

    @staticmethod
    def path(request: PreparedRequest) -> str:
        """Give a request's path."""
        return urlsplit(str(request.url)).path

    @staticmethod
    def query(request: PreparedRequest) -> dict[str, str]:
        """Give a request's query arguments."""
        return {name: values[0] for name, values in parse_qs(urlsplit(str(request.url)).query).items()}

    @staticmethod
    def body(request: PreparedRequest) -> Any:
        """Give a request's JSON."""
        return json.loads(request.body or b"null")

    def jira(self, url: str) -> None:
        """Answer what a Jira says about itself."""
        own = {"accountId": "dueby"} if url == answers.CLOUD_URL else {"name": "dueby", "key": "JIRAUSER1"}
        self.answers("GET", f"{url}/rest/api/2/myself", own)
        self.answers("GET", f"{url}/rest/api/2/field", answers.JIRA_FIELD_LIST)
        self.answers("GET", f"{url}/rest/api/2/status", answers.JIRA_STATUS_LIST)

    def desk(self) -> None:
        """Answer what a Zendesk says about itself."""
        url = f"{answers.DESK_URL}/api/v2"
        self.answers("GET", f"{url}/users/me", {"user": {"id": 9, "role": "admin"}})
        self.answers("GET", f"{url}/ticket_fields", answers.last_page("ticket_fields", answers.DESK_FIELD_LIST))
        self.answers("GET", f"{url}/brands", answers.last_page("brands", [{"id": 72, "name": "Acme Help"}]))

    def open(self, site: Site) -> Tracker:
        """Open a site's tracker at noon, noting each request's method before it leaves."""
        return open_tracker(site, lambda: answers.NOW, self.methods.append)


@pytest.fixture
def wire() -> Iterator[Wire]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield Wire(mock)
