"""A real application over a real SQLite store, and senders that sign as the trackers do."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, select
from werkzeug.test import TestResponse

from connector.sites import Site
from connector.store.engine import open_engine
from connector.store.tables import agenda, deliveries
from connector.store.upgrade import upgrade
from connector.web.intake import Intake
from connector.web.routes import Ports, join

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JIRA_SECRET, ZENDESK_SECRET = "jira-hook-secret", "zendesk-hook-secret"


@dataclass(frozen=True, slots=True)
class Desk:
    """One dueby that receives webhooks at a fixed instant."""

    client: FlaskClient
    engine: Engine
    fed: list[str] = field(default_factory=list)

    def jira(self, body: bytes, headers: Mapping[str, str] | None = None, site: str = "acme") -> TestResponse:
        """Send a signed Jira webhook."""
        digest = hmac.new(JIRA_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return self.post(f"/webhooks/jira/{site}", body, {"X-Hub-Signature": f"sha256={digest}", **(headers or {})})

    def zendesk(self, body: bytes, headers: Mapping[str, str] | None = None, site: str = "help") -> TestResponse:
        """Send a signed Zendesk webhook."""
        stamp = "2026-11-23T08:59:58Z"
        digest = hmac.new(ZENDESK_SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
        signed = {
            "X-Zendesk-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        }
        return self.post(f"/webhooks/zendesk/{site}", body, {**signed, **(headers or {})})

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> TestResponse:
        """Send anything."""
        return self.client.post(path, data=body, headers=dict(headers or {}), content_type="application/json")

    def agenda(self) -> list[tuple[str, str]]:
        """Give the (site, ticket) that stand on the agenda."""
        with self.engine.connect() as conn:
            return [(row.site, row.ticket) for row in conn.execute(select(agenda).order_by(agenda.c.id))]

    def deliveries(self) -> list[str]:
        """Give the ids of the deliveries that were stored."""
        with self.engine.connect() as conn:
            return [row.delivery_id for row in conn.execute(select(deliveries))]


def _site(name: str, tracker: str, *secrets: str) -> Site:
    return Site(
        name=name,
        tracker="jira" if tracker == "jira" else "zendesk",
        url=f"https://{name}.example",
        webhook_secrets=secrets,
        fields={"due_at": "customfield_10100" if tracker == "jira" else "360001"},
    )


SITES = {
    "acme": _site("acme", "jira", "an-older-secret", JIRA_SECRET),
    "help": _site("help", "zendesk", ZENDESK_SECRET),
    "mute": _site("mute", "jira"),
    "mute-desk": _site("mute-desk", "zendesk"),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Give a migrated database in a file."""
    opened = open_engine(f"sqlite:///{tmp_path}/dueby.db")
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def desk_on() -> Callable[[Callable[[], Engine], Engine], Desk]:
    """Make a desk whose hints go into one engine and whose agenda is read from another."""

    def make(store: Callable[[], Engine], read: Engine) -> Desk:
        fed: list[str] = []
        ports = Ports(
            sites=SITES,
            store=Intake(store).store,
            feed=fed.append,
            missing=lambda: ("workers",),
            metrics=lambda: b"counted",
            now=lambda: NOW,
        )
        return Desk(join(ports).test_client(), read, fed)

    return make


@pytest.fixture
def desk(engine: Engine, desk_on: Callable[[Callable[[], Engine], Engine], Desk]) -> Desk:
    """Give a desk that stores into its own database."""
    return desk_on(lambda: engine, engine)


@pytest.fixture
def nowhere() -> Iterator[Engine]:
    """Give an engine whose database is a folder that does not exist."""
    opened = create_engine("sqlite:////nonexistent/folder/dueby.db")
    yield opened
    opened.dispose()
