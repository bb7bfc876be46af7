"""A mappings file is read whole or refused with every fault; the first mapping that fits a ticket wins."""

from typing import Any

import pytest

from policies.early_steps import early_steps
from policies.faults import FaultsError
from policies.loader import load_policies
from policies.mapping import mapping_for, read_mappings

FULL = """
mappings:
  - name: okta-production
    site: acme
    match: {project: [OKTA], labels: [production]}
    policy: okta-premier-success
    plan: {field: 10050, values: {Gold: gold}, default: basic}
    customer: {timezone: {requester: true, default: Europe/Paris}, region: {field: r}, holidays: FR}
    levels: {Highest: 1, High: 2, Medium: 3, Low: 4, Lowest: 4}
    level_field: customfield_10093
    attributes: {environment: {field: f, values: {Live: production}}, technology: {labels: [dotnet]}, reachable: false}
    starts: {field: customfield_10090}
    owed_by: vendor
    answered_by:
      - {public_comment: {accounts: [okta-support], domains: [okta.example]}, not: {accounts: [bot]}}
      - {field: customfield_10092}
      - {status: [Vendor replied]}
    paused_by: {status: [Waiting for customer], metrics: [first_response]}
    restart_on_level_change: true
    readings: [clock-hours]
    include_ended: true
    notices_from: 2026-11-01T00:00:00Z
    escalation: vendor-desk
customers:
  - {name: Acme, match: {organization: [Acme], domain: [acme.example]}, timezone: Europe/Paris, region: worldwide,
     holidays: FR, plans: {credenti: premium}}
escalations:
  - name: vendor-desk
    steps:
      - {at: 75%, notify: [team]}
      - {before: 15m, notify: [on-call]}
      - {at: breach, notify: [on-call, lead], repeat: {every: 30m, times: 4}}
      - {after: 2h, notify: [lead]}
channels:
  - {name: team, url: "${TEAM_URL}", timezone: Europe/Paris, language: fr}
  - {name: lead, url: "${LEAD_URL}"}
  - {name: on-call, url: "${ON_CALL_URL}", hours: {mon-fri: "08:00-20:00", sat: "10:00-14:00"}}
  - {name: ticket, internal_comment: true}
"""
GOOD = "name: m, site: acme, match: {project: [OKTA]}, policy: okta-premier-success, plan: gold, levels: {High: 1}"
US = f"{GOOD}, owed_by: us"


class _Site:
    def __init__(self, tracker: str) -> None:
        self.tracker = tracker


SITES = {"acme": _Site("jira"), "help": _Site("zendesk")}


def read(text: str) -> Any:
    return read_mappings(text, "mappings.yaml", load_policies(None), SITES, 7)


def faults(text: str) -> list[str]:
    with pytest.raises(FaultsError) as refused:
        read(text)
    return [str(fault) for fault in refused.value.faults]


def test_every_documented_key_is_read() -> None:
    mappings = read(FULL)
    assert (len(mappings.mappings), len(mappings.channels), mappings.version) == (1, 4, 7)
    assert mappings.mappings[0].attributes["reachable"] == "false"


def test_an_empty_list_of_mappings_is_legal() -> None:
    assert read("mappings: []").mappings == ()


@pytest.mark.parametrize("text", ["", "customers: []", "[]", "just text"])
def test_a_file_without_mappings_is_a_fault(text: str) -> None:
    assert faults(text) == ["mappings.yaml:mappings: missing, expected a list of mappings, which may be empty"]


CASES = {
    "an unknown key": (f"{US}, polcy: x", "mappings.0.polcy: unknown key"),
    "an unknown site": (US.replace("acme", "nowhere"), "mappings.0.site: no site 'nowhere'"),
    "an unknown policy": (US.replace("okta-premier-success", "oktaa"), "mappings.0.policy: no policy 'oktaa'"),
    "an unknown plan": (US.replace("gold", "golden"), "mappings.0.plan: okta-premier-success has no plan 'golden'"),
    "a plan by values that is unknown": (
        US.replace("plan: gold", "plan: {field: f, values: {Gold: golden}}"),
        "mappings.0.plan.values.Gold: okta-premier-success has no plan 'golden'",
    ),
    "an unknown level": (US.replace("High: 1", "High: 9"), "mappings.0.levels.High: okta-premier-success has no level"),
    "a level that is no number": (US.replace("High: 1", "High: urgent"), "mappings.0.levels.High: 'urgent'"),
    "no levels at all": (US.replace("{High: 1}", "{}"), "mappings.0.levels"),
    "an unknown match key": (US.replace("project:", "brand:"), "mappings.0.match.brand: unknown key"),
    "a match with nothing in it": (US.replace("[OKTA]", "[]"), "mappings.0.match.project"),
    "the vendor owes and nothing answers": (f"{GOOD}, owed_by: vendor", "mappings.0.answered_by: missing"),
    "agents answering for the vendor": (
        f"{GOOD}, owed_by: vendor, answered_by: [{{public_comment: agents}}]",
        "mappings.0.answered_by.0.public_comment: our own agents cannot give the vendor's answer",
    ),
    "owed by nobody known": (f"{GOOD}, owed_by: them", "mappings.0.owed_by: 'them'"),
    "owed by missing": (GOOD, "mappings.0.owed_by: missing"),
    "an unknown reading": (f"{US}, readings: [odd]", "mappings.0.readings.0: okta-premier-success has no reading"),
    "a zone that does not exist": (
        f"{US}, customer: {{timezone: Mars/Olympus}}",
        "mappings.0.customer.timezone: no time zone 'Mars/Olympus'",
    ),
    "a default zone that does not exist": (
        f"{US}, customer: {{timezone: {{requester: true, default: Mars/Olympus}}}}",
        "mappings.0.customer.timezone.default: no time zone",
    ),
    "a region by values that is unknown": (
        (
            f"{US.replace('okta-premier-success', 'credenti').replace('gold', 'basic')}, "
            "customer: {region: {field: r, values: {NA: moon}}}"
        ),
        "mappings.0.customer.region.values.NA: credenti has no region 'moon'",
    ),
    "a default holiday code that is unknown": (
        f"{US}, customer: {{holidays: {{field: h, default: US-}}}}",
        "mappings.0.customer.holidays.default: unknown code 'US-'",
    ),
    "an unknown holiday code": (f"{US}, customer: {{holidays: XX}}", "mappings.0.customer.holidays: unknown code 'XX'"),
    "an unknown escalation": (f"{US}, escalation: none", "mappings.0.escalation: no escalation 'none'"),
    "tags on a Jira site": (f"{US}, attributes: {{t: {{tags: [a]}}}}", "mappings.0.attributes.t.tags: jira has no"),
    "directory without a directory": (US.replace("gold", "directory"), "mappings.0.plan: directory without"),
    "notices from a naive instant": (f"{US}, notices_from: 2026-11-01", "mappings.0.notices_from: '2026-11-01' is no"),
    "answered by nothing": (f"{US}, answered_by: []", "mappings.0.answered_by"),
    "a start that is neither": (f"{US}, starts: filed", "mappings.0.starts"),
}


@pytest.mark.parametrize(("entry", "told"), CASES.values(), ids=CASES.keys())
def test_a_faulty_mapping_is_refused_with_its_key_path(entry: str, told: str) -> None:
    assert any(told in line for line in faults(f"mappings: [{{{entry}}}]")), faults(f"mappings: [{{{entry}}}]")


OTHERS = {
    "a doubled name": (f"mappings: [{{{US}}}, {{{US}}}]", "mappings.1.name: 'm' stands twice"),
    "an unknown section": ("{mappings: [], chanels: []}", "chanels: unknown key"),
    "an escalation naming no channel": (
        "{mappings: [], escalations: [{name: e, steps: [{at: 75%, notify: [x]}]}]}",
        "escalations.0.steps.0.notify: no channel 'x'",
    ),
    "a step with two moments": (
        "{mappings: [], escalations: [{name: e, steps: [{at: 75%, after: 1h, notify: [x]}]}]}",
        "escalations.0.steps.0: says when in no way or in several",
    ),
    "an escalation telling nobody": (
        "{mappings: [], escalations: [{name: e, steps: [{at: 75%, notify: []}]}]}",
        "escalations.0.steps.0.notify: is empty",
    ),
    "a step that stands twice in other words": (
        (
            "{mappings: [], channels: [{name: c, url: 'json://x'}], escalations: [{name: e, steps: "
            "[{before: 60m, notify: [c]}, {after: 1h, notify: [c]}, {before: 1h, notify: [c]}]}]}"
        ),
        "escalations.0.steps.2: 'before 1h' stands twice, as 'before 60m'",
    ),
    "two steps at the breach": (
        (
            "{mappings: [], channels: [{name: c, url: 'json://x'}], escalations: [{name: e, steps: "
            "[{at: breach, notify: [c]}, {at: 100%, notify: [c]}, {at: breach, notify: [c]}]}]}"
        ),
        "escalations.0.steps.2: 'breach' stands twice, as 'breach'",
    ),
    "a step said again for years": (
        (
            "{mappings: [], channels: [{name: c, url: 'json://x'}], escalations: [{name: e, steps: "
            "[{at: breach, notify: [c], repeat: {every: 1d, times: 366}}]}]}"
        ),
        "escalations.0.steps.0.repeat: 'breach' is said again for more than a year",
    ),
    "a step said again never": (
        "{mappings: [], escalations: [{name: e, steps: [{at: breach, notify: [c], repeat: {every: 1d, times: 0}}]}]}",
        "escalations.0.steps.0.repeat.times",
    ),
    "hours that name a day twice": (
        "{mappings: [], channels: [{name: c, url: 'json://x', hours: {mon-fri: 08:00-12:00, fri-sun: 13:00-17:00}}]}",
        "channels.0.hours: 'fri-sun' names a day that another key names too",
    ),
    "a channel in no zone": (
        "{mappings: [], channels: [{name: c, url: 'json://x', timezone: Paris}]}",
        "channels.0.timezone: no time zone 'Paris'",
    ),
    "a share over 100": (
        "{mappings: [], escalations: [{name: e, steps: [{at: 175%, notify: [x]}]}]}",
        "escalations.0.steps.0: at: '175%' is no moment",
    ),
    "a duration in no unit": (
        "{mappings: [], escalations: [{name: e, steps: [{before: 15, notify: [x]}]}]}",
        "escalations.0.steps.0.before: 15 is no duration",
    ),
    "a channel that goes nowhere": ("{mappings: [], channels: [{name: c}]}", "channels.0: goes nowhere or two ways"),
    "hours that are none": (
        "{mappings: [], channels: [{name: c, url: 'json://x', hours: {mon: '8-20'}}]}",
        "channels.0.hours: '8-20' are no hours",
    ),
    "a customer that matches nobody": ("{mappings: [], customers: [{name: A, match: {}}]}", "customers.0.match"),
    "a mapping that is no mapping": ("mappings: [text]", "mappings.0: 'text' does not fit"),
}


@pytest.mark.parametrize(("text", "told"), OTHERS.values(), ids=OTHERS.keys())
def test_a_fault_elsewhere_is_refused_with_its_key_path(text: str, told: str) -> None:
    assert any(told in line for line in faults(text)), faults(text)


LAYERED = f"""
mappings:
  - {{name: a, site: nowhere, match: {{odd: [x]}}, policy: nopol, plan: gold, levels: {{}}, owed_by: vendor}}
  - {{{GOOD.replace("High: 1", "High: urgent, Low: 9").replace("gold", "golden")}, owed_by: us, zzz: 1}}
  - {{{GOOD.replace("gold", "directory")}, owed_by: us, customer: {{directory: odd}}, escalation: none}}
  - {{{GOOD.replace("acme", "help")}, customer: {{timezone: Mars/Olympus}}}}
"""


def test_a_fault_of_shape_hides_no_other_fault_and_makes_none_up() -> None:
    assert [line.partition(": ")[0].removeprefix("mappings.yaml:") for line in faults(LAYERED)] == [
        "mappings.0.levels",
        "mappings.1.levels.High",
        "mappings.1.zzz",
        "mappings.2.customer.directory",
        "mappings.3.owed_by",
        "mappings.0.site",
        "mappings.0.policy",
        "mappings.0.answered_by",
        "mappings.1.plan",
        "mappings.1.levels.Low",
        "mappings.2.escalation",
        "mappings.3.match.project",
        "mappings.3.customer.timezone",
        *(f"mappings.{index}.name" for index in (2, 3)),
    ]


def test_all_faults_come_at_once() -> None:
    assert len(faults(f"mappings: [{{{US}, polcy: x}}, {{{US.replace('gold', 'golden')}, escalation: e}}]")) == 4


def test_a_secret_address_is_not_shown_in_a_fault() -> None:
    told = faults("{mappings: [], channels: [{name: c, url: [https://secret.acme.example]}]}")
    assert "secret" not in " ".join(told)


@pytest.mark.parametrize(
    ("match", "wins"),
    [
        pytest.param("{project: [OKTA]}", True, id="by key"),
        pytest.param("{project: ['10000']}", True, id="by id"),
        pytest.param("{project: [Okta cases]}", True, id="by name"),
        pytest.param("{project: [OTHER, OKTA]}", True, id="any one of its values"),
        pytest.param("{project: OKTA, labels: [production]}", True, id="every key given"),
        pytest.param("{project: [OKTA], labels: [staging]}", False, id="one key that does not fit"),
        pytest.param("{'field:cf': [Gold]}", True, id="a field's value"),
        pytest.param("{'field:cf': [Silver]}", False, id="a field's other value"),
        pytest.param("{'field:none': [Gold]}", False, id="a field that the ticket does not have"),
        pytest.param("{organization: [Acme]}", False, id="a trait that the ticket does not have"),
        pytest.param("{}", True, id="no key at all"),
    ],
)
def test_every_key_given_must_match(told: Any, match: str, wins: bool) -> None:
    mappings = read(f"mappings: [{{{US.replace('{project: [OKTA]}', match)}}}]")
    assert (mapping_for(told.ticket(fields={"cf": "Gold"}), mappings) is not None) is wins


def test_the_first_match_wins(told: Any) -> None:
    second = US.replace("name: m", "name: second")
    found = mapping_for(told.ticket(), read(f"mappings: [{{{US}}}, {{{second}}}]"))
    assert found is not None
    assert found.name == "m"


def test_a_mapping_of_another_site_does_not_match(told: Any) -> None:
    other = US.replace("acme", "help").replace("{project: [OKTA]}", "{}")
    assert mapping_for(told.ticket(), read(f"mappings: [{{{other}}}]")) is None


EARLY = """
mappings:
  - {name: m, site: acme, match: {}, policy: okta-premier-success, plan: PLAN, levels: {High: 1}, owed_by: us,
     escalation: e}
channels: [{name: c, url: "json://x"}]
escalations: [{name: e, steps: [{before: 30m, notify: [c]}, {before: 24h, notify: [c]}, {before: 25h, notify: [c]}]}]
"""


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param("gold", id="the longest target of Okta's gold plan is 24 hours"),
        pytest.param("{field: p}", id="and so it is of all plans where the ticket tells which"),
    ],
)
def test_a_step_before_any_ticket_can_be_filed_is_warned_of(plan: str) -> None:
    told = list(early_steps(read(EARLY.replace("PLAN", plan)), load_policies(None), "mappings.yaml"))
    assert [(fault.path, fault.warning) for fault in told] == [("mappings.0.escalation", True)]
    assert str(told[0]) == (
        "mappings.yaml:mappings.0.escalation: 'before 25h' of 'e' comes as soon as a ticket is filed, "
        "expected at most 24h, the longest target here"
    )
