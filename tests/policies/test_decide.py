"""Every state of a cycle, and how it is left again."""

from dataclasses import replace
from typing import Any

import pytest

from policies.decide import decide
from policies.decision import Decision
from policies.model import Change, State

NOW = "2026-11-20 15:10"
PAUSES = "paused_by: {status: [Waiting for customer]}"
FILED = "starts: {field: customfield_10090}"
US = "{owed_by: us, answered_by: null}"


@pytest.fixture
def judge(entitle: Any, told: Any) -> Any:
    """Decide a told ticket at an instant under the base mapping with some keys changed."""

    def run(now: str = NOW, changed: str = "", finished: Any = (), first: str | None = None, **story: Any) -> Decision:
        subject = told.ticket(**story)
        return decide(subject, entitle(subject, changed, first_applied=first), finished, told.at(now))

    return run


def test_a_new_ticket_runs_until_the_target_is_used_up(judge: Any, told: Any) -> None:
    decision = judge()
    assert (decision.state, decision.due_at) == (State.RUNNING, told.at("2026-11-20 15:30"))
    assert decision.look_at == told.at("2026-11-20 15:30:01")


@pytest.mark.parametrize(
    ("now", "state"),
    [
        pytest.param("2026-11-20 15:30", State.RUNNING, id="exactly at the due time it still runs"),
        pytest.param("2026-11-20 15:30:01", State.BREACHED, id="one second later it is breached"),
    ],
)
def test_unanswered_it_is_breached_only_after_the_due_time(judge: Any, now: str, state: State) -> None:
    assert judge(now).state is state


@pytest.mark.parametrize(
    ("answered", "state", "late"),
    [
        pytest.param("2026-11-20 15:29", State.MET, None, id="before the due time"),
        pytest.param("2026-11-20 15:30", State.MET, None, id="exactly at the due time"),
        pytest.param("2026-11-20 16:02", State.BREACHED, "PT32M", id="32 minutes late"),
    ],
)
def test_an_answer_ends_the_cycle(judge: Any, told: Any, answered: str, state: State, late: str | None) -> None:
    decision = judge("2026-11-21 09:00", comments=[told.comment(answered, "vendor")])
    assert (decision.state, decision.due_at) == (state, told.at("2026-11-20 15:30"))
    assert decision.summary.values.get("late") == late
    assert decision.look_at is None
    assert decision.finished[-1].ended_at == told.at(answered)


@pytest.mark.parametrize(
    ("changed", "who", "public", "counts"),
    [
        pytest.param("", "vendor", True, True, id="the vendor's account"),
        pytest.param("", "vendor-mail", True, True, id="the vendor's mail domain"),
        pytest.param("", "vendor", False, False, id="internal"),
        pytest.param("", "agent", True, False, id="our agent, where the vendor owes"),
        pytest.param(US, "agent", True, True, id="our agent, where we owe"),
        pytest.param(US, "reporter", True, False, id="the reporter"),
        pytest.param(US, "customer", True, False, id="another customer"),
        pytest.param(US, "app", True, False, id="an app"),
        pytest.param(US, "dueby", True, False, id="dueby itself"),
        pytest.param(US, "nobody", True, False, id="a comment without an author"),
        pytest.param(
            "{owed_by: us, answered_by: [{public_comment: agents, not: {accounts: [agent-1]}}]}",
            "agent", True, False, id="an account left out by name",
        ),
    ],
)  # fmt: skip
def test_who_answers(judge: Any, told: Any, changed: str, who: str, public: bool, counts: bool) -> None:
    decision = judge(changed=changed, comments=[told.comment("2026-11-20 15:05", who, public=public)])
    assert decision.state is (State.MET if counts else State.RUNNING)
    assert ("not_an_answer" in {fact.rule for fact in decision.receipt}) is not counts


def test_an_agent_who_is_the_reporter_does_not_answer(judge: Any, told: Any) -> None:
    decision = judge(changed=US, reporter=told.PEOPLE["agent"], comments=[told.comment("2026-11-20 15:05", "agent")])
    assert decision.state is State.RUNNING


@pytest.mark.parametrize(
    ("rule", "story", "state"),
    [
        pytest.param("{field: f}", {"fields": {"f": "2026-11-20T15:20:00+00:00"}}, State.MET, id="date-time in time"),
        pytest.param("{field: f}", {"fields": {"f": "2026-11-20T16:31:00+01:00"}}, State.BREACHED, id="a minute late"),
        pytest.param("{field: f}", {"fields": {"f": "2026-11-20T14:00:00Z"}}, State.BREACHED, id="before the start"),
        pytest.param("{field: f}", {"fields": {"f": None}}, State.BREACHED, id="empty date-time"),
        pytest.param("{field: f}", {"fields": {"f": "yes"}}, State.MET, id="filled when created"),
        pytest.param("{status: [Vendor replied]}", {"statuses": [("2026-11-20 15:20", "Vendor replied")]}, State.MET,
                     id="a status in time"),
        pytest.param("{status: [Vendor replied]}", {"statuses": [("2026-11-20 15:40", "Vendor replied")]},
                     State.BREACHED, id="a status too late"),
        pytest.param("{status: ['7']}", {"statuses": [("2026-11-20 15:20", "Vendor replied"),
                     ("2026-11-20 15:25", "Open")]}, State.MET, id="a status by id that was left again"),
    ],
)  # fmt: skip
def test_fields_and_statuses_answer(judge: Any, rule: str, story: Any, state: State) -> None:
    assert judge("2026-11-20 18:00", f"answered_by: [{rule}]", **story).state is state


def test_another_field_answers_when_it_is_first_filled(judge: Any, told: Any) -> None:
    change = Change(told.at("2026-11-20 15:12"), "f", (), told.value("yes"))
    decision = judge("2026-11-20 18:00", "answered_by: [{field: f}]", fields={"f": "yes"}, changes=[change])
    assert (decision.state, decision.finished[-1].ended_at) == (State.MET, told.at("2026-11-20 15:12"))


def test_the_earliest_of_several_answers_counts(judge: Any, told: Any) -> None:
    rules = "answered_by: [{public_comment: {accounts: [okta-support]}}, {field: f}]"
    comments = [told.comment("2026-11-20 15:45", "vendor")]
    decision = judge("2026-11-20 18:00", rules, comments=comments, fields={"f": "2026-11-20T15:15:00Z"})
    assert decision.finished[-1].ended_at == told.at("2026-11-20 15:15")


def test_an_answer_dated_in_the_future_does_not_count_yet(judge: Any, told: Any) -> None:
    decision = judge(changed="answered_by: [{field: f}]", fields={"f": "2026-11-20T15:20:00Z"})
    assert (decision.state, decision.look_at) == (State.RUNNING, told.at("2026-11-20 15:20"))


def test_a_level_change_counts_anew_from_the_same_start(judge: Any, told: Any) -> None:
    decision = judge("2026-11-20 15:10", priority="Low", priorities=[("2026-11-20 15:05", "High")])
    assert decision.due_at == told.at("2026-11-20 16:00")
    assert decision.level == 2


def test_a_level_change_and_back_changes_nothing(judge: Any, told: Any) -> None:
    moves = [("2026-11-20 15:05", "High"), ("2026-11-20 15:07", "Highest")]
    assert judge(priorities=moves).due_at == judge().due_at == told.at("2026-11-20 15:30")


def test_a_mapping_may_restart_on_a_level_change(judge: Any, told: Any) -> None:
    moves = [("2026-11-20 15:05", "High")]
    decision = judge(changed="restart_on_level_change: true", priorities=moves)
    assert decision.due_at == told.at("2026-11-20 16:05")


def test_priorities_of_the_same_level_restart_nothing(judge: Any, told: Any) -> None:
    moves = [("2026-11-20 15:05", "Lowest")]
    decision = judge(changed="restart_on_level_change: true", priority="Low", priorities=moves)
    assert decision.due_at == told.at("2026-11-21 15:00")


def test_the_level_in_force_at_the_answer_judges_it(judge: Any, told: Any) -> None:
    decision = judge(
        "2026-11-20 18:00",
        comments=[told.comment("2026-11-20 15:50", "vendor")],
        priority="Low",
        priorities=[("2026-11-20 16:30", "Highest")],
    )
    assert (decision.state, decision.level, decision.due_at) == (State.MET, 4, told.at("2026-11-21 15:00"))


class TestLevels:
    def test_a_priority_with_no_level_is_unmapped(self, judge: Any) -> None:
        decision = judge(priority="Trivial")
        assert (decision.state, decision.reason) == (State.UNMAPPED, "priority_without_level")

    def test_no_priority_takes_the_default_level_where_the_policy_has_one(self, judge: Any) -> None:
        changed = "{policy: cloudtalk, plan: professional, levels: {High: 1}}"
        assert judge(changed=changed, priority=None).level == 3

    def test_no_priority_and_no_default_level_is_unmapped(self, judge: Any) -> None:
        decision = judge(priority=None)
        assert decision.reason == "priority_without_level"
        assert decision.summary.values["detail"] == ""

    def test_the_level_may_come_from_another_field(self, judge: Any, told: Any) -> None:
        decision = judge(changed="{level_field: sev, levels: {S3: 3}}", fields={"sev": "S3"})
        assert (decision.level, decision.due_at) == (3, told.at("2026-11-20 19:00"))

    def test_an_empty_level_field_counts_as_no_priority(self, judge: Any) -> None:
        assert judge(changed="{level_field: sev, levels: {S3: 3}}").reason == "priority_without_level"

    def test_the_level_as_filed_counts_where_that_reading_is_chosen(self, judge: Any, told: Any) -> None:
        base = "policy: hosteur-ragnarokkr, plan: standard, levels: {High: 2, Low: 4}"
        story = {"priority": "Low", "priorities": [("2026-11-20 15:05", "High")]}
        assert judge(changed=f"{{{base}}}", **story).due_at == told.at("2026-11-20 21:00")
        as_filed = judge(changed=f"{{{base}, readings: [level-as-filed]}}", **story)
        assert as_filed.due_at == told.at("2026-11-21 15:00")

    def test_an_attribute_caps_the_level(self, judge: Any, told: Any) -> None:
        changed = """
            policy: hosteur-ragnarokkr
            plan: standard
            levels: {Highest: 1}
            attributes: {technology: {labels: [dotnet, mssql]}}
        """
        assert judge(changed=changed).due_at == told.at("2026-11-20 21:00")


class TestStarts:
    def test_an_empty_start_field_is_not_filed(self, judge: Any) -> None:
        decision = judge(changed=FILED, fields={"customfield_10090": None})
        assert (decision.state, decision.due_at) == (State.NOT_FILED, None)
        assert decision.summary.values["cause"] == "start_empty"

    @pytest.mark.parametrize("text", ["soon", "2026-11-20", "2026-11-20T15:00:00", "0001-01-01T00:00:00Z",
                                      "9999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"])  # fmt: skip
    def test_a_start_that_is_no_instant_is_not_filed_and_says_so(self, judge: Any, text: str) -> None:
        decision = judge(changed=FILED, fields={"customfield_10090": text})
        assert decision.state is State.NOT_FILED
        assert decision.summary.values["detail"] == text

    def test_the_value_now_standing_is_the_start_while_unanswered(self, judge: Any, told: Any) -> None:
        decision = judge(changed=FILED, fields={"customfield_10090": "2026-11-20T16:30:00.000+0100"})
        assert decision.due_at == told.at("2026-11-20 16:00")

    def test_a_later_start_after_the_answer_opens_a_new_cycle(self, judge: Any, told: Any) -> None:
        comments = [told.comment("2026-11-20 15:20", "vendor")]
        first = judge("2026-11-20 18:00", FILED, comments=comments, fields={"customfield_10090": "2026-11-20T15:00Z"})
        assert first.state is State.MET
        again = judge("2026-11-23 10:10", FILED, first.finished, comments=comments,
                      fields={"customfield_10090": "2026-11-23T10:00Z"})  # fmt: skip
        assert (again.state, again.due_at) == (State.RUNNING, told.at("2026-11-23 10:30"))
        assert len(again.finished) == 1

    @pytest.mark.parametrize("text", ["2026-11-20T14:00Z", None], ids=["an earlier start", "an emptied start"])
    def test_nothing_but_a_later_start_reopens(self, judge: Any, told: Any, text: str | None) -> None:
        comments = [told.comment("2026-11-20 15:20", "vendor")]
        first = judge("2026-11-20 18:00", FILED, comments=comments, fields={"customfield_10090": "2026-11-20T15:00Z"})
        again = judge("2026-11-20 19:00", FILED, first.finished, comments=comments, fields={"customfield_10090": text})
        assert (again.state, again.due_at) == (State.MET, told.at("2026-11-20 15:30"))


class TestPauses:
    def test_a_paused_ticket_shows_no_due_time_but_what_is_left(self, judge: Any) -> None:
        decision = judge(
            changed=PAUSES, statuses=[("2026-11-20 15:10", "Waiting for customer")], now="2026-11-20 17:00"
        )
        assert (decision.state, decision.due_at, decision.look_at) == (State.PAUSED, None, None)
        assert decision.summary.values["left"] == "PT20M"

    def test_paused_time_moves_the_due_time(self, judge: Any, told: Any) -> None:
        moves = [("2026-11-20 15:10", "Waiting for customer"), ("2026-11-20 16:00", "Open")]
        assert judge("2026-11-20 16:05", PAUSES, statuses=moves).due_at == told.at("2026-11-20 16:20")

    def test_a_pause_after_the_due_time_does_not_undo_the_breach(self, judge: Any, told: Any) -> None:
        decision = judge("2026-11-20 17:00", PAUSES, statuses=[("2026-11-20 15:40", "Waiting for customer")])
        assert (decision.state, decision.due_at) == (State.BREACHED, told.at("2026-11-20 15:30"))

    def test_pause_then_level_change_equals_level_change_then_pause(self, judge: Any, told: Any) -> None:
        moves = [("2026-11-20 15:10", "Waiting for customer"), ("2026-11-20 16:00", "Open")]
        due = {
            judge("2026-11-20 16:05", PAUSES, statuses=moves, priorities=[(when, "High")]).due_at
            for when in ("2026-11-20 15:05", "2026-11-20 15:30", "2026-11-20 16:02")
        }
        assert due == {told.at("2026-11-20 16:50")}

    def test_only_the_open_hours_of_a_pause_count(self, judge: Any, told: Any) -> None:
        changed = f"{{policy: cloudtalk, plan: professional, levels: {{Highest: 1}}, {PAUSES}}}"
        moves = [("2026-11-20 15:30", "Waiting for customer"), ("2026-11-23 09:00", "Open")]  # Fri 16:30 to Mon 10:00
        decision = judge("2026-11-23 09:05", changed, statuses=moves)
        assert decision.due_at == told.at("2026-11-23 11:30")  # 30 min used on Friday, 2:30 left on Monday

    def test_an_answer_while_paused_is_in_time(self, judge: Any, told: Any) -> None:
        decision = judge("2026-11-20 18:00", PAUSES, statuses=[("2026-11-20 15:10", "Waiting for customer")],
                         comments=[told.comment("2026-11-20 17:00", "vendor")])  # fmt: skip
        assert (decision.state, decision.due_at) == (State.MET, told.at("2026-11-20 17:20"))

    def test_without_a_rule_nothing_pauses(self, judge: Any) -> None:
        assert judge(statuses=[("2026-11-20 15:05", "Waiting for customer")]).state is State.RUNNING

    def test_a_rule_for_other_metrics_does_not_pause(self, judge: Any) -> None:
        changed = "paused_by: {status: [Waiting for customer], metrics: [resolution]}"
        assert judge(changed=changed, statuses=[("2026-11-20 15:05", "Waiting for customer")]).state is State.RUNNING


class TestEnds:
    def test_ended_unanswered_in_time_is_closed(self, judge: Any) -> None:
        decision = judge("2026-11-20 18:00", statuses=[("2026-11-20 15:20", "Done")])
        assert (decision.state, decision.due_at) == (State.CLOSED, None)

    def test_ended_unanswered_after_the_due_time_is_breached(self, judge: Any, told: Any) -> None:
        decision = judge("2026-11-20 18:00", statuses=[("2026-11-20 15:40", "Done")])
        assert (decision.state, decision.due_at) == (State.BREACHED, told.at("2026-11-20 15:30"))

    def test_an_answer_at_the_same_instant_wins(self, judge: Any, told: Any) -> None:
        decision = judge("2026-11-20 18:00", statuses=[("2026-11-20 15:20", "Done")],
                         comments=[told.comment("2026-11-20 15:20", "vendor")])  # fmt: skip
        assert decision.state is State.MET

    def test_a_later_answer_counts_after_closing(self, judge: Any, told: Any) -> None:
        closed = judge("2026-11-20 15:22", statuses=[("2026-11-20 15:20", "Done")])
        decision = judge("2026-11-20 18:00", finished=closed.finished, statuses=[("2026-11-20 15:20", "Done")],
                         comments=[told.comment("2026-11-20 15:25", "vendor")])  # fmt: skip
        assert decision.state is State.MET

    def test_reopened_unanswered_keeps_start_and_due_time(self, judge: Any, told: Any) -> None:
        closed = judge("2026-11-20 15:22", statuses=[("2026-11-20 15:20", "Done")])
        moves = [("2026-11-20 15:20", "Done"), ("2026-11-20 15:25", "Open")]
        decision = judge("2026-11-20 15:26", finished=closed.finished, statuses=moves)
        assert (decision.state, decision.due_at) == (State.RUNNING, told.at("2026-11-20 15:30"))
        assert decision.finished == ()

    def test_an_answer_that_vanishes_lets_the_cycle_run_again(self, judge: Any, told: Any) -> None:
        met = judge(comments=[told.comment("2026-11-20 15:05", "vendor")])
        for comments in ([], [told.comment("2026-11-20 15:05", "vendor", public=False)]):
            decision = judge(finished=met.finished, comments=comments)
            assert (decision.state, decision.finished) == (State.RUNNING, ())

    def test_the_present_status_tells_what_its_own_entry_in_the_history_means(self, told: Any, entitle: Any) -> None:
        whole = told.ticket(statuses=[("2026-11-20 15:20", "Done")], updated="2026-11-20 16:00")
        (entry,) = whole.status_changes
        subject = replace(whole, status_changes=(replace(entry, after=replace(entry.after, ended=False)),))
        decision = decide(subject, entitle(subject), (), told.at("2026-11-20 18:00"))
        assert (decision.state, decision.finished[-1].ended_at) == (State.CLOSED, told.at("2026-11-20 15:20"))

    def test_a_ticket_that_ended_before_its_mapping_is_left_alone(self, judge: Any) -> None:
        story = {"statuses": [("2026-11-20 15:20", "Done")], "first": "2026-11-21 00:00", "now": "2026-11-22 00:00"}
        decision = judge(**story)
        assert (decision.write, decision.reason) == (False, "ended_before_mapping")
        assert judge(changed="include_ended: true", **story).state is State.CLOSED

    def test_reopened_after_its_mapping_it_counts(self, judge: Any) -> None:
        moves = [("2026-11-20 15:20", "Done"), ("2026-11-21 15:20", "Open")]
        decision = judge("2026-11-22 00:00", first="2026-11-21 00:00", statuses=moves)
        assert decision.state is State.BREACHED


class TestVerdicts:
    def test_a_changed_mapping_never_rewrites_a_verdict(self, judge: Any, told: Any) -> None:
        comments = [told.comment("2026-11-20 15:20", "vendor")]
        met = judge(now="2026-11-20 18:00", comments=comments)
        changed = "{plan: basic, answered_by: [{field: nothing}]}"
        decision = judge("2026-11-20 19:00", changed, met.finished, comments=comments)
        assert (decision.state, decision.due_at) == (State.MET, told.at("2026-11-20 15:30"))

    def test_an_earlier_answer_that_comes_to_light_counts(self, judge: Any, told: Any) -> None:
        rules = "answered_by: [{public_comment: {accounts: [okta-support]}}, {field: f}]"
        comments = [told.comment("2026-11-20 15:45", "vendor")]
        late = judge("2026-11-20 18:00", rules, comments=comments)
        assert late.state is State.BREACHED
        fields = {"f": "2026-11-20T15:15:00Z"}
        decision = judge("2026-11-20 19:00", rules, late.finished, comments=comments, fields=fields)
        assert decision.state is State.MET

    def test_a_later_level_change_alters_nothing(self, judge: Any, told: Any) -> None:
        comments = [told.comment("2026-11-20 15:20", "vendor")]
        met = judge("2026-11-20 18:00", comments=comments)
        moves = [("2026-11-20 18:30", "Low")]
        decision = judge("2026-11-20 19:00", finished=met.finished, comments=comments, priorities=moves)
        assert (decision.state, decision.level) == (State.MET, 1)

    def test_deciding_twice_is_deciding_once(self, judge: Any, told: Any) -> None:
        comments = [told.comment("2026-11-20 15:20", "vendor")]
        once = judge("2026-11-20 18:00", comments=comments)
        twice = judge("2026-11-20 18:00", finished=once.finished, comments=comments)
        assert twice == replace(once)


class TestUnmapped:
    def test_no_mapping_matches(self, judge: Any) -> None:
        decision = judge(changed="match: {project: [OTHER]}")
        assert (decision.state, decision.reason, decision.due_at) == (State.UNMAPPED, "no_match", None)

    @pytest.mark.parametrize(
        ("changed", "fields", "reason"),
        [
            ("plan: {field: p, values: {Gold: gold}}", {"p": "Bronze"}, "no_plan"),
            ("plan: {field: p, values: {Gold: gold}}", {}, "no_plan"),
            ("{plan: basic, customer: {}}", {}, "no_timezone"),
            ("{plan: basic, customer: {timezone: {field: z}}}", {"z": "Mars/Olympus"}, "no_timezone"),
            ("customer: {directory: organization}", {}, "no_customer"),
        ],
    )
    def test_something_it_needs_cannot_be_had(self, judge: Any, changed: str, fields: Any, reason: str) -> None:
        decision = judge(changed=changed, fields=fields)
        assert (decision.state, decision.reason) == (State.UNMAPPED, reason)

    def test_a_zone_is_needed_only_where_the_calendar_uses_the_customers(self, judge: Any) -> None:
        assert judge(changed="customer: {}").state is State.RUNNING

    def test_the_reporters_own_zone(self, judge: Any, told: Any) -> None:
        changed = "{policy: auth0-self-service, plan: self-service, customer: {timezone: requester}}"
        assert judge(changed=changed).due_at == told.at("2026-11-23 06:00")  # Fri 16:00 in Paris: 2 h, then Mon 06:00


def test_no_promise_has_no_due_time(judge: Any) -> None:
    decision = judge(changed="{policy: cloudtalk, plan: basic, levels: {Highest: 1}}")
    assert (decision.state, decision.due_at, decision.look_at) == (State.NO_PROMISE, None, None)


def test_the_receipt_is_a_sum(judge: Any) -> None:
    changed = "{policy: cloudtalk, plan: professional, levels: {Highest: 3}}"  # 9 bh from Fri 16:00: 1 + 8
    receipt = judge(changed=changed).receipt
    counted = [fact.values["open"] for fact in receipt if fact.rule == "counted"]
    assert counted == ["PT1H", "PT8H"]
    rules = [fact.rule for fact in receipt]
    order = [rules.index(rule) for rule in ("mapping", "plan", "start", "level", "target", "counted", "due", "reading")]
    assert order == sorted(order)
    readings = {fact.values["name"]: fact.values["due_at"] for fact in receipt if fact.rule == "reading"}
    assert readings["no-holidays"] == "2026-11-23T16:00:00Z"
    assert readings["fixed-utc+1"] == "2026-11-23T16:00:00Z"
