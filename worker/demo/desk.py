"""What a site of the demo can do: file a ticket, move it on, and read it back over HTTP."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import requests

from connector.sandbox.sandbox import Sandbox
from worker.demo.rows import Flavour, Row

ATTRIBUTES = ("environment", "release", "technology", "customer_reachable")
WEBHOOK_SECRET = "demo-webhook-secret"  # noqa: S105  # between the sandbox and dueby on loopback
TIMEOUT = 10


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


def shown(held: Mapping[str, str | None]) -> Shown:
    """Read what the fields hold."""
    due = held["due_at"]
    state = held["state"]
    return Shown(
        datetime.fromisoformat(due) if due else None, state.removeprefix("dueby_") if state else None, held["summary"]
    )
