"""What a desk hears of one ticket while it is looked at, and what it does not hear twice."""

from dataclasses import replace
from typing import Any

import pytest

from policies.decide import decide
from policies.decision import Decision
from policies.model import State
from policies.notices import NoticeState, Standing
from policies.replan import Plan, replan
from tests.policies.recorder import Recorder

# Okta gold from 15:00: level 1 is due 15:30, level 2 16:00, level 3 19:00; the clock is never stopped
STEPS = """
- {at: 50%, notify: [team]}
- {before: 10m, notify: [on-call]}
- {at: breach, notify: [on-call, lead], repeat: {every: 30m, times: 2}}
- {after: 2h, notify: [lead]}
"""
Story = dict[str, Any]
PAUSES = "paused_by: {status: [Waiting for customer]}"


class Desk:
    """Look at one told ticket again and again."""

    def __init__(self, entitle: Any, told: Any) -> None:
        self.entitle, self.words, self.heard = entitle, told, Recorder()
        self.finished: Any = ()

    def look(
        self, now: str, changed: str = "", steps: str = STEPS, first: str = "2026-11-01 00:00", **story: Any
    ) -> Plan:
        at, subject = self.words.at(f"2026-11-20 {now}"), self.words.ticket(**story)
        decision: Decision = decide(
            subject, self.entitle(subject, changed, steps=steps, first_applied=first), self.finished, at
        )
        self.finished = decision.finished
        return self.heard.look(decision, at)

    def gone(self, now: str) -> Plan:
        return self.heard.look(None, self.words.at(f"2026-11-20 {now}"))


@pytest.fixture
def desk(entitle: Any, told: Any) -> Desk:
    return Desk(entitle, told)


def decide_ended(desk: Desk, changed: str, comments: Any) -> Any:
    """Give the cycles as an earlier look that stored them would have left them."""
    subject = desk.words.ticket(fields={"f": "2026-11-20T15:00Z"}, comments=comments)
    entitlement = desk.entitle(subject, changed, steps=STEPS)
    return decide(subject, entitlement, (), desk.words.at("2026-11-20 15:20")).finished


ALL = [
    "15:15 50% team",
    "15:20 before 10m on-call",
    "15:30 breach lead",
    "15:30 breach on-call",
    "16:00 breach lead again 1",
    "16:00 breach on-call again 1",
    "16:30 breach lead again 2",
    "16:30 breach on-call again 2",
    "17:30 after 2h lead",
]


def test_a_ticket_that_nobody_answers_is_told_step_by_step(desk: Desk) -> None:
    for now in ("15:00", "15:14:30", "15:30:01", "15:59:31", "18:00", "19:00"):
        desk.look(now)
    assert desk.heard.told == ALL


def test_planned_once_it_is_told_without_any_further_look(desk: Desk, told: Any) -> None:
    desk.look("15:00")
    desk.heard.tell(told.at("2026-11-20 23:00"))
    assert desk.heard.told == ALL


FIRST_SEEN = [
    pytest.param("15:10", [], ["15:15 50% team", "15:20 before 10m on-call"], id="before any step"),
    pytest.param("15:15", ["15:15 50% team"], ["15:20 before 10m on-call"], id="at the very instant of a step"),
    pytest.param("15:25", ["15:25 before 10m on-call"], ["15:30 breach lead"], id="after two steps: only the last"),
    pytest.param("15:45", ["15:45 breach lead", "15:45 breach on-call"], ["16:00 breach lead again 1"],
                 id="after the breach: each of its channels once, its repetitions as planned"),
    pytest.param("16:40", ["16:40 breach lead", "16:40 breach on-call"], ["17:30 after 2h lead"],
                 id="after the repetitions: none of them is made up for"),
    pytest.param("20:00", ["20:00 after 2h lead"], [], id="after everything: one notice"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "at_once", "later"), FIRST_SEEN)
def test_first_seen_late_only_the_last_past_step_is_told(
    desk: Desk, told: Any, now: str, at_once: list[str], later: list[str]
) -> None:
    desk.look(now)
    assert desk.heard.told == at_once
    desk.heard.tell(told.at("2026-11-20 23:00"))
    assert desk.heard.told[len(at_once) :][: len(later)] == later


# what happens after 15:17 (the team was told) or 15:35 (all but the last step were), when and why it is over
ENDINGS = [
    pytest.param("15:17", {"comments": "15:16"}, "answered", ["team"], id="answered before the breach"),
    pytest.param("15:36", {"comments": "15:35"}, "answered", ["lead", "on-call", "team"], id="answered late"),
    pytest.param("15:17", {"statuses": [("2026-11-20 15:16", "Done")]}, "closed", ["team"], id="solved unanswered"),
    pytest.param("15:17", {"changed": PAUSES, "statuses": [("2026-11-20 15:16", "Waiting for customer")]}, "paused",
                 ["team"], id="paused"),
    pytest.param("15:17", {"changed": "levels: {Low: 1}"}, "unmapped", ["team"], id="without a level"),
    pytest.param("15:17", {"changed": "match: {project: [OTHER]}"}, "unmapped", ["team"], id="without a mapping"),
    pytest.param("15:17", {"changed": "starts: {field: f}"}, "not_filed", ["team"], id="not filed any more"),
    pytest.param("15:17", {"changed": "{policy: cloudtalk, plan: basic, levels: {Highest: 1}}"}, "no_promise",
                 ["team"], id="without a promise any more"),
    pytest.param("15:10", {"comments": "15:09"}, "answered", [], id="answered before anybody was told"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "story", "why", "channels"), ENDINGS)
def test_when_it_is_over_the_rest_is_cancelled_and_whoever_was_told_hears_it_once(
    desk: Desk, told: Any, now: str, story: dict[str, Any], why: str, channels: list[str]
) -> None:
    if "comments" in story:
        story = {"comments": [told.comment(f"2026-11-20 {story['comments']}", "vendor")]}
    desk.look("15:00")
    desk.look(now, **story)
    overs = [f"{now} over {channel}" for channel in channels]
    before = desk.heard.told[: len(desk.heard.told) - len(overs)]
    assert desk.heard.told == [*before, *overs]
    assert not any("over" in line for line in before)
    assert desk.heard.why_cancelled() == {why}
    assert desk.heard.planned() == []
    desk.look("18:00", **story)
    assert desk.heard.told == [*before, *overs]


def test_a_ticket_that_is_gone(desk: Desk) -> None:
    desk.look("15:00")
    desk.gone("15:21")
    assert desk.heard.told == [*ALL[:2], "15:21 over on-call", "15:21 over team"]
    assert desk.heard.why_cancelled() == {"gone"}
    assert desk.gone("15:22") == Plan((), ())


class TestMovedDueTimes:
    def test_still_ahead_it_is_told_at_its_new_steps_and_nobody_hears_that_it_is_over(self, desk: Desk) -> None:
        desk.look("15:00")
        lowered: Story = {"priorities": [("2026-11-20 15:16", "High")]}
        desk.look("15:17", **lowered)
        assert desk.heard.why_cancelled() == {"due_moved"}
        assert desk.heard.planned()[:3] == ["15:30 50% team", "15:50 before 10m on-call", "16:00 breach on-call"]
        desk.look("16:00:01", **lowered)
        assert desk.heard.told == [
            "15:15 50% team",
            "15:30 50% team",
            "15:50 before 10m on-call",
            "16:00 breach lead",
            "16:00 breach on-call",
        ]

    def test_later_than_a_breach_that_was_told_each_told_channel_hears_it_and_the_steps_are_armed(
        self, desk: Desk
    ) -> None:
        desk.look("15:00")
        desk.look("15:40", priorities=[("2026-11-20 15:39", "Medium")])
        assert desk.heard.told == [*ALL[:4], "15:40 over lead", "15:40 over on-call", "15:40 over team"]
        assert desk.heard.planned()[:3] == ["17:00 50% team", "18:50 before 10m on-call", "19:00 breach on-call"]
        answered = [desk.words.comment("2026-11-20 17:05", "vendor")]
        desk.look("17:06", priorities=[("2026-11-20 15:39", "Medium")], comments=answered)
        assert desk.heard.told[7:] == ["17:00 50% team", "17:06 over team again 1"]

    def test_into_the_past_the_breach_is_told_at_once_and_only_it(self, desk: Desk) -> None:
        story = {"priority": "Medium"}
        desk.look("15:00", **story)
        desk.look("17:00", **story)
        desk.look("17:10", priority="Medium", priorities=[("2026-11-20 17:09", "High")])
        assert desk.heard.told == ["17:00 50% team", "17:10 breach lead", "17:10 breach on-call"]
        assert desk.heard.planned() == ["18:00 after 2h lead"]

    def test_a_step_that_was_told_is_not_told_again_for_an_earlier_due_time(self, desk: Desk) -> None:
        story = {"priority": "High"}
        desk.look("15:00", **story)
        desk.look("16:10", **story)
        assert desk.heard.told[-2:] == ["16:00 breach lead", "16:00 breach on-call"]
        count = len(desk.heard.told)
        desk.look("16:20", priority="High", priorities=[("2026-11-20 16:15", "Highest")])
        assert desk.heard.told[count:] == []
        assert desk.heard.planned() == ["16:30 breach on-call", "16:30 breach lead", "17:30 after 2h lead"]

    def test_moved_and_back_changes_nothing(self, desk: Desk) -> None:
        desk.look("15:00")
        planned = desk.heard.planned()
        desk.look("15:05", priorities=[("2026-11-20 15:04", "Low")])
        desk.look("15:07", priorities=[("2026-11-20 15:04", "Low"), ("2026-11-20 15:06", "Highest")])
        assert desk.heard.planned() == planned
        for now in ("15:31", "18:00"):
            desk.look(now)
        assert desk.heard.told == ALL

    def test_moved_and_back_past_a_step_it_is_told_then(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:14", priorities=[("2026-11-20 15:13", "Low")])
        desk.look("15:17", priorities=[("2026-11-20 15:13", "Low"), ("2026-11-20 15:16", "Highest")])
        assert desk.heard.told == ["15:17 50% team"]

    def test_paused_it_is_over_and_resumed_its_steps_are_armed_again(self, desk: Desk) -> None:
        waiting, back = ("2026-11-20 15:16", "Waiting for customer"), ("2026-11-20 16:16", "Open")
        desk.look("15:00", PAUSES)
        desk.look("15:17", PAUSES, statuses=[waiting])
        assert desk.heard.told == ["15:15 50% team", "15:17 over team"]
        desk.look("16:17", PAUSES, statuses=[waiting, back])
        assert desk.heard.planned()[:2] == ["16:20 before 10m on-call", "16:30 breach on-call"]
        assert len(desk.heard.told) == 2

    def test_a_corrected_start_is_the_same_matter(self, desk: Desk) -> None:
        filed = "starts: {field: f}"
        desk.look("15:00", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:17", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:18", filed, fields={"f": "2026-11-20T15:02Z"})
        assert desk.heard.told == ["15:15 50% team"]
        assert desk.heard.planned()[:2] == ["15:22 before 10m on-call", "15:32 breach on-call"]
        assert desk.heard.why_cancelled() == {"due_moved"}


class TestReopened:
    def test_an_answer_that_vanishes_plans_what_is_to_come_again(self, desk: Desk, told: Any) -> None:
        desk.look("15:00")
        desk.look("15:18", comments=[told.comment("2026-11-20 15:17", "vendor")])
        desk.look("15:19")
        assert desk.heard.told == ["15:15 50% team", "15:18 over team"]
        assert desk.heard.planned()[:2] == ["15:20 before 10m on-call", "15:30 breach on-call"]

    @pytest.mark.parametrize(
        ("steps", "again"),
        [
            pytest.param("[{at: breach, notify: [lead, team]}]", 1, id="of a step that is said once"),
            pytest.param(
                "[{at: breach, notify: [lead, team], repeat: {every: 4h, times: 2}}]", 3, id="of one that is repeated"
            ),
        ],
    )
    def test_a_breach_after_a_stand_down_is_told_once_more(self, desk: Desk, steps: str, again: int) -> None:
        done, opened = ("2026-11-20 15:40", "Done"), ("2026-11-20 15:50", "Open")
        desk.look("15:00", steps=steps)
        desk.look("15:35", steps=steps)
        desk.look("15:41", steps=steps, statuses=[done])
        for _ in range(2):
            desk.look("15:51", steps=steps, statuses=[done, opened])
        assert desk.heard.told == [
            "15:30 breach lead",
            "15:30 breach team",
            "15:41 over lead",
            "15:41 over team",
            f"15:51 breach lead again {again}",
            f"15:51 breach team again {again}",
        ]
        closed = [done, opened, ("2026-11-20 15:55", "Done")]
        desk.look("15:56", steps=steps, statuses=closed)
        assert desk.heard.told[6:] == ["15:56 over lead again 1", "15:56 over team again 1"], (
            "and it is over for them once more"
        )
        desk.look("15:58", steps=steps, statuses=[*closed, ("2026-11-20 15:57", "Open")])
        assert desk.heard.told[8:] == [f"15:58 breach lead again {again + 1}", f"15:58 breach team again {again + 1}"]

    def test_a_level_down_and_up_again_tells_the_breach_once_more(self, desk: Desk) -> None:
        steps = "[{at: breach, notify: [lead]}]"
        down, up = ("2026-11-20 15:40", "Low"), ("2026-11-20 15:50", "Highest")
        desk.look("15:35", steps=steps)
        desk.look("15:41", steps=steps, priorities=[down])
        desk.look("15:51", steps=steps, priorities=[down, up])
        assert desk.heard.told == ["15:35 breach lead", "15:41 over lead", "15:51 breach lead again 1"]

    def test_a_new_cycle_is_told_anew(self, desk: Desk, told: Any) -> None:
        filed, answers = "starts: {field: f}", [told.comment("2026-11-20 15:16", "vendor")]
        desk.look("15:00", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:17", filed, fields={"f": "2026-11-20T15:00Z"}, comments=answers)
        desk.look("17:00", filed, fields={"f": "2026-11-20T16:40Z"}, comments=answers)
        assert desk.heard.told == ["15:15 50% team", "15:17 over team", "17:00 before 10m on-call"]
        desk.look("17:01", filed, fields={"f": "2026-11-20T16:40Z"},
                  comments=[*answers, told.comment("2026-11-20 17:01", "vendor", id="c2")])  # fmt: skip
        assert desk.heard.told[3:] == ["17:01 over on-call"]

    def test_after_a_corrected_start_a_new_cycle_is_told_anew_too(self, desk: Desk, told: Any) -> None:
        filed, answers = "starts: {field: f}", [told.comment("2026-11-20 15:18", "vendor")]
        desk.look("15:00", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:16", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:16", filed, fields={"f": "2026-11-20T15:02Z"})
        desk.look("15:19", filed, fields={"f": "2026-11-20T15:02Z"}, comments=answers)
        desk.look("16:57", filed, fields={"f": "2026-11-20T16:40Z"}, comments=answers)
        assert desk.heard.told == ["15:15 50% team", "15:17 50% team", "15:19 over team", "16:57 50% team"]

    def test_an_answer_and_a_new_cycle_seen_at_one_look(self, desk: Desk, told: Any) -> None:
        filed, answers = "starts: {field: f}", [told.comment("2026-11-20 15:18", "vendor")]
        desk.look("15:00", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.look("15:16", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.finished = decide_ended(desk, filed, answers)
        desk.look("15:35", filed, fields={"f": "2026-11-20T15:19Z"}, comments=answers)
        assert desk.heard.told[:4] == ALL[:4]
        assert desk.heard.told[4:] == ["15:34 over team", "15:35 50% team", "15:35 over lead", "15:35 over on-call"]

    def test_nor_does_the_new_cycle_hide_that_the_earlier_is_over(self, desk: Desk, told: Any) -> None:
        filed, answers = "starts: {field: f}", [told.comment("2026-11-20 15:16", "vendor")]
        desk.look("15:00", filed, fields={"f": "2026-11-20T15:00Z"})
        desk.finished = decide_ended(desk, filed, answers)
        desk.look("15:18", filed, fields={"f": "2026-11-20T15:17Z"}, comments=answers)
        assert desk.heard.told == ["15:15 50% team", "15:18 over team"]


class TestNoticesFrom:
    @pytest.mark.parametrize(
        ("first", "at_once", "planned"),
        [
            pytest.param("15:20", ["15:25 before 10m on-call"], 6, id="a step at that very instant is told"),
            pytest.param("15:20:01", [], 6, id="a step a second before it is not, those to come are"),
        ],
    )
    def test_no_step_from_before_is_told(self, desk: Desk, first: str, at_once: list[str], planned: int) -> None:
        desk.look("15:25", first=f"2026-11-20 {first}")
        assert desk.heard.told == at_once
        assert len(desk.heard.planned()) == planned + 1

    def test_nor_are_its_repetitions(self, desk: Desk) -> None:
        desk.look("15:45", first="2026-11-20 15:40")
        assert desk.heard.told == []
        assert desk.heard.planned() == ["17:30 after 2h lead"]

    def test_a_step_still_to_come_can_be_silent_too(self, desk: Desk) -> None:
        desk.look("15:00", "notices_from: 2026-11-20T15:25:00Z")
        assert desk.heard.planned()[0] == "15:30 breach on-call"

    def test_what_was_told_before_goes_on_being_told(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:31")
        later = STEPS.replace("times: 2", "times: 3")
        desk.look("15:40", "notices_from: 2026-11-20T15:35:00Z", steps=later)
        assert "17:00 breach on-call" in desk.heard.planned()


class TestChangedEscalations:
    def test_a_step_taken_out_is_cancelled(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:01", steps="[{at: 50%, notify: [team]}]")
        assert desk.heard.planned() == ["15:15 50% team"]
        assert desk.heard.why_cancelled() == {"escalation_changed"}

    def test_a_channel_added_to_a_step_that_was_told_does_not_hear_of_the_past(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:31", steps=STEPS.replace("[on-call, lead]", "[on-call, lead, team]"))
        assert desk.heard.told == ALL[:4]
        assert desk.heard.planned()[:3] == ["16:00 breach on-call", "16:00 breach lead", "16:00 breach team"]

    def test_nor_while_the_others_still_wait_for_it(self, desk: Desk) -> None:
        desk.heard.closed = {"lead", "on-call", "team"}
        desk.look("15:00")
        desk.look("15:31", steps=STEPS.replace("[on-call, lead]", "[on-call, lead, team]"))
        assert [line for line in desk.heard.planned() if line.endswith("breach team")] == [
            "16:00 breach team",
            "16:30 breach team",
        ]

    def test_a_step_added_after_its_moment_is_told_although_later_ones_are_planned(self, desk: Desk) -> None:
        desk.look("15:00", steps="[{at: breach, notify: [lead]}]")
        desk.look("15:17", steps="[{at: 50%, notify: [team]}, {at: breach, notify: [lead]}]")
        assert desk.heard.told == ["15:17 50% team"]

    def test_repetitions_move_with_their_interval(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:31", steps=STEPS.replace("every: 30m", "every: 40m"))
        assert desk.heard.planned()[:4] == ["16:10 breach on-call", "16:10 breach lead", "16:50 breach on-call",
                                            "16:50 breach lead"]  # fmt: skip

    def test_repetitions_that_would_have_been_by_now_are_dropped(self, desk: Desk) -> None:
        desk.look("15:00")
        desk.look("15:50", steps=STEPS.replace("every: 30m", "every: 15m"))
        assert desk.heard.told == ALL[:4]
        assert desk.heard.planned() == ["16:00 breach on-call", "16:00 breach lead", "17:30 after 2h lead"]


class TestWhatWasHeldUp:
    def test_a_notice_that_waits_for_its_channel_stays_planned(self, desk: Desk, told: Any) -> None:
        desk.heard.closed = {"lead"}
        desk.look("15:00")
        desk.look("15:40")
        assert desk.heard.planned()[0] == "15:30 breach lead"
        desk.heard.closed = set()
        desk.heard.tell(told.at("2026-11-20 15:50"))
        assert desk.heard.told == [*ALL[:2], "15:30 breach on-call", "15:30 breach lead"]

    def test_a_due_time_moved_meanwhile_loses_it_for_nobody(self, desk: Desk) -> None:
        desk.heard.closed = {"lead"}
        desk.look("15:00", priority="High")
        desk.look("16:10", priority="High")
        raised: Story = {"priority": "High", "priorities": [("2026-11-20 16:15", "Highest")]}
        desk.look("16:20", **raised)
        desk.heard.closed = set()
        desk.look("16:21", **raised)
        assert [line for line in desk.heard.told if "lead" in line] == ["16:20 breach lead"]

    def test_a_channel_that_heard_of_the_breach_once_does_not_hear_of_it_again(self, desk: Desk) -> None:
        steps = "[{at: breach, notify: [on-call, lead]}]"
        lowered = [("2026-11-20 16:10", "Medium")]
        desk.look("15:00", steps=steps, priority="High")
        desk.look("16:05", steps=steps, priority="High")
        desk.look("16:11", steps=steps, priority="High", priorities=lowered)
        desk.heard.closed = {"lead", "on-call"}
        raised = [*lowered, ("2026-11-20 19:04", "Highest")]
        desk.look("19:05", steps=steps, priority="High", priorities=raised)
        desk.heard.closed = set()
        desk.look("19:06", steps=steps, priority="High", priorities=raised)
        assert [line for line in desk.heard.told if "breach" in line] == ["16:00 breach lead", "16:00 breach on-call"]

    def test_never_told_nobody_hears_that_it_is_over(self, desk: Desk, told: Any) -> None:
        desk.heard.closed = {"lead"}
        desk.look("15:00")
        desk.look("15:40", comments=[told.comment("2026-11-20 15:39", "vendor")])
        desk.heard.closed = set()
        desk.look("15:41", comments=[told.comment("2026-11-20 15:39", "vendor")])
        assert not any("lead" in line for line in desk.heard.told)

    def test_one_that_failed_is_not_tried_again_once_it_is_over(self, desk: Desk, told: Any) -> None:
        desk.heard.closed = {"lead"}
        desk.look("15:00")
        desk.look("15:40")
        rows = {
            key: Standing(row.notice, NoticeState.FAILED) if row.state is NoticeState.PLANNED else row
            for key, row in desk.heard.rows.items()
        }
        desk.heard.rows = rows
        assert desk.look("15:41") == Plan((), ())
        desk.look("15:42", comments=[told.comment("2026-11-20 15:41", "vendor")])
        assert desk.heard.why_cancelled() == {"answered"}

    def test_one_that_may_have_been_received_counts_as_told_once(self, entitle: Any, told: Any) -> None:
        subject = told.ticket()
        running = decide(subject, entitle(subject, steps=STEPS), (), told.at("2026-11-20 15:00"))
        (first,) = (notice for notice in running.notices if notice.step == "50%")
        tried = Standing(first, NoticeState.PLANNED, doubtful=True)
        assert not [one for one in replan(running, [tried], told.at("2026-11-20 15:16")).put if one.step == "over"]
        met = replace(running, state=State.MET, open_cycles=(), notices=())
        plan = replan(met, [tried], told.at("2026-11-20 15:16"))
        assert [(one.step, one.channel) for one in plan.put] == [("over", "team")]
        assert [one for one, _ in plan.cancel] == [first]
        after = [replace(tried, state=NoticeState.CANCELLED), Standing(plan.put[0], NoticeState.SENT)]
        assert replan(met, after, told.at("2026-11-20 15:17")) == Plan((), ())

    def test_one_being_sent_counts_as_told(self, entitle: Any, told: Any) -> None:
        subject = told.ticket()
        running = decide(subject, entitle(subject, steps=STEPS), (), told.at("2026-11-20 15:00"))
        (first,) = (notice for notice in running.notices if notice.step == "50%")
        sending = [Standing(first, NoticeState.SENDING)]
        met = replace(running, state=State.MET, open_cycles=(), notices=())
        (over,) = replan(met, sending, told.at("2026-11-20 15:16")).put
        assert (over.step, over.channel, over.due_at, over.repetition) == ("over", "team", first.due_at, 0)


def test_a_channel_told_anew_hears_first_that_the_earlier_due_time_is_off(desk: Desk, told: Any) -> None:
    steps = "[{at: 50%, notify: [team]}, {before: 10m, notify: [team]}]"
    desk.look("15:16", steps=steps)
    desk.heard.closed = {"team"}
    assert desk.heard.told == ["15:16 50% team"]
    lowered: Story = {"priorities": [("2026-11-20 15:51", "High")]}
    plan = desk.look("15:52", steps=steps, **lowered)
    assert [(notice.step, notice.due_at) for notice in sorted(plan.put, key=lambda notice: notice.send_at)] == [
        ("over", told.at("2026-11-20 15:30")),
        ("before 10m", told.at("2026-11-20 16:00")),
    ]
    desk.heard.closed = set()
    desk.look("15:53", steps=steps, **lowered)
    assert desk.heard.told[1:] == ["15:51 over team", "15:52 before 10m team"]
    desk.look("15:55", steps=steps, comments=[told.comment("2026-11-20 15:54", "vendor")], **lowered)
    assert desk.heard.told[3:] == ["15:55 over team again 1"]


def test_told_and_over_within_the_same_second(desk: Desk, told: Any) -> None:
    desk.look("15:00")
    answers = [told.comment("2026-11-20 15:15", "vendor")]
    desk.look("15:15", comments=answers)
    assert desk.heard.told == ["15:15 50% team", "15:15 over team"]
    assert desk.look("15:15", comments=answers) == desk.look("15:16", comments=answers) == Plan((), ())


def test_planning_again_at_once_changes_nothing(desk: Desk) -> None:
    desk.look("15:00")
    assert desk.look("15:00") == Plan((), ())
    desk.look("15:31:00")
    assert desk.look("15:31:00") == Plan((), ())


def test_a_clock_put_back_tells_nothing_twice(desk: Desk) -> None:
    desk.look("15:25")
    told_before = list(desk.heard.told)
    desk.look("15:24")
    desk.look("15:26")
    assert desk.heard.told == told_before
