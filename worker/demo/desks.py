"""The demo's three sites: how a ticket is filed, moved on and read back over HTTP, on each flavour."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import requests

from connector.sandbox.jira.defaults import BEARER, TOKEN
from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.sandbox import Sandbox
from connector.sandbox.zendesk.defaults import CLIENT, SECRET
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from worker.demo.rows import Flavour, Row

ATTRIBUTES = ("environment", "release", "technology", "customer_reachable")
WEBHOOK_SECRET = "demo-webhook-secret"  # noqa: S105  # between the sandbox and dueby on loopback
_TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """What dueby's fields hold on a ticket, as the tracker gives them."""

    due_at: datetime | None
    state: str | None
    summary: str | None


class Desk(ABC):
    """One site of the demo. `own` are dueby's fields, `given` the fields that the desk fills in, by name."""

    flavour: Flavour
    site: str
    tracker: str
    own: ClassVar[Mapping[str, str]]
    given: ClassVar[Mapping[str, str]]
    sandbox: Sandbox
    of: ClassVar[Mapping[str, str]]
    """Policy -> what its tickets are known by: a project, or a tag."""

    def listen(self, receiver: str) -> None:
        """Send signed webhooks to dueby's receiver."""
        url = f"{receiver}/webhooks/{self.tracker.partition('-')[0]}/{self.site}"
        self.sandbox.webhook(url, secret=WEBHOOK_SECRET)

    def file(self, row: Row) -> str:
        """File a ticket, return its id."""
        given = {"plan": row.plan, "timezone": row.timezone, "region": row.region, "holidays": row.holidays}
        texts = {name: text for name, text in {**given, **row.attributes}.items() if text}
        fields: dict[str, Any] = {self.given[name]: text for name, text in texts.items()}
        fields[self.given["filed"]] = row.filed_at.isoformat()
        return self._file(row, fields)

    @abstractmethod
    def _file(self, row: Row, fields: dict[str, Any]) -> str:
        """File a ticket with these custom fields."""

    @abstractmethod
    def move_on(self, row: Row, ticket: str, at: datetime) -> None:
        """Let happen to a ticket what the row says: its level is raised to 1, or the vendor answers."""

    @abstractmethod
    def read(self, session: requests.Session, ticket: str) -> Shown:
        """Read dueby's fields back over the tracker's REST interface."""

    @abstractmethod
    def auth(self) -> Mapping[str, str]:
        """Give the site's `auth` for the configuration."""

    @abstractmethod
    def vendor(self) -> str:
        """Give the account of the vendor's people."""


def marker(readings: tuple[str, ...]) -> str:
    """Name the label or tag that tells which readings a ticket's mapping has."""
    return "reading-" + "-and-".join(name.replace("+", "-plus-") for name in readings)


def tag(vendor: str, readings: tuple[str, ...]) -> str:
    """Name the one tag that tells a ticket's vendor and readings."""
    return f"{vendor}-{marker(readings)}" if readings else vendor


class JiraDesk(Desk):
    """A Jira site, Cloud or Data Center: a project for each vendor."""

    tracker = "jira"
    own: ClassVar[Mapping[str, str]] = {
        "due_at": "customfield_10100",
        "due_on": "customfield_10103",
        "state": "customfield_10101",
        "summary": "customfield_10102",
    }
    given: ClassVar[Mapping[str, str]] = {
        "filed": "customfield_10090",
        "timezone": "customfield_10074",
        "region": "customfield_10072",
        "plan": "customfield_10110",
        "holidays": "customfield_10111",
        **{name: f"customfield_{10112 + number}" for number, name in enumerate(ATTRIBUTES)},
    }
    priorities: ClassVar[Mapping[int, str]] = {1: "Highest", 2: "High", 3: "Medium", 4: "Low"}

    of: ClassVar[Mapping[str, str]] = {
        "auth0-self-service": "AUTH",
        "okta-premier-success": "OKTA",
        "credenti": "CRED",
        "cloudtalk": "TALK",
        "hosteur-ragnarokkr": "HOST",
    }

    def __init__(self, flavour: Flavour, site: str) -> None:
        self.flavour, self.site = flavour, site
        self.cloud = flavour == "jira-cloud"
        self.sandbox = self.jira = JiraSandbox("cloud" if self.cloud else "datacenter", timezone="Europe/Paris")
        for name, field in self.given.items():
            if field not in self.jira.site.fields:
                self.jira.add_field(field, name.replace("_", " ").capitalize(), "textfield")
        for project in self.of.values():
            self.jira.add_project(project)

    def auth(self) -> Mapping[str, str]:
        """Give the bot's API token, or its personal access token."""
        return {"user": "bot@acme.example", "token": TOKEN} if self.cloud else {"bearer": BEARER}

    def vendor(self) -> str:
        """Give Cloud's accountId or Data Center's name."""
        user = self.jira.site.users["vendor"]
        return user.account_id if self.cloud else user.handle

    def _file(self, row: Row, fields: dict[str, Any]) -> str:
        fields["priority"] = self.priorities[row.level] if row.level else None
        if row.readings:
            fields["labels"] = [marker(row.readings)]
        project = self.of[row.policy] if row.policy else "SUP"
        return self.jira.create(project=project, summary=row.case, fields=fields)

    def move_on(self, row: Row, ticket: str, at: datetime) -> None:
        """Raise the priority, or let the vendor comment."""
        if row.act == "level_changed":
            self.jira.change(ticket, fields={"priority": self.priorities[1]}, at=at)
        else:
            self.jira.comment(ticket, "We have found the cause.", by="vendor", at=at)

    def read(self, session: requests.Session, ticket: str) -> Shown:
        """Read the issue's fields with the bot's credentials."""
        auth = self.auth()
        session.auth = (auth["user"], auth["token"]) if self.cloud else None
        headers = {} if self.cloud else {"Authorization": f"Bearer {auth['bearer']}"}
        url = f"{self.sandbox.url}/rest/api/2/issue/{ticket}"
        answer = session.get(url, params={"fields": ",".join(self.own.values())}, headers=headers, timeout=_TIMEOUT)
        answer.raise_for_status()
        return _shown({name: answer.json()["fields"].get(field) for name, field in self.own.items()})


class ZendeskDesk(Desk):
    """A Zendesk site: a tag for each vendor."""

    tracker = "zendesk"
    own: ClassVar[Mapping[str, str]] = {"due_at": "360001", "due_on": "360004", "state": "360002", "summary": "360003"}
    given: ClassVar[Mapping[str, str]] = {
        "filed": "360010",
        "timezone": "360018",
        "region": "360017",
        "plan": "360030",
        "holidays": "360031",
        **{name: str(360032 + number) for number, name in enumerate(ATTRIBUTES)},
    }
    priorities: ClassVar[Mapping[int, str]] = {1: "urgent", 2: "high", 3: "normal", 4: "low"}

    of: ClassVar[Mapping[str, str]] = {policy: policy.partition("-")[0] for policy in JiraDesk.of}

    def __init__(self, site: str) -> None:
        self.flavour, self.site = "zendesk", site
        self.sandbox = self.zendesk = ZendeskSandbox()
        for name, field in self.given.items():
            if int(field) not in self.zendesk.site.fields:
                self.zendesk.add_field(int(field), name.replace("_", " ").capitalize(), "text")

    def auth(self) -> Mapping[str, str]:
        """Give the OAuth client."""
        return {"client_id": CLIENT, "client_secret": SECRET}

    def vendor(self) -> str:
        """Give the vendor's user id."""
        return str(self.zendesk.site.users["vendor"].id)

    def _file(self, row: Row, fields: dict[str, Any]) -> str:
        tags = [tag(self.of[row.policy], row.readings) if row.policy else "other"]
        priority = {"priority": self.priorities[row.level]} if row.level else {}
        return self.zendesk.create(subject=row.case, fields={**fields, **priority, "tags": tags})

    def move_on(self, row: Row, ticket: str, at: datetime) -> None:
        """Raise the priority, or let the vendor comment."""
        if row.act == "level_changed":
            self.zendesk.change(ticket, fields={"priority": self.priorities[1]}, at=at)
        else:
            self.zendesk.comment(ticket, "We have found the cause.", by="vendor", at=at)

    def read(self, session: requests.Session, ticket: str) -> Shown:
        """Read the ticket's custom fields with the bot's token."""
        session.auth = ("bot@acme.example/token", TOKEN)
        answer = session.get(f"{self.sandbox.url}/api/v2/tickets/{ticket}.json", timeout=_TIMEOUT)
        answer.raise_for_status()
        held = {str(field["id"]): field["value"] for field in answer.json()["ticket"]["custom_fields"]}
        return _shown({name: held.get(field) for name, field in self.own.items()})


def _shown(held: Mapping[str, str | None]) -> Shown:
    due = held["due_at"]
    state = held["state"]
    return Shown(
        datetime.fromisoformat(due) if due else None, state.removeprefix("dueby_") if state else None, held["summary"]
    )
