"""When each step of an escalation comes: instants worked out by hand, where calendars are hard."""

from datetime import timedelta
from typing import Any

import pytest

from policies.decide import decide
from policies.decision import Decision
from policies.model import State
from tests.walk_steps import steps_written

PARIS, NIGHT, EVENING = "", "plan: night", "plan: evening"
CAIRO = "customer: {timezone: Africa/Cairo}"


@pytest.fixture
def planned(care: Any, told: Any) -> Any:
    """Decide a told ticket with an escalation under the policy with three metrics."""

    def run(now: str, steps: str, changed: str = "", **story: Any) -> Decision:
        subject = told.ticket(**story)
        entitlement = care(subject, changed, steps=steps, first_applied="2026-01-01 00:00")
        return decide(subject, entitlement, (), told.at(now))

    return run


def first_response(decision: Decision) -> list[tuple[str, str, int, str]]:
    return [
        (notice.step, notice.channel, notice.repetition, f"{notice.send_at:%Y-%m-%d %H:%M:%S}")
        for notice in decision.notices
        if notice.metric == "first_response"
    ]


# what is changed, the start, the due time, {step: when it comes}; all in UTC
MOMENTS = [
    pytest.param("", "2026-11-23 08:00", "2026-11-23 12:00",
                 {"25%": "2026-11-23 09:00:00", "50%": "2026-11-23 10:00:00", "75%": "2026-11-23 11:00:00",
                  "100%": "2026-11-23 12:00:00", "33%": "2026-11-23 09:19:12",
                  "before 15m": "2026-11-23 11:45:00", "before 3600s": "2026-11-23 11:00:00",
                  "breach": "2026-11-23 12:00:01", "after 2h": "2026-11-23 14:00:00",
                  "after 3d": "2026-11-26 12:00:00"},
                 id="within one day in Paris"),
    pytest.param("", "2026-10-23 13:00", "2026-10-26 10:00",
                 {"50%": "2026-10-23 15:00:00", "75%": "2026-10-26 09:00:00", "before 1h": "2026-10-26 09:00:00",
                  "before 3h": "2026-10-23 14:00:00", "after 1h": "2026-10-26 11:00:00"},
                 id="over the weekend on which Paris goes back to winter time"),
    pytest.param("", "2026-03-27 15:00", "2026-03-30 10:00",
                 {"25%": "2026-03-27 16:00:00", "50%": "2026-03-30 08:00:00", "before 30m": "2026-03-30 09:30:00"},
                 id="over the weekend on which Paris goes to summer time"),
    pytest.param("customer: {timezone: America/New_York}", "2026-10-30 20:00", "2026-11-02 17:00",
                 {"25%": "2026-10-30 21:00:00", "75%": "2026-11-02 16:00:00", "before 2h": "2026-11-02 15:00:00"},
                 id="over the weekend on which New York goes back"),
    pytest.param("customer: {timezone: Asia/Kolkata}", "2026-11-23 03:30", "2026-11-23 07:30",
                 {"75%": "2026-11-23 06:30:00", "before 15m": "2026-11-23 07:15:00"},
                 id="half an hour beside the hour in Kolkata"),
    pytest.param("customer: {timezone: Asia/Kathmandu}", "2026-11-20 10:15", "2026-11-23 06:15",
                 {"25%": "2026-11-20 11:15:00", "75%": "2026-11-23 05:15:00"},
                 id="from Friday 16:00 in Kathmandu to Monday 12:00"),
    pytest.param(f"{{{NIGHT}, {CAIRO}}}", "2026-10-29 19:00", "2026-10-29 23:00",
                 {"25%": "2026-10-29 20:00:00", "50%": "2026-10-29 21:00:00", "75%": "2026-10-29 22:00:00",
                  "before 15m": "2026-10-29 22:45:00"},
                 id="on the Thursday night of 25 hours in Cairo"),
    pytest.param(f"{{{NIGHT}, {CAIRO}}}", "2026-04-23 20:00", "2026-04-24 20:00",
                 {"50%": "2026-04-23 22:00:00", "75%": "2026-04-23 23:00:00", "before 1h": "2026-04-23 23:00:00",
                  "before 30m": "2026-04-24 19:30:00"},
                 id="on the Friday night whose first hour Cairo leaves out"),
    pytest.param(EVENING, "2026-11-24 21:00", "2026-11-25 19:00",
                 {"50%": "2026-11-24 23:00:00", "75%": "2026-11-25 18:00:00", "before 119m": "2026-11-25 17:01:00"},
                 id="where the day closes at 24:00"),
    pytest.param("customer: {timezone: Europe/Paris, holidays: FR}", "2026-12-24 15:00", "2026-12-28 11:00",
                 {"75%": "2026-12-28 10:00:00", "before 3h": "2026-12-24 16:00:00", "before 1h": "2026-12-28 10:00:00"},
                 id="with Christmas and a weekend between"),
    pytest.param("", "2026-11-24 15:59", "2026-11-25 11:59",
                 {"1%": "2026-11-25 08:01:24", "before 239m": "2026-11-24 16:00:00",
                  "before 238m": "2026-11-25 08:01:00"},
                 id="from the minute before closing"),
    pytest.param("", "2026-11-28 12:00", "2026-11-30 12:00",
                 {"before 4h": "2026-11-28 12:00:00", "before 5h": "2026-11-28 12:00:00",
                  "before 239m": "2026-11-30 08:01:00", "1%": "2026-11-30 08:02:24"},
                 id="filed on a Saturday: no step comes before the start"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "start", "due", "moments"), MOMENTS)
def test_a_step_comes_when_its_part_of_the_target_is_used_up(
    planned: Any, told: Any, changed: str, start: str, due: str, moments: dict[str, str]
) -> None:
    decision = planned(start, steps_written(moments), changed, created=start)
    assert next(cycle.due_at for cycle in decision.open_cycles) == told.at(due)
    assert {step: when for step, _, _, when in first_response(decision)} == moments
    assert {notice.due_at for notice in decision.notices if notice.metric == "first_response"} == {told.at(due)}


@pytest.mark.parametrize(
    ("statuses", "moments"),
    [
        pytest.param(
            [("2026-11-23 09:00", "Waiting for customer"), ("2026-11-23 11:00", "Open")],
            {"25%": "2026-11-23 09:00:00", "50%": "2026-11-23 12:00:00", "75%": "2026-11-23 13:00:00",
             "before 15m": "2026-11-23 13:45:00", "breach": "2026-11-23 14:00:01"},
            id="a pause of two hours moves what comes after it",
        ),
        pytest.param(
            [("2026-11-23 08:30", "Waiting for customer"), ("2026-11-23 18:00", "Open"),
             ("2026-11-24 08:30", "Waiting for customer"), ("2026-11-24 09:30", "Open")],
            {"12%": "2026-11-23 08:28:48", "25%": "2026-11-24 08:30:00", "50%": "2026-11-24 10:30:00",
             "before 3h": "2026-11-24 08:30:00"},
            id="two pauses, one of them over night",
        ),
    ],
)  # fmt: skip
def test_pauses_are_left_out_of_steps_as_of_due_times(planned: Any, statuses: Any, moments: dict[str, str]) -> None:
    paused = "paused_by: {status: [Waiting for customer]}"
    decision = planned(
        "2026-11-24 12:00", steps_written(moments), paused, created="2026-11-23 08:00", statuses=statuses
    )
    assert {step: when for step, _, _, when in first_response(decision)} == moments


def test_a_step_says_itself_again_in_real_time_to_each_of_its_channels(planned: Any) -> None:
    steps = "[{before: 1h, notify: [on-call, lead, on-call], repeat: {every: 40m, times: 2}}]"
    decision = planned("2026-11-23 08:00", steps, created="2026-11-23 08:00")
    assert first_response(decision) == [
        ("before 1h", "on-call", 0, "2026-11-23 11:00:00"),
        ("before 1h", "lead", 0, "2026-11-23 11:00:00"),
        ("before 1h", "on-call", 1, "2026-11-23 11:40:00"),
        ("before 1h", "lead", 1, "2026-11-23 11:40:00"),
        ("before 1h", "on-call", 2, "2026-11-23 12:20:00"),
        ("before 1h", "lead", 2, "2026-11-23 12:20:00"),
    ]


@pytest.mark.parametrize(
    ("changed", "story"),
    [
        pytest.param("", {"comments": "vendor"}, id="answered"),
        pytest.param("", {"statuses": [("2026-11-23 09:00", "Done")]}, id="closed"),
        pytest.param("paused_by: {status: [Waiting for customer]}",
                     {"statuses": [("2026-11-23 09:00", "Waiting for customer")]}, id="paused"),
        pytest.param("starts: {field: f}", {}, id="not filed"),
        pytest.param("{policy: cloudtalk, plan: basic, levels: {Highest: 1}}", {}, id="without a promise"),
        pytest.param("levels: {Low: 1}", {}, id="unmapped"),
    ],
)  # fmt: skip
def test_what_is_not_due_has_no_notices(planned: Any, told: Any, changed: str, story: Any) -> None:
    if story.get("comments"):
        story = {"comments": [told.comment("2026-11-23 09:00", story["comments"])]}
    decision = planned("2026-11-23 10:00", "[{at: 50%, notify: [team]}]", changed, created="2026-11-23 08:00", **story)
    assert first_response(decision) == []


def test_without_an_escalation_nothing_is_planned(planned: Any) -> None:
    assert planned("2026-11-23 08:00", "", created="2026-11-23 08:00").notices == ()


# now, when to look: half a minute before a step, a second past the due time
LOOKS = [
    pytest.param("2026-11-23 08:00", "2026-11-23 10:59:30", id="half a minute before the first step"),
    pytest.param("2026-11-23 10:59:29", "2026-11-23 10:59:30", id="still"),
    pytest.param("2026-11-23 10:59:30", "2026-11-23 11:59:31", id="then half a minute before the breach is told"),
    pytest.param("2026-11-23 11:59:31", "2026-11-23 12:00:01", id="then at the breach itself"),
    pytest.param("2026-11-23 12:00:01", "2026-11-23 12:29:31", id="then before the breach is told again"),
    pytest.param("2026-11-23 12:29:31", None, id="and then no more"),
]


@pytest.mark.parametrize(("now", "look_at"), LOOKS)
def test_the_ticket_is_looked_at_shortly_before_each_notice(planned: Any, told: Any, now: str, look_at: str) -> None:
    changed = "{policy: okta-premier-success, plan: gold, levels: {Highest: 3}}"  # four hours round the clock
    steps = "[{at: 75%, notify: [team]}, {at: breach, notify: [team], repeat: {every: 30m, times: 1}}]"
    decision = planned(now, steps, changed, created="2026-11-23 08:00")
    assert decision.look_at == (told.at(look_at) if look_at else None)


def test_an_open_cycle_comes_with_its_receipt(planned: Any, told: Any) -> None:
    decision = planned("2026-11-23 13:00", "[{at: breach, notify: [team]}]", created="2026-11-23 08:00")
    (cycle,) = [cycle for cycle in decision.open_cycles if cycle.metric == "first_response"]
    assert (cycle.state, cycle.start_at) == (State.BREACHED, told.at("2026-11-23 08:00"))
    assert (cycle.due_at, cycle.level, cycle.receipt) == (told.at("2026-11-23 12:00"), 1, decision.receipt)


class TestNoticesFrom:
    @pytest.mark.parametrize(
        ("changed", "expected"),
        [
            pytest.param("", "2026-01-01 00:00", id="when the mapping was first applied"),
            pytest.param("notices_from: 2025-06-01T00:00:00Z", "2025-06-01 00:00", id="as the mapping says, earlier"),
            pytest.param(
                "notices_from: 2026-12-01T02:00:00+02:00", "2026-12-01 00:00", id="as the mapping says, later"
            ),
        ],
    )
    def test_notices_are_raised_from(self, planned: Any, told: Any, changed: str, expected: str) -> None:
        decision = planned("2026-11-23 08:00", "[{at: breach, notify: [team]}]", changed, created="2026-11-23 08:00")
        assert decision.notices_from == told.at(expected)
        assert first_response(decision) == [("breach", "team", 0, "2026-11-23 12:00:01")]

    @pytest.mark.parametrize(
        ("silent_from", "expected"),
        [
            pytest.param("2026-11-20 00:00", "2026-11-20 00:00", id="later than the mapping was first applied"),
            pytest.param("2026-11-01 00:00", "2026-11-10 00:00", id="earlier than that"),
        ],
    )
    def test_an_apply_in_silence_silences_what_lies_before_it(
        self, entitle: Any, told: Any, silent_from: str, expected: str
    ) -> None:
        entitlement = entitle(told.ticket(), first_applied="2026-11-10 00:00", silent_from=silent_from)
        assert entitlement.notices_from == told.at(expected)

    def test_it_does_so_where_nobody_knows_when_the_mapping_was_first_applied(self, entitle: Any, told: Any) -> None:
        assert entitle(told.ticket()).notices_from is None
        assert entitle(told.ticket(), silent_from="2026-11-20 00:00").notices_from == told.at("2026-11-20 00:00")


def test_a_restart_counts_the_steps_from_there(planned: Any, told: Any) -> None:
    steps = "[{at: 75%, notify: [team]}, {before: 9h, notify: [lead]}]"
    story = {"created": "2026-11-23 08:00", "priority": "Low", "priorities": [("2026-11-23 10:00", "Highest")]}
    decision = planned("2026-11-23 10:30", steps, "restart_on_level_change: true", **story)
    assert decision.due_at == told.at("2026-11-23 14:00")
    assert first_response(decision) == [
        ("75%", "team", 0, "2026-11-23 13:00:00"),
        ("before 9h", "lead", 0, "2026-11-23 10:00:00"),
    ]
    assert {notice.start_at for notice in decision.notices if notice.metric == "first_response"} == {
        told.at("2026-11-23 08:00")
    }


def test_fractions_of_a_second_stay_in_the_due_time_and_its_steps(care: Any, told: Any) -> None:
    subject = told.ticket(created="2026-11-23 08:00:00.250000")
    entitlement = care(subject, steps="[{at: breach, notify: [team]}]")
    (notice,) = (
        n for n in decide(subject, entitlement, (), subject.created_at).notices if n.metric == "first_response"
    )
    assert notice.send_at - notice.due_at == timedelta(seconds=1)
    assert notice.due_at.microsecond == 250_000
