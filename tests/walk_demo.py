"""The tickets of the demo: every plan and level on three flavours, filed over weekends, holidays and clock changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk_tables import LEVELS, PLANS

FLAVOURS = ("jira-cloud", "jira-datacenter", "zendesk")
CENTRAL_EUROPE = (
    "Europe/Bratislava"  # whose clock the two policies' filing times below are told by, that ask for no zone
)
WHO: dict[tuple[str, str], dict[str, str]] = {
    ("jira-cloud", "auth0-self-service"): {"timezone": "America/New_York"},
    ("jira-cloud", "okta-premier-success"): {"timezone": "America/New_York"},
    ("jira-cloud", "credenti"): {"timezone": "America/Chicago", "region": "north-america", "holidays": "US"},
    ("jira-datacenter", "auth0-self-service"): {"timezone": "Europe/Paris"},
    ("jira-datacenter", "okta-premier-success"): {"timezone": "Australia/Lord_Howe"},
    ("jira-datacenter", "credenti"): {"timezone": "Europe/Paris", "region": "worldwide", "holidays": "FR"},
    ("zendesk", "auth0-self-service"): {"timezone": "America/St_Johns"},
    ("zendesk", "okta-premier-success"): {"timezone": "Africa/Cairo"},
    ("zendesk", "credenti"): {"timezone": "Asia/Tokyo", "region": "worldwide", "holidays": "JP"},
}

# Local time of filing, plan after plan, level after level.
FILED: dict[tuple[str, str], str] = {
    ("jira-cloud", "auth0-self-service"): "2026-03-06T17:00 2026-10-30T16:00 2026-07-30T17:00 2026-11-20T10:00",
    ("jira-cloud", "okta-premier-success"): """
        2026-07-31T23:00 2026-07-31T18:00 2026-03-06T12:00 2026-10-30T18:30
        2026-03-08T01:45 2026-11-01T00:30 2026-12-24T20:00 2026-10-31T12:00
        2026-11-01T01:45 2026-07-04T12:00 2026-03-07T23:30 2026-03-07T16:00""",
    ("jira-cloud", "credenti"): """
        2026-07-02T16:30 2026-11-25T15:00 2026-12-24T12:00 2026-03-06T16:59
        2026-12-25T09:00 2026-07-03T23:40 2026-10-30T16:00 2026-01-16T14:00""",
    ("jira-cloud", "cloudtalk"): """
        2026-03-27T09:00 2026-04-02T12:00 2026-12-24T16:00
        2026-10-23T16:00 2026-12-24T14:00 2026-03-27T16:30
        2026-12-25T12:00 2026-04-02T15:00 2026-04-30T16:00""",
    ("jira-cloud", "hosteur-ragnarokkr"): "2026-03-29T01:30 2026-10-24T22:00 2026-10-24T18:00 2026-12-31T18:00",
    ("jira-datacenter", "auth0-self-service"): "2026-03-27T17:30 2026-10-23T10:00 2026-10-24T12:00 2027-03-26T12:00",
    ("jira-datacenter", "okta-premier-success"): """
        2026-04-03T22:30 2026-10-02T20:00 2026-04-02T18:00 2026-12-31T23:59
        2026-10-04T01:30 2026-04-05T00:45 2026-04-04T22:15 2026-10-03T12:00
        2026-04-05T01:40 2026-10-04T01:10 2026-11-01T14:30 2026-12-24T12:00""",
    ("jira-datacenter", "credenti"): """
        2026-07-13T16:30 2026-12-24T15:00 2026-03-27T16:00 2026-10-23T12:00
        2026-03-29T01:45 2026-12-25T10:00 2026-11-20T16:00 2027-03-26T11:00""",
    ("jira-datacenter", "cloudtalk"): """
        2026-07-31T16:30 2026-11-20T16:00 2027-03-26T09:00
        2026-08-01T10:00 2026-12-31T16:00 2027-03-25T12:00
        2026-10-25T02:30 2026-10-23T15:30 2026-12-23T15:15""",
    ("jira-datacenter", "hosteur-ragnarokkr"): "2026-12-25T12:00 2026-03-28T22:00 2027-03-27T20:00 2026-10-24T12:00",
    ("zendesk", "auth0-self-service"): "2026-03-06T16:15 2026-10-30T17:59 2026-11-22T08:00 2026-12-24T18:00",
    ("zendesk", "okta-premier-success"): """
        2026-04-23T23:00 2026-04-24T16:00 2026-10-29T18:00 2026-11-20T23:58
        2026-10-29T23:30 2026-04-23T22:45 2026-10-29T20:00 2026-04-23T12:00
        2026-04-24T01:05 2026-12-25T23:59 2026-10-29T22:30 2026-07-02T09:00""",
    ("zendesk", "credenti"): """
        2026-04-28T16:00 2026-05-01T15:00 2026-12-31T12:00 2026-09-18T10:30
        2026-05-03T23:45 2026-11-22T09:30 2026-11-02T16:00 2026-09-18T17:00""",
    ("zendesk", "cloudtalk"): """
        2026-07-02T10:00 2026-12-25T10:00 2026-03-28T23:00
        2026-04-03T10:00 2026-11-20T12:00 2026-10-22T16:59
        2026-03-29T01:30 2026-05-01T09:00 2026-12-24T09:00""",
    ("zendesk", "hosteur-ragnarokkr"): "2026-10-25T01:30 2027-03-27T23:00 2026-03-28T18:00 2026-07-02T09:17",
}

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
