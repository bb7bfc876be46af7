"""The worked examples and clauses of the five documents, as literal cases: local start, local due time."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from policies.due import due_time
from policies.errors import CaseError
from policies.loader import shipped_policy
from policies.terms import Case, Customer, terms_for

NEW_YORK = Customer("America/New_York")
PARIS = Customer("Europe/Paris")
CHICAGO = Customer("America/Chicago", "north-america", "US")
NOBODY = Customer()

EXAMPLES = """
over the spring change | cloudtalk professional 3 | 2026-03-27T16:30+01:00 | 2026-03-31T09:30+02:00
Good Friday, Easter Monday | cloudtalk advanced 2 | 2026-04-02T15:00+02:00 | 2026-04-07T10:00+02:00
without holidays | cloudtalk advanced 2 no-holidays | 2026-04-02T15:00+02:00 | 2026-04-03T10:00+02:00
over the autumn change | cloudtalk professional 1 | 2026-10-23T16:00+02:00 | 2026-10-26T11:00+01:00
on a Saturday | cloudtalk professional 1 | 2026-08-01T10:00+02:00 | 2026-08-03T12:00+02:00
Christmas Day round the clock | cloudtalk advanced 1 | 2026-12-25T12:00+01:00 | 2026-12-25T13:00+01:00
CET taken literally | cloudtalk professional 3 fixed-utc+1 | 2026-07-31T16:30+02:00 | 2026-08-03T17:30+02:00
Friday night in New York | okta-premier-success basic 1 | 2026-07-31T23:00-04:00 | 2026-08-03T01:02-04:00
Friday evening in New York | okta-premier-success basic 2 | 2026-07-31T18:00-04:00 | 2026-08-03T06:02-04:00
basic by the clock | okta-premier-success basic 2 clock-hours | 2026-07-31T18:00-04:00 | 2026-08-01T06:00-04:00
gold over the spring change | okta-premier-success gold 3 | 2026-03-07T23:30-05:00 | 2026-03-08T04:30-04:00
gold over the autumn change | okta-premier-success gold 3 | 2026-10-31T23:30-04:00 | 2026-11-01T02:30-05:00
1 bd is 12 h | auth0-self-service self-service 3 english-edition | 2026-07-30T17:00-04:00 | 2026-07-31T17:00-04:00
two business days | auth0-self-service self-service 4 | 2026-11-20T10:00-05:00 | 2026-11-24T10:00-05:00
over the autumn change, Paris | hosteur-ragnarokkr standard 2 | 2026-10-24T22:00+02:00 | 2026-10-25T03:00+01:00
"""  # fmt: skip


def _rows(table: str) -> list[Any]:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [pytest.param(*row[1:], id=f"{row[1]} {row[0]}") for row in rows]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("asked", "start", "due"), _rows(EXAMPLES))
def test_the_worked_examples(asked: str, start: str, due: str) -> None:
    policy, plan, level, *readings = asked.split()
    case = Case(plan=plan, level=int(level), readings=tuple(readings), customer=NEW_YORK)
    assert due_time(shipped_policy(policy), case, at(start)).due_at == at(due)


@pytest.mark.parametrize(
    ("plan", "level", "customer", "readings", "start", "due"),
    [
        pytest.param(
            "basic", 1, CHICAGO, (), "2026-07-02T16:30-05:00", "2026-07-06T09:30-05:00", id="3 July is observed"
        ),
        pytest.param(
            "basic",
            2,
            Customer("Europe/Paris", "worldwide", "FR"),
            (),
            "2026-12-24T15:00+01:00",
            "2026-12-29T11:00+01:00",
            id="over Christmas",
        ),
        pytest.param(
            "premium", 3, PARIS, (), "2026-11-20T16:00+01:00", "2026-11-23T12:00+01:00", id="contact within hours"
        ),
        pytest.param(
            "premium",
            3,
            PARIS,
            ("round-the-clock",),
            "2026-11-20T16:00+01:00",
            "2026-11-20T20:00+01:00",
            id="round the clock",
        ),
    ],
)
def test_the_worked_examples_of_credenti(
    plan: str, level: int, customer: Customer, readings: tuple[str, ...], start: str, due: str
) -> None:
    case = Case(plan=plan, level=level, customer=customer, readings=readings)
    assert due_time(shipped_policy("credenti"), case, at(start)).due_at == at(due)


def test_staging_counts_as_level_3_at_cloudtalk() -> None:
    case = Case(plan="advanced", level=1, attributes={"environment": ("staging",)})
    due = due_time(shipped_policy("cloudtalk"), case, at("2026-11-20T16:00+01:00"))
    assert (due.due_at, due.terms.level) == (at("2026-11-23T14:00+01:00"), 3)


H = timedelta(hours=1)
TARGETS: dict[str, dict[str, list[timedelta | None]]] = {
    "auth0-self-service": {"self-service": [3 * H, 12 * H, 1 * H, 24 * H]},
    "okta-premier-success": {
        "basic": [2 * H, 12 * H, 24 * H, 24 * H],
        "silver": [H, 2 * H, 8 * H, 24 * H],
        "gold": [H / 2, H, 4 * H, 24 * H],
    },
    "credenti": {"basic": [2 * H, 12 * H, 24 * H, 24 * H], "premium": [H / 2, H, 4 * H, 12 * H]},
    "cloudtalk": {"basic": [None] * 3, "professional": [3 * H, 6 * H, 9 * H], "advanced": [H, 3 * H, 6 * H]},
    "hosteur-ragnarokkr": {"standard": [2 * H, 6 * H, 12 * H, 24 * H]},
}


@pytest.mark.parametrize("policy", TARGETS)
def test_every_target_of_every_plan(policy: str) -> None:
    held = shipped_policy(policy)
    assert list(held.plans) == list(TARGETS[policy])
    for plan, targets in TARGETS[policy].items():
        found = [terms_for(held, Case(plan=plan, level=n, customer=NEW_YORK)).target for n in held.levels]
        assert found == targets, plan


@pytest.mark.parametrize(
    ("policy", "plan", "level", "readings", "attributes", "counted", "calendar"),
    [
        ("okta-premier-success", "basic", 1, (), {}, 1, "24x5"),
        ("okta-premier-success", "silver", 1, (), {}, 1, "24x7"),
        ("credenti", "premium", 2, (), {}, 2, "24x7"),
        ("credenti", "premium", 4, (), {}, 4, "business-hours"),
        ("credenti", "premium", 4, ("round-the-clock",), {}, 4, "24x7"),
        ("credenti", "premium", 4, ("clock-hours",), {}, 4, "business-hours"),
        ("credenti", "basic", 4, ("clock-hours",), {}, 4, "24x7"),
        ("credenti", "basic", 4, ("round-the-clock",), {}, 4, "business-hours"),
        ("credenti", "basic", 1, (), {"customer_reachable": ("False",)}, 2, "business-hours"),
        ("credenti", "basic", 2, (), {"customer_reachable": ("false",)}, 2, "business-hours"),
        ("credenti", "basic", 1, ("lower-to-3",), {"customer_reachable": ("false",)}, 2, "business-hours"),
        ("credenti", "basic", 2, ("lower-to-3",), {"customer_reachable": ("false",)}, 3, "business-hours"),
        ("credenti", "basic", 2, ("lower-to-3",), {"customer_reachable": ("true",)}, 2, "business-hours"),
        ("cloudtalk", "advanced", None, (), {}, 3, "business-hours"),
        ("cloudtalk", "advanced", 1, (), {"environment": ("PRODUCTION",)}, 1, "24x7"),
        ("cloudtalk", "advanced", 1, (), {"environment": ()}, 1, "24x7"),
        ("cloudtalk", "advanced", 2, (), {"environment": ("test",)}, 3, "business-hours"),
        ("cloudtalk", "advanced", 1, (), {"environment": ("production", "test")}, 3, "business-hours"),
        ("cloudtalk", "advanced", 1, (), {"release": ("stable",)}, 1, "24x7"),
        ("hosteur-ragnarokkr", "standard", 1, (), {"technology": ("java", "MSSQL")}, 2, "24x7"),
        ("hosteur-ragnarokkr", "standard", 1, (), {"technology": ("java",)}, 1, "24x7"),
        ("hosteur-ragnarokkr", "standard", 3, (), {"technology": ("dotnet",)}, 3, "24x7"),
    ],
)
def test_rules_and_readings_decide_level_and_calendar(
    policy: str,
    plan: str,
    level: int | None,
    readings: tuple[str, ...],
    attributes: dict[str, tuple[str, ...]],
    counted: int,
    calendar: str,
) -> None:
    case = Case(plan=plan, level=level, readings=readings, attributes=attributes, customer=NEW_YORK)
    terms = terms_for(shipped_policy(policy), case)
    assert (terms.level, terms.calendar_name) == (counted, calendar)


@pytest.mark.parametrize(
    ("plan", "attributes", "cause"),
    [
        pytest.param("basic", {}, "plan", id="a plan without a promise"),
        pytest.param("advanced", {"release": ("Beta",)}, "rule", id="a beta product"),
        pytest.param("basic", {"release": ("preview",)}, "rule", id="a pre-release product on a plan without promise"),
    ],
)
def test_no_promise_is_a_value(plan: str, attributes: dict[str, tuple[str, ...]], cause: str) -> None:
    case = Case(plan=plan, level=1, attributes=attributes)
    due = due_time(shipped_policy("cloudtalk"), case, at("2026-11-20T16:00+01:00"))
    assert (due.state, due.due_at, due.terms.no_promise) == ("no_promise", None, cause)
    assert set(due.readings.values()) == {None}
    assert due.terms.no_promise_detail


@pytest.mark.parametrize(
    ("policy", "case", "reason"),
    [
        ("cloudtalk", Case(plan="gold", level=1), "unknown_plan"),
        ("cloudtalk", Case(plan="basic", level=4), "unknown_level"),
        ("cloudtalk", Case(plan="basic", level=1, metric="resolution"), "unknown_metric"),
        ("cloudtalk", Case(plan="basic", level=1, readings=("as-written",)), "unknown_reading"),
        ("cloudtalk", Case(plan="basic", level=1, readings=("slovakia", "no-holidays")), "conflicting_readings"),
        ("credenti", Case(plan="basic", level=None, customer=PARIS), "no_level"),
        ("credenti", Case(plan="basic", level=1), "no_timezone"),
        ("credenti", Case(plan="basic", level=1, customer=Customer("Mars/Phobos")), "unknown_zone"),
        ("credenti", Case(plan="basic", level=1, customer=Customer("UTC", "mars")), "unknown_region"),
        ("credenti", Case(plan="basic", level=1, customer=Customer("UTC", None, "XX")), "unknown_holidays"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_case_that_cannot_be_computed_is_a_named_error(policy: str, case: Case, reason: str) -> None:
    with pytest.raises(CaseError) as caught:
        terms_for(shipped_policy(policy), case)
    assert caught.value.reason == reason


def test_a_zone_is_needed_only_where_the_calendar_uses_it() -> None:
    okta = shipped_policy("okta-premier-success")
    assert terms_for(okta, Case(plan="gold", level=1)).timezone is None
    assert terms_for(okta, Case(plan="basic", level=1, readings=("clock-hours",))).timezone is None


def test_holidays_unset_are_none_with_a_warning() -> None:
    terms = terms_for(shipped_policy("credenti"), Case(plan="basic", level=1, customer=PARIS))
    warnings = [fact.values["warning"] for fact in terms.facts if fact.rule == "warning"]
    assert (terms.holidays, warnings) == ("none", ["holidays_unset"])


READINGS = {
    "auth0-self-service": {"as-written", "english-edition"},
    "okta-premier-success": {"support-hours", "clock-hours"},
    "credenti": {"support-hours", "clock-hours", "contact-hours", "round-the-clock", "as-written", "lower-to-3"},
    "cloudtalk": {"civil-time", "fixed-utc+1", "ecb-closing-days", "slovakia", "no-holidays"},
    "hosteur-ragnarokkr": {"clock-hours", "level-on-ticket", "level-as-filed"},
}


@pytest.mark.parametrize("policy", READINGS)
def test_every_reading_is_listed(policy: str) -> None:
    held = shipped_policy(policy)
    assert held.clause_of_readings().keys() == READINGS[policy]


def test_each_reading_is_put_alone_into_the_choice_in_force() -> None:
    case = Case(plan="professional", level=3, readings=("no-holidays",))
    due = due_time(shipped_policy("cloudtalk"), case, at("2026-04-02T16:00+02:00"))
    assert due.readings == {
        "civil-time": at("2026-04-03T17:00+02:00"),
        "fixed-utc+1": at("2026-04-03T17:00+02:00"),
        "ecb-closing-days": at("2026-04-07T17:00+02:00"),
        "slovakia": at("2026-04-07T17:00+02:00"),
        "no-holidays": at("2026-04-03T17:00+02:00"),
    }


def test_a_reading_that_needs_a_zone_not_given_has_no_due_time() -> None:
    case = Case(plan="basic", level=1, readings=("clock-hours",))
    due = due_time(shipped_policy("okta-premier-success"), case, at("2026-11-20T16:00Z"))
    assert due.readings == {"support-hours": None, "clock-hours": at("2026-11-20T18:00Z")}


def test_the_level_as_filed_is_a_reading() -> None:
    hosteur = shipped_policy("hosteur-ragnarokkr")
    assert hosteur.level_as_filed(("level-as-filed",))
    assert not hosteur.level_as_filed(())


def test_the_receipt_tells_the_case_in_order() -> None:
    case = Case(plan="advanced", level=2)
    due = due_time(shipped_policy("cloudtalk"), case, at("2026-04-02T15:00+02:00"))
    rules = [fact.rule for fact in due.facts]
    assert list(dict.fromkeys(rules)) == [
        "plan", "start", "level", "target", "calendar", "counted", "holiday", "due", "reading", "strength", "note",
    ]  # fmt: skip
    spans = [(fact.values["start"], fact.values["end"]) for fact in due.facts if fact.rule == "counted"]
    assert spans == [
        ("2026-04-02T13:00:00Z", "2026-04-02T15:00:00Z"),
        ("2026-04-07T07:00:00Z", "2026-04-07T08:00:00Z"),
    ]
    assert [fact.values["date"] for fact in due.facts if fact.rule == "holiday"] == ["2026-04-03", "2026-04-06"]
    target = next(fact for fact in due.facts if fact.rule == "target")
    assert target.source
    assert target.source.document == "003_091b49bced33938e.txt"
