"""One dueby at a desk of one flavour: a sandbox served on loopback, a real store, the real use-case, a told time."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from json import dumps
from string import Template
from typing import Any

import requests
from sqlalchemy import Engine

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.sites import Site
from connector.store.agenda import agenda_row, wake
from connector.store.engine import reading, writing
from connector.store.failures import failure_of
from connector.store.mappings import Applying, save_mappings
from connector.store.tickets import Memory, remembered
from connector.texts import summary
from connector.trackers.port import Rank, Tracker
from connector.trackers.registry import open_tracker
from policies.decision import Decision
from policies.loader import load_policies
from policies.mapping import read_mappings
from policies.model import TicketRef
from policies.yaml12 import read_yaml
from tests.scenarios.flavours import Box, Flavour
from worker.deps import Deps
from worker.leasekeeper import LeaseKeeper
from worker.rules import Rules
from worker.sync import sync

DAY = "2026-11-20"
APPLIED = "2026-11-01 00:00"
BASE = """
name: okta
site: acme
match: {$match}
policy: okta-premier-success
plan: gold
customer: {timezone: America/New_York}
levels: {$urgent: 1, $high: 2, $normal: 3}
owed_by: vendor
answered_by: [{public_comment: {accounts: ['$vendor']}}]
"""


def instant(text: str) -> datetime:
    """Read `15:00` (of the stories' day, a Friday) or `2026-11-23 10:00` as UTC."""
    return datetime.fromisoformat(text if " " in text else f"{DAY} {text}").replace(tzinfo=UTC)


@dataclass(slots=True)
class Desk:
    """What a story acts on. `ticket` is the one it filed last; `comments` have the names that it gave them."""

    flavour: Flavour
    box: Box
    site: Site
    engine: Engine
    now: datetime
    deps: Deps
    ticket: str = ""
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def ref(self) -> TicketRef:
        return TicketRef(self.site.name, self.ticket)

    def told(self, text: str) -> str:
        """Put the flavour's own words into a story's text."""
        return Template(text).substitute(self.flavour.words)

    def apply(self, at: str, changed: str = "", rest: str = "") -> None:
        """Apply the base mapping with some keys changed (YAML; null takes one out), and the file's other sections."""
        spec = read_yaml(self.told(BASE), "base") | (read_yaml(self.told(changed), "changed") or {})
        kept = {key: value for key, value in spec.items() if value is not None}
        document = {"mappings": [kept]} | (read_yaml(self.told(rest), "rest") or {})
        text = dumps(document)
        read_mappings(text, "mappings.yaml", load_policies(None), {self.site.name: self.site})
        with writing(self.engine) as conn:
            save_mappings(conn, text, Applying(changed="a story", who="a test", names=(kept["name"],)), instant(at))

    def sync(self, at: str) -> Decision | None:
        """Wake the ticket and bring it up to date at an instant."""
        self.now = instant(at)
        with writing(self.engine) as conn:
            wake(conn, self.ref, Rank.URGENT, "story", self.now)
        return sync(self.ref, self.deps)

    def native(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Turn a story's fields into the sandbox's."""
        return dict(self._native(name, value) for name, value in fields.items())

    def _native(self, name: str, value: Any) -> tuple[str, Any]:
        zendesk, flavour = self.flavour.tracker == "zendesk", self.flavour
        if name == "priority":
            return name, flavour.priorities.get(value)
        if name == "status":
            own = zendesk and value == "replied"
            return "custom_status" if own else name, flavour.statuses[value]
        if name == "carried":
            return flavour.carried, value
        if name == "organization":
            return flavour.words[name], value if zendesk else [value]
        return flavour.words.get(name, name), value

    def shown(self) -> dict[str, Any]:
        """Read dueby's fields back over plain HTTP, as an agent does."""
        if isinstance(self.box, ZendeskSandbox):
            held = {str(one["id"]): one["value"] for one in self.look()["custom_fields"]}
        else:
            held = self.look()["fields"]
        return {name: held[own] for name, own in self.site.fields.items()}

    def look(self) -> dict[str, Any]:
        """Get the ticket over plain HTTP, as an agent does."""
        zendesk = isinstance(self.box, ZendeskSandbox)
        path = f"/api/v2/tickets/{self.ticket}" if zendesk else f"/rest/api/2/issue/{self.ticket}"
        body = self.get(path)
        ticket: dict[str, Any] = body["ticket"] if zendesk else body
        return ticket

    def get(self, path: str, **params: str) -> dict[str, Any]:
        """Get JSON over plain HTTP, as an agent does; anything but 200 fails the story."""
        user = "alice@acme.example/token" if self.flavour.tracker == "zendesk" else "alice@acme.example"
        datacenter = self.flavour.name == "datacenter"
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(
                f"{self.box.url}{path}",
                params=params,
                auth=None if datacenter else (user, "alice-token"),
                headers={"Authorization": "Bearer alice-token"} if datacenter else {},
                timeout=5,
            )
        assert answer.status_code == requests.codes.ok
        body: dict[str, Any] = answer.json()
        return body

    def writes(self) -> int:
        """Count what dueby wrote to the ticket."""
        return len(self.box.log.writes(ticket=self.ticket, by="bot"))

    def failure(self) -> tuple[str, str | None, bool] | None:
        """Give the ticket's standing failure: reason, field, given up."""
        with reading(self.engine) as conn:
            found = failure_of(conn, self.ref)
        return (found.reason, found.field, found.given_up) if found else None

    def look_at(self) -> datetime | None:
        """Tell when the agenda has the ticket looked at next."""
        with reading(self.engine) as conn:
            row = agenda_row(conn, self.ref)
        assert row is not None
        return row.look_at

    def memory(self) -> Memory:
        """Give what dueby remembers of the ticket."""
        with reading(self.engine) as conn:
            found = remembered(conn, self.ref)
        assert found is not None
        return found

    def jira(self) -> JiraSandbox:
        """Give the sandbox where it is a Jira."""
        assert isinstance(self.box, JiraSandbox)
        return self.box

    def zendesk(self) -> ZendeskSandbox:
        """Give the sandbox where it is a Zendesk."""
        assert isinstance(self.box, ZendeskSandbox)
        return self.box


@contextmanager
def opened(flavour: Flavour, engine: Engine, **about: Any) -> Iterator[Desk]:
    """Serve a flavour's sandbox and put a dueby beside it; `about` changes the site."""
    desk: list[Desk] = []

    def now() -> datetime:
        return desk[0].now if desk else instant(APPLIED)

    with serve(flavour.open(now)) as box:
        site = Site(
            name="acme",
            tracker=flavour.tracker,
            deployment=flavour.deployment,
            url=box.url,
            auth=flavour.auth,
            fields=flavour.own_fields,
        )
        site = replace(site, **about)
        deps = deps_for(site, engine, now)
        desk.append(Desk(flavour=flavour, box=box, site=site, engine=engine, now=instant(APPLIED), deps=deps))
        yield desk[0]


def deps_for(site: Site, engine: Engine, now: Callable[[], datetime]) -> Deps:
    """Put the real parts together, without a queue."""
    keeper = LeaseKeeper(engine, now)

    @cache
    def tracker(_: str) -> Tracker:
        return open_tracker(site, now, keeper.before_request)

    return Deps(
        engine=engine,
        sites={site.name: site},
        tracker=tracker,
        rules=Rules(None, {site.name: site}),
        keeper=keeper,
        enqueue=lambda *_: None,
        summary=lambda fact, at: summary(fact, at.language, at.timezone),
        slots=1,
        now=now,
        jitter=lambda: 0.0,
    )
