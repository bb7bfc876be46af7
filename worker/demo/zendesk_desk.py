"""The demo's Zendesk site."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

import requests

from connector.sandbox.zendesk.defaults import CLIENT, SECRET, TOKEN
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from worker.demo.desk import ATTRIBUTES, TIMEOUT, Desk, Shown, shown, tag
from worker.demo.rows import Row


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

    of: ClassVar[Mapping[str, str]] = {
        "auth0-self-service": "auth0",
        "okta-premier-success": "okta",
        "credenti": "credenti",
        "cloudtalk": "cloudtalk",
        "hosteur-ragnarokkr": "hosteur",
    }

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
        answer = session.get(f"{self.sandbox.url}/api/v2/tickets/{ticket}.json", timeout=TIMEOUT)
        answer.raise_for_status()
        held = {str(field["id"]): field["value"] for field in answer.json()["ticket"]["custom_fields"]}
        return shown({name: held.get(field) for name, field in self.own.items()})
