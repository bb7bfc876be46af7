"""The tickets of the demo: every plan and level on three flavours, filed over weekends, holidays and clock changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk_filed import CENTRAL_EUROPE, FILED, WHO
from tests.walk_tables import LEVELS, PLANS

FLAVOURS = ("jira-cloud", "jira-datacenter", "zendesk")

CLOUDTALK_STAGING: dict[str, Any] = {"attributes": {"environment": "staging"}}
UNREACHABLE: dict[str, Any] = {"attributes": {"customer_reachable": "false"}}
MSSQL: dict[str, Any] = {"attributes": {"technology": "mssql"}}


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """Hold one ticket of the demo, filed at a local time of its customer, or of Central Europe."""

    name: str
    flavour: str
    policy: str
    plan: str
    level: int | None
    filed: str
    more: dict[str, Any] = field(default_factory=dict)

    def case(self) -> dict[str, Any]:
        """Give the ticket as an input of `dueby due --jsonl`."""
        who = WHO.get((self.flavour, self.policy), {})
        wall = datetime.fromisoformat(self.filed).replace(tzinfo=ZoneInfo(who.get("timezone", CENTRAL_EUROPE)))
        level = {} if self.level is None else {"level": self.level}
        start = wall.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"policy": self.policy, "plan": self.plan, **level, "start": start, **who, **self.more}


# flavour | policy | plan | level on the ticket | filed | what is special | its name
SPECIAL: tuple[tuple[str, str, str, int | None, str, dict[str, Any], str], ...] = (
    ("jira-cloud", "cloudtalk", "advanced", 1, "2026-11-20T16:00", CLOUDTALK_STAGING, "staging"),
    ("jira-cloud", "hosteur-ragnarokkr", "standard", 1, "2026-10-24T23:00", MSSQL, "mssql"),
    ("jira-cloud", "credenti", "premium", 1, "2026-12-25T08:00", UNREACHABLE, "unreachable"),
    ("jira-cloud", "cloudtalk", "professional", None, "2026-12-23T13:00", {}, "no-level"),
    ("jira-datacenter", "cloudtalk", "professional", 2, "2026-10-23T14:00", CLOUDTALK_STAGING, "staging"),
    ("jira-datacenter", "hosteur-ragnarokkr", "standard", 1, "2026-03-28T23:30", MSSQL, "mssql"),
    ("jira-datacenter", "credenti", "basic", 1, "2026-07-13T15:00", UNREACHABLE, "unreachable"),
    ("jira-datacenter", "cloudtalk", "advanced", None, "2026-04-02T16:00", {}, "no-level"),
    ("zendesk", "cloudtalk", "advanced", 2, "2027-03-25T14:45", CLOUDTALK_STAGING, "staging"),
    ("zendesk", "hosteur-ragnarokkr", "standard", 1, "2026-12-31T23:05", MSSQL, "mssql"),
    ("zendesk", "credenti", "premium", 1, "2026-05-02T12:00", UNREACHABLE, "unreachable"),
    ("zendesk", "cloudtalk", "professional", None, "2026-03-26T15:00", {}, "no-level"),
    ("zendesk", "cloudtalk", "advanced", 1, "2026-11-20T09:30", {"attributes": {"release": "preview"}}, "preview"),
)

# flavour | policy | plan | level | filed | reading
READ: tuple[tuple[str, str, str, int, str, str], ...] = (
    ("jira-datacenter", "auth0-self-service", "self-service", 3, "2026-03-27T17:15", "as-written"),
    ("jira-cloud", "auth0-self-service", "self-service", 3, "2026-07-30T17:00", "english-edition"),
    ("zendesk", "okta-premier-success", "basic", 3, "2026-04-23T06:00", "support-hours"),
    ("jira-cloud", "okta-premier-success", "basic", 2, "2026-07-31T18:00", "clock-hours"),
    ("jira-cloud", "credenti", "basic", 3, "2026-05-22T10:00", "support-hours"),
    ("zendesk", "credenti", "basic", 4, "2026-05-01T10:00", "clock-hours"),
    ("zendesk", "credenti", "premium", 4, "2026-12-31T13:00", "contact-hours"),
    ("jira-datacenter", "credenti", "premium", 3, "2026-11-20T16:00", "round-the-clock"),
    ("jira-cloud", "credenti", "premium", 2, "2026-07-02T16:45", "as-written"),
    ("jira-datacenter", "credenti", "premium", 2, "2026-12-24T16:00", "lower-to-3"),
    ("jira-cloud", "cloudtalk", "professional", 2, "2026-03-27T15:00", "civil-time"),
    ("zendesk", "cloudtalk", "professional", 3, "2026-07-31T16:30", "fixed-utc+1"),
    ("zendesk", "cloudtalk", "advanced", 3, "2026-04-02T13:00", "ecb-closing-days"),
    ("jira-cloud", "cloudtalk", "professional", 1, "2026-12-23T16:00", "slovakia"),
    ("jira-datacenter", "cloudtalk", "advanced", 2, "2026-04-02T15:00", "no-holidays"),
    ("jira-datacenter", "hosteur-ragnarokkr", "standard", 3, "2026-10-24T20:00", "clock-hours"),
    ("zendesk", "hosteur-ragnarokkr", "standard", 2, "2026-03-28T21:00", "level-on-ticket"),
    ("jira-cloud", "hosteur-ragnarokkr", "standard", 4, "2026-03-28T12:00", "level-as-filed"),
)
LOWERED_BY = {"as-written": UNREACHABLE, "lower-to-3": UNREACHABLE}


def demo_tickets() -> Iterator[DemoTicket]:
    """Give every plan and level on each flavour, then the special ones, then the chosen readings."""
    for (flavour, policy), filed in FILED.items():
        cells = [(plan, level) for plan in PLANS[policy] for level in LEVELS[policy]]
        for (plan, level), local in zip(cells, filed.split(), strict=True):
            yield DemoTicket(_name(flavour, policy, plan, str(level)), flavour, policy, plan, level, local)
    for flavour, policy, plan, on_ticket, local, more, title in SPECIAL:
        yield DemoTicket(_name(flavour, policy, plan, title), flavour, policy, plan, on_ticket, local, more)
    for flavour, policy, plan, level, local, reading in READ:
        lowered = LOWERED_BY.get(reading, {}) if policy == "credenti" else {}
        more = {**lowered, "readings": [reading]}
        yield DemoTicket(_name(flavour, policy, plan, f"{level}-{reading}"), flavour, policy, plan, level, local, more)


def _name(flavour: str, policy: str, plan: str, last: str) -> str:
    return "-".join((flavour, policy.partition("-")[0], plan, last)).replace("+", "")
