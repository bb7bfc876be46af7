"""Three metrics of one ticket: each with its own cycles and verdicts, and which of them the fields show."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policies.decide import decide
from policies.decision import Decision, Finished
from policies.model import State
from policies.receipt import Fact
from tests.policies.recorder import Recorder

# Filed on Monday 2026-11-23 at 09:00 in Paris, 08:00 UTC, at level 1: first response within 4 office hours (12:00 UTC),
# each update within 2 hours round the clock, resolution within 16 office hours (Tuesday 16:00 UTC)
FILED = "2026-11-23 08:00"
DONE = ("2026-11-23 10:30", "Done")


@pytest.fixture
def judge(care: Any, told: Any) -> Any:
    """Decide a told ticket at an instant under the policy with three metrics."""

    def run(now: str, changed: str = "", finished: Any = (), **story: Any) -> Decision:
        answers = [told.comment(f"2026-11-{when}", "vendor", id=when) for when in story.pop("answers", ())]
        story.setdefault("comments", answers)
        subject = told.ticket(**{"created": FILED, **story})
        return decide(subject, care(subject, changed), finished, told.at(f"2026-11-{now}"))

    return run


def open_cycles(decision: Decision) -> dict[str, tuple[str, str | None]]:
    return {
        cycle.metric: (cycle.state.value, f"{cycle.due_at:%d %H:%M}" if cycle.due_at else None)
        for cycle in decision.open_cycles
    }


def ended(decision: Decision) -> list[tuple[str, str, str, str]]:
    return [
        (cycle.metric, f"{cycle.start_at:%H:%M}", f"{cycle.ended_at:%d %H:%M}", cycle.state.value)
        for cycle in decision.finished
    ]


def shown(decision: Decision) -> tuple[str, str | None, Any]:
    due = f"{decision.due_at:%d %H:%M}" if decision.due_at else None
    return decision.state.value, due, decision.summary.values.get("metric")


FIRST_MET = ("first_response", "08:00", "23 09:00", "met")

# now, what happened, what the fields show, what is open, what has ended
STORIES = [
    pytest.param("23 08:30", {}, ("running", "23 12:00", None),
                 {"first_response": ("running", "23 12:00"), "resolution": ("running", "24 16:00")}, [],
                 id="unanswered: no update is owed yet"),
    pytest.param("23 12:30", {}, ("breached", "23 12:00", None),
                 {"first_response": ("breached", "23 12:00"), "resolution": ("running", "24 16:00")}, [],
                 id="an unanswered breach comes first"),
    pytest.param("24 16:30", {}, ("breached", "23 12:00", None),
                 {"first_response": ("breached", "23 12:00"), "resolution": ("breached", "24 16:00")}, [],
                 id="of two breaches the earlier"),
    pytest.param("23 09:30", {"answers": ["23 09:00"]}, ("running", "23 11:00", "next update"),
                 {"next_update": ("running", "23 11:00"), "resolution": ("running", "24 16:00")}, [FIRST_MET],
                 id="answered: the next update is owed"),
    pytest.param("23 11:00:01", {"answers": ["23 09:00"]}, ("breached", "23 11:00", "next update"),
                 {"next_update": ("breached", "23 11:00"), "resolution": ("running", "24 16:00")}, [FIRST_MET],
                 id="an update that did not come"),
    pytest.param("23 11:00", {"answers": ["23 09:00", "23 10:30"]}, ("running", "23 12:30", "next update"),
                 {"next_update": ("running", "23 12:30"), "resolution": ("running", "24 16:00")},
                 [FIRST_MET, ("next_update", "09:00", "23 10:30", "met")],
                 id="an answer ends one update and opens the next"),
    pytest.param("23 15:00", {"answers": ["23 09:00", "23 12:00", "23 13:30"]}, ("running", "23 15:30", "next update"),
                 {"next_update": ("running", "23 15:30"), "resolution": ("running", "24 16:00")},
                 [FIRST_MET, ("next_update", "09:00", "23 12:00", "breached"),
                  ("next_update", "12:00", "23 13:30", "met")],
                 id="each update has its own verdict"),
    pytest.param("23 15:00", {"answers": ["23 09:00"], "statuses": [DONE]}, ("met", "24 16:00", "resolution"), {},
                 [("first_response", "08:00", "23 09:00", "met"), ("resolution", "08:00", "23 10:30", "met"),
                  ("next_update", "09:00", "23 10:30", "met")],
                 id="solved in time: no further update is owed"),
    pytest.param("23 15:00", {"answers": ["23 09:00"], "statuses": [("2026-11-23 11:30", "Done")]},
                 ("breached", "23 11:00", "next update"), {},
                 [("first_response", "08:00", "23 09:00", "met"), ("resolution", "08:00", "23 11:30", "met"),
                  ("next_update", "09:00", "23 11:30", "breached")],
                 id="solved when an update was overdue: of two that ended together the worse is shown"),
    pytest.param("23 15:00", {"statuses": [DONE]}, ("met", "24 16:00", "resolution"), {},
                 [("first_response", "08:00", "23 10:30", "closed"), ("resolution", "08:00", "23 10:30", "met")],
                 id="solved without an answer"),
    pytest.param("25 15:00", {"answers": ["23 09:00"], "statuses": [("2026-11-24 16:30", "Done")]},
                 ("breached", "24 16:00", "resolution"), {},
                 [("first_response", "08:00", "23 09:00", "met"), ("resolution", "08:00", "24 16:30", "breached"),
                  ("next_update", "09:00", "24 16:30", "breached")],
                 id="solved late"),
    pytest.param("23 15:00", {"answers": ["23 09:00", "23 10:30"], "statuses": [DONE]},
                 ("met", "24 16:00", "resolution"), {},
                 [("first_response", "08:00", "23 09:00", "met"), ("resolution", "08:00", "23 10:30", "met"),
                  ("next_update", "09:00", "23 10:30", "met")],
                 id="solved with an answer: the answer ends the update, and opens no other"),
    pytest.param("23 15:00", {"answers": ["23 09:00", "23 12:00"], "statuses": [DONE]},
                 ("met", "24 16:00", "resolution"), {},
                 [("first_response", "08:00", "23 09:00", "met"), ("resolution", "08:00", "23 10:30", "met"),
                  ("next_update", "09:00", "23 10:30", "met")],
                 id="a word after it was solved promises nothing"),
    pytest.param("23 10:45", {"answers": ["23 09:00"], "statuses": [DONE, ("2026-11-23 10:40", "Open")]},
                 ("running", "23 11:00", "next update"),
                 {"next_update": ("running", "23 11:00"), "resolution": ("running", "24 16:00")}, [FIRST_MET],
                 id="reopened both run on"),
    pytest.param("23 09:30", {"priority": "Low"}, ("running", "23 16:00", None),
                 {"first_response": ("running", "23 16:00")}, [],
                 id="a level at which no resolution is promised"),
    pytest.param("23 10:00", {"priority": "Low", "answers": ["23 09:00"], "statuses": [("2026-11-23 09:30", "Done")]},
                 ("met", "24 09:00", "next update"), {},
                 [FIRST_MET, ("next_update", "09:00", "23 09:30", "met")],
                 id="what carries no promise is not shown beside what has ended"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "story", "fields", "still_open", "over"), STORIES)
def test_each_metric_has_its_own_cycles(
    judge: Any, now: str, story: Any, fields: Any, still_open: Any, over: Any
) -> None:
    decision = judge(now, **dict(story))
    assert shown(decision) == fields
    assert open_cycles(decision) == still_open
    assert ended(decision) == over
    assert decision == judge(now, finished=decision.finished, **dict(story))


def test_deleting_a_ticket_resolves_nothing(told: Any, care: Any) -> None:
    subject = replace(
        told.ticket(created=FILED, comments=[told.comment("2026-11-23 09:00", "vendor")]),
        gone_at=told.at("2026-11-23 10:30"),
    )
    decision = decide(subject, care(subject), (), told.at("2026-11-23 10:30"))
    assert ended(decision)[1:] == [
        ("resolution", "08:00", "23 10:30", "closed"),
        ("next_update", "09:00", "23 10:30", "closed"),
    ]
    assert (decision.state, decision.due_at, decision.summary.values["cause"]) == (State.CLOSED, None, "deleted")


def test_of_an_answer_and_an_end_at_one_instant_the_answer_ends_the_update(judge: Any) -> None:
    decision = judge("23 11:00", answers=["23 09:00", "23 10:30"], statuses=[DONE])
    events = {cycle.metric: cycle.event for cycle in decision.finished}
    assert events["next_update"] == "comment:23 10:30"
    assert events["resolution"] == "ended:2026-11-23T10:30:00Z"


def test_an_answer_at_the_very_start_opens_an_update(judge: Any) -> None:
    assert open_cycles(judge("23 09:00", answers=["23 08:00"]))["next_update"] == ("running", "23 10:00")


def test_an_update_dated_in_the_future_is_looked_at_then(judge: Any, told: Any) -> None:
    changed = "answered_by: [{public_comment: {accounts: [okta-support]}}, {field: f}]"
    decision = judge("23 09:30", changed, answers=["23 09:00"], fields={"f": "2026-11-23T10:15:00Z"})
    assert open_cycles(decision)["next_update"] == ("running", "23 11:00")
    assert decision.look_at == told.at("2026-11-23 10:15")


def test_the_level_as_filed_is_that_of_the_tickets_start_for_updates_too(judge: Any) -> None:
    story = {"priority": "Low", "priorities": [("2026-11-23 08:30", "Highest")]}
    decision = judge("23 09:30", "readings: [level-as-filed]", answers=["23 09:00"], **story)
    assert open_cycles(decision)["next_update"] == ("running", "24 09:00")


class TestPauses:
    WAITING = (("2026-11-23 10:00", "Waiting for customer"),)

    def test_a_rule_for_one_metric_pauses_that_one(self, judge: Any) -> None:
        changed = "paused_by: {status: [Waiting for customer], metrics: [resolution]}"
        decision = judge("23 11:00", changed, statuses=self.WAITING)
        assert open_cycles(decision) == {"first_response": ("running", "23 12:00"), "resolution": ("paused", None)}
        assert shown(decision) == ("running", "23 12:00", None)

    def test_a_rule_for_all_pauses_all_and_the_first_response_is_shown(self, judge: Any) -> None:
        decision = judge("23 11:00", "paused_by: {status: [Waiting for customer]}", statuses=self.WAITING)
        assert shown(decision) == ("paused", None, None)
        assert {state for state, _ in open_cycles(decision).values()} == {"paused"}

    def test_resolved_while_paused_it_is_in_time(self, judge: Any) -> None:
        changed = "paused_by: {status: [Waiting for customer]}"
        story = {"statuses": [*self.WAITING, ("2026-11-26 10:00", "Done")]}
        decision = judge("26 11:00", changed, **story)
        assert ("resolution", "08:00", "26 10:00", "met") in ended(decision)


class TestVerdicts:
    def test_a_changed_mapping_rewrites_none_of_them(self, judge: Any) -> None:
        story = {"answers": ["23 09:00", "23 12:00"], "statuses": [("2026-11-23 13:00", "Done")]}
        first = judge("23 14:00", **dict(story))
        changed = "{answered_by: [{field: nothing}], levels: {Highest: 2}}"
        again = judge("23 15:00", changed, first.finished, **dict(story))
        assert again.finished == first.finished
        assert (again.state, again.due_at) == (first.state, first.due_at)

    def test_an_answer_taken_back_takes_its_updates_with_it(self, judge: Any) -> None:
        first = judge("23 11:00", answers=["23 09:00", "23 10:30"])
        again = judge("23 11:30", finished=first.finished, answers=["23 09:00"])
        assert ended(again) == [FIRST_MET]
        assert open_cycles(again)["next_update"] == ("breached", "23 11:00")

    def test_so_it_does_after_the_ticket_was_solved(self, judge: Any) -> None:
        first = judge("23 11:00", answers=["23 09:00"], statuses=[DONE])
        again = judge("23 11:30", finished=first.finished, statuses=[DONE])
        assert ended(again) == [
            ("first_response", "08:00", "23 10:30", "closed"),
            ("resolution", "08:00", "23 10:30", "met"),
        ]

    def test_an_earlier_answer_that_comes_to_light_splits_an_update(self, judge: Any) -> None:
        first = judge("23 12:30", answers=["23 09:00", "23 12:00"])
        again = judge("23 12:40", finished=first.finished, answers=["23 09:00", "23 10:30", "23 12:00"])
        assert ended(again)[1:] == [("next_update", "09:00", "23 10:30", "met"),
                                    ("next_update", "10:30", "23 12:00", "met")]  # fmt: skip

    def test_an_answer_before_the_end_that_comes_to_light_splits_it_too(self, judge: Any) -> None:
        story = {"statuses": [("2026-11-23 12:00", "Done")]}
        first = judge("23 12:30", answers=["23 09:00"], **story)
        again = judge("23 12:40", finished=first.finished, answers=["23 09:00", "23 10:30"], **story)
        assert [cycle for cycle in ended(again) if cycle[0] == "next_update"] == [
            ("next_update", "09:00", "23 10:30", "met"),
            ("next_update", "10:30", "23 12:00", "met"),
        ]

    def test_the_verdict_of_a_metric_that_the_plan_has_no_more_stands(self, judge: Any) -> None:
        first = judge("23 11:00", answers=["23 09:00", "23 10:30"])
        elsewhere = "{policy: okta-premier-success, plan: gold}"
        again = judge("23 11:30", elsewhere, first.finished, answers=["23 09:00", "23 10:30"])
        assert again.finished == first.finished
        assert again.open_cycles == ()

    def test_a_resolution_keeps_its_verdict_when_the_start_is_emptied(self, judge: Any) -> None:
        filed = "starts: {field: f}"
        story = {"statuses": [DONE], "answers": ["23 09:00"]}
        first = judge("23 11:00", filed, fields={"f": "2026-11-23T08:00Z"}, **dict(story))
        again = judge("23 12:00", filed, first.finished, fields={"f": None}, **dict(story))
        assert again.finished == first.finished
        assert shown(again) == ("met", "24 16:00", "resolution")


class TestWhatIsLacking:
    def test_what_can_be_timed_is_shown_with_a_warning_for_the_rest(self, judge: Any) -> None:
        decision = judge("23 09:30", "customer: {}", answers=["23 09:00"])
        assert shown(decision) == ("running", "23 11:00", "next update")
        assert [fact for fact in decision.receipt if fact.rule == "warning"] == [
            Fact("warning", {"warning": "untimed", "metric": name, "detail": "no_timezone"})
            for name in ("first response", "resolution")
        ]

    def test_where_nothing_that_runs_can_be_shown_the_ticket_is_unmapped(self, judge: Any) -> None:
        decision = judge("23 09:30", "customer: {}")
        assert (decision.state, decision.reason) == (State.UNMAPPED, "no_timezone")

    def test_without_a_start_it_is_not_filed(self, judge: Any) -> None:
        decision = judge("23 09:30", "starts: {field: f}")
        assert (decision.state, decision.open_cycles) == (State.NOT_FILED, ())


class TestOtherPlans:
    def test_a_plan_of_updates_alone_promises_nothing_before_the_first_answer(self, judge: Any) -> None:
        decision = judge("23 09:30", "plan: updates")
        assert (decision.state, decision.summary.values["cause"]) == (State.NO_PROMISE, "unanswered")
        assert shown(judge("23 09:30", "plan: updates", answers=["23 09:00"])) == ("running", "23 11:00", "next update")

    def test_a_metric_of_the_policys_own_ends_at_the_first_answer(self, judge: Any) -> None:
        # Tuesday 22:00 in Paris; the night plan acknowledges within half an hour and answers within four
        decision = judge("24 21:10", "plan: night", created="2026-11-24 21:00")
        assert open_cycles(decision) == {
            "first_response": ("running", "25 01:00"),
            "acknowledgement": ("running", "24 21:30"),
        }
        assert shown(decision) == ("running", "24 21:30", "acknowledgement")
        answered = judge("24 21:40", "plan: night", created="2026-11-24 21:00", answers=["24 21:35"])
        assert {(metric, state) for metric, _, _, state in ended(answered)} == {
            ("first_response", "met"),
            ("acknowledgement", "breached"),
        }


def test_the_summary_tells_how_a_promise_was_kept_without_an_answer(judge: Any) -> None:
    decision = judge("25 15:00", answers=["23 09:00"], statuses=[("2026-11-24 16:30", "Done")])
    values = decision.summary.values
    assert (values["ended_at"], values["late"]) == ("2026-11-24T16:30:00Z", "PT30M")
    assert "answered_at" not in values
    ends = [fact.values for fact in decision.receipt if fact.rule == "ended"]
    assert ends == [{"at": "2026-11-24T16:30:00Z", "how": "fulfilled"}]


def test_an_updates_receipt_starts_at_the_answer_before(judge: Any) -> None:
    comments = ["23 09:00", "23 10:30"]
    receipt = judge("23 11:00", answers=comments).receipt
    starts = [fact.values for fact in receipt if fact.rule == "start"]
    assert starts == [{"at": "2026-11-23T10:30:00Z", "how": "update"}]
    assert [fact.values["metric"] for fact in receipt if fact.rule == "target"] == ["next update"]
    assert not any(fact.rule == "not_an_answer" for fact in receipt)


class TestNotices:
    STEPS = "[{at: 50%, notify: [team]}, {at: breach, notify: [lead]}]"

    def test_every_metric_has_its_own_steps_and_its_own_end(self, care: Any, told: Any) -> None:
        heard, finished = Recorder(), None
        answers = [told.comment(f"2026-11-23 {when}", "vendor", id=when) for when in ("09:00", "11:30")]
        for now, count in (("08:00", 0), ("10:30", 1), ("11:40", 2)):
            subject, at = told.ticket(created=FILED, comments=answers[:count]), told.at(f"2026-11-23 {now}")
            decision = decide(subject, care(subject, steps=self.STEPS), finished or (), at)
            finished = decision.finished
            heard.look(decision, at)
        assert heard.told == [
            "10:00 50% team",  # of the first response, whose answer at 09:00 dueby saw at 10:30
            "10:30 50% team",  # of the update, which was owed from 09:00 on
            "10:30 over team",
            "11:00 breach lead",
            "11:40 over lead",
            "11:40 over team",
        ]
        assert heard.planned() == ["12:30 50% team", "13:30 breach lead", "16:00 50% team", "16:00 breach lead"]


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 400),
        st.sampled_from(
            ("answer", "answer", "internal", "take back", "Highest", "Low", "Done", "Open", "Waiting for customer")
        ),
    ),
    max_size=8,
)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(events=EVENTS)
def test_looked_at_again_and_again_or_once_at_the_end_is_the_same(
    care: Any, told: Any, events: list[tuple[int, str]]
) -> None:
    now = told.at(FILED)
    finished: tuple[Finished, ...] = ()
    comments: list[Any] = []
    statuses: list[tuple[str, str]] = []
    priorities: list[tuple[str, str]] = []
    for minutes, what in [(0, "look"), *events]:
        now += timedelta(minutes=minutes)
        written = f"{now:%Y-%m-%d %H:%M}"
        if what in {"answer", "internal"}:
            comments.append(told.comment(written, "vendor", id=written, public=what == "answer"))
        elif what == "take back":
            comments = comments[:-1]
        elif what in {"Highest", "Low"}:
            priorities.append((written, what))
        elif what != "look":
            statuses.append((written, what))
        subject = told.ticket(created=FILED, comments=comments, statuses=list(statuses), priorities=list(priorities))
        entitlement = care(subject, "paused_by: {status: [Waiting for customer], metrics: [resolution]}")
        decision = decide(subject, entitlement, finished, now)
        assert decide(subject, entitlement, decision.finished, now) == decision
        finished = decision.finished
    at_once = decide(subject, entitlement, (), now)
    assert shown(at_once) == shown(decision)
    assert (ended(at_once), open_cycles(at_once)) == (ended(decision), open_cycles(decision))
