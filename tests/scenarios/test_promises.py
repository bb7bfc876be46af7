"""What a ticket is promised: each form of levels, `level_field`, `plan`, `customer`, `attributes`, `readings`, `match`.

All are filed on Friday 2026-11-20 at 15:00 UTC, which is 10:00 in New York, 16:00 in Paris and Saturday in Tokyo.
"""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.flavours import JIRAS
from tests.scenarios.telling import Step, applies, comments, does, files, looks, plays, sets

ZENDESK = pytest.mark.only("zendesk")
JIRA = pytest.mark.only(*JIRAS)

LEVELS = [
    pytest.param("", {"priority": "urgent"}, "15:30", id="a priority by its name"),
    pytest.param("", {"priority": "high"}, "16:00", id="another priority"),
    pytest.param("levels: {'2': 1}", {"priority": "high"}, "15:30", marks=JIRA, id="a priority by its id"),
    pytest.param("levels: {URGENT: 1}", {}, "15:30", marks=ZENDESK, id="a priority in another case"),
    pytest.param(
        "{level_field: '$severity', levels: {'1': 2, '3': 3}}", {"severity": "3"}, "19:00", id="the level field"
    ),
    pytest.param(
        "{policy: cloudtalk, plan: professional, level_field: '$severity', levels: {'1': 1}}",
        {"severity": None},
        "2026-11-23 16:00",
        id="an empty level field counts as no priority: the policy's default level, 3",
    ),
    pytest.param(
        "{policy: cloudtalk, plan: professional}",
        {"priority": None},
        "2026-11-23 16:00",
        id="no priority: the policy's default level, 3",
    ),
]

PLANS = [
    pytest.param("plan: silver", {}, "16:00", id="a constant"),
    pytest.param("plan: {field: $case, values: {Top: gold, Plain: silver}}", {"case": "Plain"}, "16:00", id="a field"),
    pytest.param("plan: {field: $plan, values: {'20141': gold}}", {"plan": "Silver"}, "15:30", marks=JIRA, id="an id"),
    pytest.param(
        "plan: {field: $plan, values: {plan_silver: gold}}", {"plan": "Silver"}, "15:30", marks=ZENDESK, id="a tag"
    ),
    pytest.param("plan: {field: $plan}", {"plan": "Silver"}, "16:00", id="a drop-down that holds the plan's own name"),
    pytest.param(
        "plan: {field: $case, values: {Top: gold}, default: silver}",
        {"case": "Bronze"},
        "16:00",
        id="a field's value that is absent from values is the default",
    ),
    pytest.param(
        "plan: {field: $case, values: {Top: gold}, default: silver}", {}, "16:00", id="an empty field is the default"
    ),
    pytest.param(
        "{policy: credenti, plan: directory, customer: {directory: organization}}",
        {"organization": "Globe"},
        "15:30",
        id="the directory by organization",
    ),
    pytest.param(
        "{policy: credenti, plan: directory, customer: {directory: domain}}", {}, "15:30", id="the directory by domain"
    ),
]

AUTH0 = "policy: auth0-self-service, plan: self-service"  # level 1: 3 business hours of Mon-Fri 06:00-18:00
NEW_YORK, PARIS, TOKYO = "18:00", "2026-11-23 06:00", "2026-11-23 00:00"
ZONES = [
    pytest.param("{timezone: Asia/Tokyo}", {}, TOKYO, id="a constant"),
    pytest.param("{timezone: {field: $timezone}}", {"timezone": "Europe/Paris"}, PARIS, id="a field"),
    pytest.param(
        "{timezone: {field: $case, values: {HQ: Asia/Tokyo}, default: Europe/Paris}}",
        {"case": "HQ"},
        TOKYO,
        id="a field's value by translation",
    ),
    pytest.param("{timezone: {field: $case, default: Europe/Paris}}", {}, PARIS, id="an empty field's default"),
    pytest.param("{timezone: requester}", {}, NEW_YORK, id="the requester's"),
    pytest.param("{timezone: {requester: true, default: Asia/Tokyo}}", {}, NEW_YORK, id="the requester's, with one"),
    pytest.param(
        "{timezone: {requester: true, default: Asia/Tokyo}}", {"by": "erin"}, TOKYO, id="the requester's default"
    ),
    pytest.param("{directory: organization}", {"organization": "Globe"}, TOKYO, id="the directory by organization"),
    pytest.param("{directory: domain}", {}, PARIS, id="the directory by domain"),
    pytest.param(
        "{directory: organization, timezone: America/New_York}",
        {"organization": "Globe"},
        TOKYO,
        id="the directory before the mapping's own",
    ),
    pytest.param(
        "{directory: organization, timezone: requester}",
        {"organization": "Acme"},
        NEW_YORK,
        id="the mapping's own where the directory has none",
    ),
]
DIRECTORY = """
customers:
  - {name: Acme, match: {organization: [Acme]}}
  - name: Globe
    match: {organization: [Globe]}
    timezone: Asia/Tokyo
    plans: {credenti: premium}
  - name: Customer
    match: {domain: [customer.example]}
    timezone: Europe/Paris
    region: north-america
    holidays: FR
    plans: {credenti: premium}
"""

BASIC = "policy: credenti, plan: basic"  # level 1: 2 hours of Mon-Fri 09:00-17:00, in North America from 08:00
REGIONS = [
    pytest.param("{timezone: Europe/Paris}", {}, "2026-11-23 09:00", id="unset it is worldwide"),
    pytest.param("{timezone: Europe/Paris, region: north-america}", {}, "2026-11-23 08:00", id="a constant"),
    pytest.param(
        "{timezone: Europe/Paris, region: {field: $region, values: {US: north-america}}}",
        {"region": "US"},
        "2026-11-23 08:00",
        id="a field",
    ),
    pytest.param(
        "{timezone: Europe/Paris, region: {field: $region, default: north-america}}",
        {},
        "2026-11-23 08:00",
        id="an empty field's default",
    ),
    pytest.param(
        "{timezone: Europe/Paris, region: {field: $region}}",
        {"region": "Mars"},
        "2026-11-23 09:00",
        id="an unknown one",
    ),
    pytest.param("{directory: domain}", {}, "2026-11-23 08:00", id="the directory"),
]
HOLIDAYS = [
    pytest.param("{timezone: Europe/Paris}", {}, "2026-12-28 10:00", id="unset there is none"),
    pytest.param("{timezone: Europe/Paris, holidays: FR}", {}, "2026-12-29 10:00", id="a constant"),
    pytest.param("{timezone: Europe/Paris, holidays: none}", {}, "2026-12-28 10:00", id="none"),
    pytest.param(
        "{timezone: Europe/Paris, holidays: {field: $case, values: {France: FR}}}",
        {"case": "France"},
        "2026-12-29 10:00",
        id="a field",
    ),
]

ADVANCED = "policy: cloudtalk, plan: advanced"  # level 1: 1 hour round the clock; level 3: 6 business hours
HOSTEUR = "policy: hosteur-ragnarokkr, plan: standard"  # level 1: 2 hours; level 2: 6
PREMIUM = "policy: credenti, plan: premium, customer: {timezone: Europe/Paris}"  # level 1: 30 min; level 2: 1 h
LIVE = "{environment: {field: $environment, values: {Live: production}}}"
STAGED = "{environment: {field: $environment, values: {Live: production}, default: staging}}"
ATTRIBUTES = [
    pytest.param(f"{ADVANCED}, attributes: {LIVE}", {"environment": "Live"}, "16:00", id="a field, translated"),
    pytest.param(
        f"{ADVANCED}, attributes: {LIVE}", {"environment": "Staging"}, "2026-11-23 13:00", id="a field, as it stands"
    ),
    pytest.param(f"{ADVANCED}, attributes: {LIVE}", {}, "16:00", id="an empty field is unset"),
    pytest.param(f"{ADVANCED}, attributes: {STAGED}", {}, "2026-11-23 13:00", id="an empty field's default"),
    pytest.param(f"{ADVANCED}, attributes: {{environment: test}}", {}, "2026-11-23 13:00", id="a constant"),
    pytest.param(
        f"{HOSTEUR}, attributes: {{technology: {{$carried: [dotnet, mssql]}}}}",
        {"carried": ["mssql", "vip"]},
        "21:00",
        id="labels on Jira, tags on Zendesk",
    ),
    pytest.param(
        f"{HOSTEUR}, attributes: {{technology: {{$carried: [dotnet, mssql]}}}}",
        {"carried": ["vip"]},
        "17:00",
        id="other labels or tags",
    ),
    pytest.param(
        f"{HOSTEUR}, attributes: {{technology: {{field: $technology}}}}",
        {"technology": ["java", "mssql"]},
        "21:00",
        id="one of several values is enough",
    ),
    pytest.param(
        f"{HOSTEUR}, attributes: {{technology: {{field: $technology}}}}",
        {"technology": ["java"]},
        "17:00",
        id="several values of which none fits",
    ),
    pytest.param(
        f"{PREMIUM}, attributes: {{customer_reachable: {{field: $case}}}}",
        {"case": "False"},
        "16:00",
        id="compared without case",
    ),
    pytest.param(
        f"{PREMIUM}, attributes: {{customer_reachable: {{field: 360015}}}}",
        {},
        "16:00",
        marks=ZENDESK,
        id="a checkbox that is off",
    ),
    pytest.param(
        f"{PREMIUM}, attributes: {{customer_reachable: {{field: 360015}}}}",
        {"360015": True},
        "15:30",
        marks=ZENDESK,
        id="a checkbox that is on",
    ),
]

READINGS = [
    pytest.param(f"{PREMIUM}", {"priority": "normal"}, "2026-11-23 11:00", id="the default reading"),
    pytest.param(f"{PREMIUM}, readings: [round-the-clock]", {"priority": "normal"}, "19:00", id="another reading"),
    pytest.param(
        f"{AUTH0}, customer: {{timezone: America/New_York}}, readings: [english-edition]",
        {"priority": "normal"},
        "2026-11-23 15:00",
        id="a reading that changes the target",
    ),
]

MATCHES = [
    pytest.param("{project: [Support]}", {}, marks=JIRA, id="a project by name"),
    pytest.param("{project: ['10001']}", {}, marks=JIRA, id="a project by id"),
    pytest.param("{issue_type: [Bug]}", {"issuetype": "Bug"}, marks=JIRA, id="an issue type"),
    pytest.param("{components: [Login, Other]}", {"components": ["Login"]}, marks=JIRA, id="a component"),
    pytest.param("{request_type: [Get help]}", {"customfield_10010": "Get help"}, marks=JIRA, id="a request type"),
    pytest.param("{brand: ['8447346621310']}", {}, marks=ZENDESK, id="a brand by id"),
    pytest.param("{group: [Vendor desk]}", {"group": "Vendor desk"}, marks=ZENDESK, id="a group"),
    pytest.param("{form: [Vendor case]}", {"form": "Vendor case"}, marks=ZENDESK, id="a form"),
    pytest.param("{organization: [globe]}", {"organization": "Globe"}, id="an organization"),
    pytest.param("{$carried: [production]}", {"carried": ["vip", "production"]}, id="labels or tags"),
    pytest.param("{'field:$plan': [Gold]}", {"plan": "Gold"}, id="a field"),
    pytest.param("{'field:$plan': ['20140']}", {"plan": "Gold"}, marks=JIRA, id="a field by its option's id"),
    pytest.param("{'field:$plan': [plan_gold]}", {"plan": "Gold"}, marks=ZENDESK, id="a field by its option's tag"),
    pytest.param("{$match, 'field:$plan': [Gold, Silver]}", {"plan": "Gold"}, id="several keys"),
]


def promised(desk: Desk, mapping: str, fields: dict[str, Any], due: str, filed: str = "15:00") -> None:
    desk.apply(APPLIED, mapping, DIRECTORY)
    plays(desk, [files(filed, **fields), looks(filed, "running", due)])


@pytest.mark.parametrize(("mapping", "fields", "due"), LEVELS)
def test_levels(desk: Desk, mapping: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, mapping, fields, due)


@pytest.mark.parametrize(("mapping", "fields", "due"), PLANS)
def test_plans(desk: Desk, mapping: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, mapping, fields, due)


@pytest.mark.parametrize(("customer", "fields", "due"), ZONES)
def test_the_customers_time_zone(desk: Desk, customer: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, f"{{{AUTH0}, customer: {customer}}}", fields, due)


@pytest.mark.parametrize(("customer", "fields", "due"), REGIONS)
def test_the_customers_region(desk: Desk, customer: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, f"{{{BASIC}, customer: {customer}}}", fields, due)


@pytest.mark.parametrize(("customer", "fields", "due"), HOLIDAYS)
def test_the_customers_holidays(desk: Desk, customer: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, f"{{{BASIC}, customer: {customer}}}", {"priority": "high", **fields}, due, "2026-12-24 14:00")


@pytest.mark.parametrize(("mapping", "fields", "due"), ATTRIBUTES)
def test_attributes(desk: Desk, mapping: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, f"{{{mapping}}}", fields, due)


@pytest.mark.parametrize(("mapping", "fields", "due"), READINGS)
def test_readings(desk: Desk, mapping: str, fields: dict[str, Any], due: str) -> None:
    promised(desk, f"{{{mapping}}}", fields, due)


@pytest.mark.parametrize(("match", "fields"), MATCHES)
def test_matches(desk: Desk, match: str, fields: dict[str, Any]) -> None:
    promised(desk, f"match: {match}", fields, "15:30")


STORIES = [
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:01", "running", "15:30"),
            sets("15:05", priority="high"),
            looks("15:06", "running", "16:00", "Okta gold, level 2: 1 h, due 2026-11-20 16:00 UTC"),
            sets("15:07", priority="urgent"),
            looks("15:08", "running", "15:30", "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"),
        ],
        id="a level change counts from the same start, and back again",
    ),
    pytest.param(
        "restart_on_level_change: true",
        [
            files("15:00"),
            sets("15:05", priority="high"),
            looks("15:06", "running", "16:05"),
            sets("15:10", priority="urgent"),
            looks("15:11", "running", "15:40"),
        ],
        id="a mapping may start anew on each level change",
    ),
    pytest.param(
        "restart_on_level_change: true",
        [
            files("15:00"),
            sets("15:05", priority="high"),
            sets("15:20", status="solved"),
            looks("15:21", "closed", None, "Okta gold, level 2: 1 h, closed: solved without an answer"),
            applies("15:30", "{restart_on_level_change: true, plan: silver}"),
            looks("15:31", "closed", None, "Okta gold, level 2: 1 h, closed: solved without an answer"),
        ],
        id="a verdict stands although the start moved with the level",
    ),
    pytest.param(
        "{restart_on_level_change: true, starts: {field: $filed}}",
        [
            files("14:00", filed="2026-11-20T15:00:00+00:00"),
            sets("15:05", priority="high"),
            comments("15:20"),
            looks("15:21", "met", "16:05"),
            sets("15:22", filed="2026-11-20T15:03:00+00:00"),
            looks("15:24", "met", "16:05"),
            sets("15:25", filed="2026-11-20T15:24:00+00:00"),
            looks("15:26", "running", "16:24"),
        ],
        id="a later start opens a new cycle although the start had moved with the level",
    ),
    pytest.param(
        "{restart_on_level_change: true, levels: {$urgent: 1, $high: 1}}",
        [files("15:00"), sets("15:05", priority="high"), looks("15:06", "running", "15:30")],
        id="a change between priorities of one level starts nothing anew",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            sets("15:05", priority="high"),
            comments("15:40"),
            sets("15:45", priority="urgent"),
            looks(
                "15:50",
                "met",
                "16:00",
                "Okta gold, level 2: 1 h, due 2026-11-20 16:00 UTC, answered 2026-11-20 15:40",
            ),
            sets("15:55", priority="low"),
            looks("15:56", "met", "16:00"),
        ],
        id="the level in force at the answer judges it, later changes alter nothing",
    ),
    pytest.param(
        "{level_field: '$severity', levels: {'1': 1, '2': 2}}",
        [
            files("15:00", severity="2", priority="low"),
            looks("15:01", "running", "16:00"),
            sets("15:02", severity="1"),
            looks("15:03", "running", "15:30"),
            sets("15:04", severity=None),
            looks("15:05", "unmapped", None, "Not mapped: the ticket has no priority"),
        ],
        id="the level field changes and is emptied",
    ),
    pytest.param(
        f"{{{HOSTEUR}, readings: [level-as-filed]}}",
        [
            files("15:00", priority="high"),
            sets("15:05", priority="urgent"),
            looks("15:06", "running", "21:00", "Hosteur Ragnarokkr standard, level 2: 6 h, due 2026-11-20 21:00 UTC"),
        ],
        id="under level-as-filed a level change alters nothing",
    ),
    pytest.param(
        f"{{{HOSTEUR}}}",
        [files("15:00", priority="high"), sets("15:05", priority="urgent"), looks("15:06", "running", "17:00")],
        id="under level-on-ticket it counts",
    ),
    pytest.param(
        f"{{{ADVANCED}, attributes: {{release: {{field: $case}}}}}}",
        [
            files("15:00", case="beta"),
            looks("15:01", "no_promise"),
            sets("15:02", case=None),
            looks("15:03", "running", "16:00"),
        ],
        id="an attribute takes a ticket out of the promise until it is emptied",
    ),
    pytest.param(
        "{policy: cloudtalk, plan: professional, paused_by: {status: [$waiting]}}",
        [
            files("15:00"),
            sets("15:30", status="waiting"),
            looks(
                "17:00",
                "paused",
                None,
                "CloudTalk professional, level 1: 3 business hours, paused: $waiting, 2 h 30 min left",
            ),
            sets("2026-11-23 09:00", status="open"),
            looks("2026-11-23 09:05", "running", "2026-11-23 11:30"),
        ],
        id="only the open hours of a pause move the due time",
    ),
    pytest.param(
        "paused_by: {status: [$waiting], metrics: [resolution]}",
        [files("15:00"), sets("15:05", status="waiting"), looks("15:10", "running", "15:30")],
        id="a pause of other metrics pauses nothing",
    ),
    pytest.param(
        "paused_by: {status: ['11', pending]}",
        [files("15:00"), sets("15:10", status="waiting"), looks("15:12", "paused")],
        id="a status by its id on Jira, by its plain word on Zendesk",
    ),
    pytest.param(
        "",
        [files("15:00"), sets("15:05", status="waiting"), looks("15:10", "running", "15:30")],
        id="without paused_by nothing pauses",
    ),
    pytest.param(
        "paused_by: {status: [$waiting]}",
        [
            files("15:00"),
            sets("15:10", status="waiting"),
            looks("15:12", "paused"),
            comments("16:00"),
            looks("16:01", "met", "16:20"),
        ],
        id="answered while paused it is met, the due time moved by the pause until then",
    ),
]


@pytest.mark.parametrize(("mapping", "steps"), STORIES)
def test_promises_that_change(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, steps)


@pytest.mark.only(*JIRAS)
def test_a_priority_that_is_renamed_keeps_its_level_by_its_id(desk: Desk) -> None:
    desk.apply(APPLIED, "levels: {'1': 1, '2': 2}")
    plays(
        desk,
        [
            files("15:00", priority="high"),
            looks("15:01", "running", "16:00"),
            does(lambda at_desk: at_desk.jira().rename_priority("2", "Dringend")),
            looks("15:02", "running", "16:00"),
            sets("15:03", priority="urgent"),
            looks("15:04", "running", "15:30"),
        ],
    )


def test_a_history_of_many_pages_is_read_to_its_end(desk: Desk) -> None:
    desk.apply(APPLIED, "restart_on_level_change: true")
    plays(desk, [files("15:00"), sets("15:05", priority="high"), comments("15:20", name="answer")])
    plays(desk, [sets("15:21", case=f"VND-{number}") for number in range(120)])
    plays(desk, [comments("15:22", "carol", name=str(number)) for number in range(120)])
    plays(desk, [looks("15:25", "met", "16:05")])
    assert desk.memory().summary.endswith(", answered 2026-11-20 15:20")
