"""Every state is reached, and left again."""

from collections.abc import Sequence

import pytest

from policies.model import State
from tests.scenarios.desk import APPLIED, Desk, instant
from tests.scenarios.flavours import JIRAS
from tests.scenarios.telling import (
    Step,
    applies,
    comments,
    deletes,
    does,
    edits,
    files,
    looks,
    looks_gone,
    looks_untouched,
    plays,
    sets,
)

DUE = "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"
CLOSED = "Okta gold, level 1: 30 min, closed: solved without an answer"
PAUSES = "paused_by: {status: [$waiting]}"
FILED = "starts: {field: $filed}"
NOT_FILED = "Okta gold, not filed: fill in the field $filed when the case is filed with the vendor"
CLOUDTALK = "{policy: cloudtalk, plan: {field: $plan, values: {Basic: basic, Gold: professional}}}"

STORIES = [
    pytest.param(
        "",
        [files("15:00"), looks("15:00", "running", "15:30", DUE), looks("15:30", "running", "15:30", DUE)],
        id="a new ticket runs up to its due time and at it",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:10", "running", "15:30", DUE),
            looks("15:30:01", "breached", "15:30", f"{DUE}, breached"),
            sets("15:32", priority="high"),
            looks("15:33", "running", "16:00", "Okta gold, level 2: 1 h, due 2026-11-20 16:00 UTC"),
        ],
        id="unanswered it is breached a second later, and runs again under a longer target",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:45", "breached", "15:30", f"{DUE}, breached"),
            comments("16:02"),
            looks("16:03", "breached", "15:30", f"{DUE}, answered 2026-11-20 16:02, 32 min late"),
        ],
        id="answered late it stays breached and says by how much",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            comments("15:20"),
            looks("15:21", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
            edits("15:22", public=False),
            looks("15:23", "running", "15:30", DUE),
            comments("15:30", name="again"),
            looks("15:40", "met", "15:30", f"{DUE}, answered 2026-11-20 15:30"),
        ],
        id="met by an answer, left when the answer becomes internal, met again by one exactly at the due time",
    ),
    pytest.param(
        PAUSES,
        [
            files("15:00"),
            looks("15:05", "running", "15:30", DUE),
            sets("15:10", status="waiting"),
            looks("15:12", "paused", None, "Okta gold, level 1: 30 min, paused: $waiting, 20 min left"),
            sets("16:00", status="open"),
            looks("16:01", "running", "16:20", "Okta gold, level 1: 30 min, due 2026-11-20 16:20 UTC"),
        ],
        id="paused it shows no due time but what is left, and runs on later by the pause",
    ),
    pytest.param(
        FILED,
        [
            files("14:00"),
            looks("14:05", "not_filed", None, NOT_FILED),
            sets("15:01", filed="2026-11-20T15:00:00+00:00"),
            looks("15:02", "running", "15:30", DUE),
            sets("15:03", filed=None),
            looks("15:04", "not_filed", None, NOT_FILED),
        ],
        id="not filed until the field is filled, and again when it is emptied",
    ),
    pytest.param(
        CLOUDTALK,
        [
            files("15:00", plan="Basic"),
            looks("15:05", "no_promise", None, "CloudTalk basic, level 1: no promise in this plan"),
            sets("15:10", plan="Gold"),
            looks(
                "15:11",
                "running",
                "2026-11-23 10:00",
                "CloudTalk professional, level 1: 3 business hours, due 2026-11-23 10:00 UTC",
            ),
            sets("15:12", plan="Basic"),
            looks("15:13", "no_promise", None, "CloudTalk basic, level 1: no promise in this plan"),
        ],
        id="a plan without a promise shows so, until the plan changes",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:05", "running", "15:30", DUE),
            sets("15:20", status="solved"),
            looks("15:22", "closed", None, CLOSED),
            sets("15:25", status="open"),
            looks("15:26", "running", "15:30", DUE),
        ],
        id="solved unanswered it is closed, reopened it runs to the same due time",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            sets("15:20", status="solved"),
            looks("15:22", "closed", None, CLOSED),
            comments("15:25"),
            looks("15:26", "met", "15:30", f"{DUE}, answered 2026-11-20 15:25"),
        ],
        id="closed it is met by a later answer in time",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            sets("15:20", status="solved"),
            looks("15:22", "closed", None, CLOSED),
            comments("16:02"),
            looks("16:05", "breached", "15:30", f"{DUE}, answered 2026-11-20 16:02, 32 min late"),
        ],
        id="closed it is breached by a later answer out of time",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            sets("15:40", status="solved"),
            looks("15:50", "breached", "15:30", f"{DUE}, breached"),
        ],
        id="solved unanswered after the due time it is breached",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            comments("15:20"),
            sets("15:20", status="solved"),
            looks("15:50", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
        ],
        id="answered and solved at the same instant it is met",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:01", "running", "15:30", DUE),
            applies("15:02", "match: {$elsewhere}"),
            looks("15:03", "unmapped", None, "Not mapped: no mapping fits this ticket"),
            applies("15:04"),
            looks("15:05", "running", "15:30", DUE),
        ],
        id="unmapped when its mapping goes, mapped when it comes back",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            comments("15:20"),
            looks("15:25", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
            applies("15:30", "{plan: silver, answered_by: [{field: $case}]}"),
            looks("15:31", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
            applies("15:32", "match: {$elsewhere}"),
            looks("15:33", "unmapped", None, "Not mapped: no mapping fits this ticket"),
            applies("15:34", "plan: silver"),
            looks("15:35", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
        ],
        id="a verdict stands under a changed mapping, also after the ticket was unmapped for a while",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            looks("15:25", "running", "15:30", DUE),
            applies("15:26", "plan: silver"),
            looks("15:27", "running", "16:00", "Okta silver, level 1: 1 h, due 2026-11-20 16:00 UTC"),
        ],
        id="a running ticket follows a changed mapping",
    ),
    pytest.param(
        "",
        [
            files("15:00"),
            sets("15:20", status="solved"),
            looks("15:22", "closed", None, CLOSED),
            sets("15:23", priority="high"),
            looks("16:30", "closed", None, CLOSED),
        ],
        id="closed it stays closed, whatever its level becomes",
    ),
    pytest.param(
        "paused_by: {status: ['$waiting']}",
        [
            files("15:00"),
            sets("15:10", status="waiting"),
            looks("15:12", "paused"),
            sets("15:20", status="solved"),
            looks("15:22", "closed", None, CLOSED),
            sets("15:30", status="waiting"),
            looks("15:50", "paused", None, "Okta gold, level 1: 30 min, paused: $waiting, 10 min left"),
        ],
        id="closed out of a pause, and reopened into one",
    ),
]

STORIES_OF_DELETION = [
    pytest.param(
        [files("15:00"), looks("15:01", "running", "15:30"), deletes("15:10"), looks_gone("15:11", State.CLOSED)],
        id="deleted in time its cycle is closed",
    ),
    pytest.param(
        [files("15:00"), looks("15:01", "running", "15:30"), deletes("15:40"), looks_gone("15:41", State.BREACHED)],
        id="deleted after the due time its cycle is breached",
    ),
    pytest.param(
        [
            files("15:00"),
            comments("15:10"),
            looks("15:11", "met", "15:30"),
            deletes("15:40"),
            looks_gone("15:41", State.MET),
        ],
        id="deleted after the answer its cycle stays met",
    ),
]


@pytest.mark.parametrize(("mapping", "steps"), STORIES)
def test_states(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, steps)


@pytest.mark.parametrize("steps", STORIES_OF_DELETION)
def test_deleted_tickets(desk: Desk, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED)
    plays(desk, steps)


def test_a_ticket_that_was_never_there_is_a_failure_at_once(desk: Desk) -> None:
    desk.apply(APPLIED)
    desk.ticket = "99999"
    desk.sync("15:00")
    assert desk.failure() == ("gone", None, True)


CURES = [
    pytest.param(
        "match: {'field:$case': [vendor]}",
        {"case": "ours"},
        {"case": "vendor"},
        ("no_match", "Not mapped: no mapping fits this ticket"),
        "15:30",
        id="no mapping fits",
    ),
    pytest.param(
        "",
        {"priority": "low"},
        {"priority": "urgent"},
        ("priority_without_level", "Not mapped: the priority $low has no level in the mapping"),
        "15:30",
        id="a priority with no level",
    ),
    pytest.param(
        "",
        {"priority": None},
        {"priority": "urgent"},
        ("priority_without_level", "Not mapped: the ticket has no priority"),
        "15:30",
        id="no priority, where the policy has no default level",
    ),
    pytest.param(
        "plan: {field: $case, values: {Top: gold}}",
        {"case": "Bronze"},
        {"case": "Top"},
        ("no_plan", "Not mapped: no plan is known for Bronze"),
        "15:30",
        id="a plan that the policy does not have",
    ),
    pytest.param(
        "plan: {field: $case, values: {Top: gold}}",
        {"case": None},
        {"case": "Top"},
        ("no_plan", "Not mapped: no plan is known for this ticket"),
        "15:30",
        id="no plan",
    ),
    pytest.param(
        "{plan: basic, customer: {timezone: {field: $timezone}}}",
        {"timezone": None},
        {"timezone": "Europe/Paris"},
        ("no_timezone", "Not mapped: the customer's time zone is not known"),
        "17:00",
        id="no zone where the calendar needs the customer's",
    ),
    pytest.param(
        "{plan: basic, customer: {timezone: {field: $timezone}}}",
        {"timezone": "Mars/Olympus"},
        {"timezone": "Europe/Paris"},
        ("no_timezone", "Not mapped: the customer's time zone is not known"),
        "17:00",
        id="a zone that does not exist",
    ),
    pytest.param(
        "customer: {directory: organization}",
        {"organization": "Acme"},
        {"organization": "Globe"},
        ("no_customer", "Not mapped: the ticket's customer is not in the directory"),
        "15:30",
        id="a customer who is not in the directory",
    ),
]
GLOBE = "customers: [{name: Globe, match: {organization: [Globe]}, timezone: Europe/Paris}]"


@pytest.mark.parametrize(("mapping", "ill", "well", "why", "due"), CURES)
def test_unmapped(
    desk: Desk, mapping: str, ill: dict[str, str], well: dict[str, str], why: tuple[str, str], due: str
) -> None:
    reason, summary = why
    desk.apply(APPLIED, mapping, GLOBE)
    plays(
        desk,
        [
            files("15:00", **ill),
            looks_untouched("15:01", reason),
            sets("15:02", **well),
            looks("15:03", "running", due),
            sets("15:04", **ill),
            looks("15:05", "unmapped", None, summary),
            sets("15:06", **well),
            looks("15:07", "running", due),
        ],
    )
    assert desk.memory().mapping == "okta"


class TestEndedBeforeItsMapping:
    def test_it_is_never_written_until_it_is_reopened(self, desk: Desk) -> None:
        plays(
            desk,
            [
                files("15:00"),
                sets("15:10", status="solved"),
                applies("15:12"),
                looks_untouched("15:13", "ended_before_mapping"),
                sets("15:14", status="open"),
                looks("15:15", "running", "15:30", DUE),
            ],
        )

    def test_the_mapping_may_include_it(self, desk: Desk) -> None:
        plays(
            desk,
            [
                files("15:00"),
                sets("15:10", status="solved"),
                applies("15:12", "include_ended: true"),
                looks("15:13", "closed", None, CLOSED),
            ],
        )

    def test_an_open_one_is_written(self, desk: Desk) -> None:
        plays(desk, [files("15:00"), applies("15:12"), looks("15:13", "running", "15:30", DUE)])


@pytest.mark.only("zendesk")
class TestClosedForGood:
    def test_merged_it_keeps_its_fields_and_its_cycle_is_closed(self, desk: Desk) -> None:
        def merge(at_desk: Desk) -> None:
            box = at_desk.zendesk()
            box.merge(at_desk.ticket, box.create())

        desk.apply(APPLIED)
        plays(desk, [files("15:00"), looks("15:01", "running", "15:30", DUE), does(merge)])
        desk.sync("15:02")
        assert (desk.failure(), desk.writes(), desk.shown()["state"]) == (None, 1, "dueby_running")
        assert (desk.memory().state, desk.memory().summary) == (
            State.CLOSED,
            "Okta gold, level 1: 30 min, closed: merged without an answer",
        )

    def test_a_closed_ticket_cannot_be_written_and_is_no_failure(self, desk: Desk) -> None:
        def close(at_desk: Desk) -> None:
            at_desk.zendesk().change(at_desk.ticket, fields={"status": "closed"})

        desk.apply(APPLIED)
        plays(desk, [files("15:00"), comments("15:20"), does(close)])
        desk.sync("15:40")
        assert (desk.failure(), desk.writes(), desk.shown()["state"]) == (None, 0, None)
        assert desk.memory().state is State.MET

    def test_solved_and_then_closed_it_keeps_what_was_written(self, desk: Desk) -> None:
        def close(at_desk: Desk) -> None:
            at_desk.zendesk().change(at_desk.ticket, fields={"status": "closed"})

        desk.apply(APPLIED)
        plays(
            desk,
            [
                files("15:00"),
                sets("15:20", status="solved"),
                looks("15:21", "closed", None, CLOSED),
                does(close),
                looks("15:40", "closed", None, CLOSED),
            ],
        )
        assert desk.writes() == 1


@pytest.mark.parametrize(
    ("mapping", "steps", "look_at"),
    [
        pytest.param("", [files("15:00")], "15:30:01", id="a second after the due time while it runs"),
        pytest.param("", [files("14:00")], None, id="never by itself once it is breached"),
        pytest.param("", [files("15:00"), comments("15:01")], None, id="never by itself once it is answered"),
        pytest.param(
            "answered_by: [{field: $answered}]",
            [files("15:00", answered="2026-11-20T15:20:00+00:00")],
            "15:20",
            id="when an answer that lies ahead has come",
        ),
    ],
)
def test_when_the_ticket_is_looked_at_next(
    desk: Desk, mapping: str, steps: Sequence[Step], look_at: str | None
) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, steps)
    decision = desk.sync("15:05")
    assert decision is not None
    assert desk.look_at() == (instant(look_at) if look_at else None)


@pytest.mark.only(*JIRAS)
def test_a_moved_issue_keeps_its_history_and_its_due_time(desk: Desk) -> None:
    desk.apply(APPLIED, "match: {project: [SUP, DEV]}")
    plays(desk, [files("15:00"), looks("15:01", "running", "15:30", DUE)])
    desk.jira().move(desk.ticket, "DEV", at=None)
    plays(desk, [looks("15:05", "running", "15:30", DUE), comments("15:06"), looks("15:07", "met", "15:30")])
    assert desk.memory().key == "DEV-1"
    by_old_key = desk.ticket
    desk.ticket = "SUP-1"
    desk.sync("15:08")
    desk.ticket = by_old_key
    assert desk.failure() is None
    plays(desk, [looks("15:09", "met", "15:30")])
