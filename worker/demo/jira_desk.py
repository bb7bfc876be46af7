"""The demo's Jira sites, Cloud and Data Center."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import requests

from connector.sandbox.jira.defaults import BEARER, TOKEN
from connector.sandbox.jira.sandbox import JiraSandbox
from worker.demo.desk import ATTRIBUTES, TIMEOUT, Desk, Shown, marker, shown
from worker.demo.rows import Flavour, Row


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
        answer = session.get(url, params={"fields": ",".join(self.own.values())}, headers=headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return shown({name: answer.json()["fields"].get(field) for name, field in self.own.items()})
