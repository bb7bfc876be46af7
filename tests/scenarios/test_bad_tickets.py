"""Bad input that comes in as a ticket: a clear error or a shown state, and the next ticket goes on."""

from collections.abc import Sequence

import pytest

from policies.model import State
from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.flavours import JIRAS
from tests.scenarios.telling import (
    Step,
    comments,
    deletes,
    files,
    looks,
    looks_gone,
    looks_untouched,
    plays,
    sets,
)

DUE = "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"
THE_REST = (files("15:00"), looks("15:50", "breached", "15:30", f"{DUE}, breached"))


def goes_on(desk: Desk, steps: Sequence[Step], mapping: str = "") -> None:
    """Take the steps of a bad ticket, then see that another one is served."""
    desk.apply(APPLIED, mapping)
    plays(desk, [*steps, *THE_REST])


def test_a_ticket_that_was_deleted(desk: Desk) -> None:
    goes_on(
        desk, [files("15:00"), looks("15:01", "running", "15:30"), deletes("15:10"), looks_gone("15:11", State.CLOSED)]
    )


def test_a_ticket_that_was_deleted_before_it_was_ever_fetched(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), deletes("15:01")])
    desk.sync("15:02")
    assert desk.failure() == ("gone", None, True)
    plays(desk, THE_REST)


@pytest.mark.only(*JIRAS)
def test_a_ticket_that_was_moved(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), looks("15:01", "running", "15:30", DUE)])
    desk.jira().move(desk.ticket, "DEV")
    plays(desk, [looks("15:02", "unmapped", None, "Not mapped: no mapping fits this ticket")])
    assert desk.memory().key == "DEV-1"
    desk.jira().move(desk.ticket, "SUP")
    plays(desk, [looks("15:03", "running", "15:30", DUE)])
    assert (desk.memory().key, desk.failure()) == ("SUP-2", None)
    plays(desk, THE_REST)


def test_a_priority_with_no_level(desk: Desk) -> None:
    goes_on(
        desk,
        [
            files("15:00", priority="low"),
            looks_untouched("15:01", "priority_without_level"),
            sets("15:02", priority="urgent"),
            looks("15:03", "running", "15:30", DUE),
            sets("15:04", priority="low"),
            looks("15:05", "unmapped", None, "Not mapped: the priority $low has no level in the mapping"),
        ],
    )


def test_a_zone_that_does_not_exist(desk: Desk) -> None:
    mapping = "{policy: auth0-self-service, plan: self-service, customer: {timezone: {field: $timezone}}}"
    desk.apply(APPLIED, mapping)
    plays(
        desk,
        [
            files("15:00", timezone="Mars/Olympus"),
            looks_untouched("15:01", "no_timezone"),
            sets("15:02", timezone="../../etc/passwd"),
            looks_untouched("15:03", "no_timezone"),
            sets("15:04", timezone="America/New_York"),
            looks("15:05", "running", "18:00"),
        ],
    )


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_start_in_the_year_1_or_9999(desk: Desk, text: str) -> None:
    desk.apply(APPLIED, "starts: {field: $case}")
    plays(
        desk,
        [
            files("15:00", case=text),
            looks("15:01", "not_filed", None, f"Okta gold, not filed: {text} is no date and time"),
            sets("15:02", case="2026-11-20T15:00:00Z"),
            looks("15:03", "running", "15:30", DUE),
        ],
    )


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_start_in_the_year_1_or_9999_in_a_date_time_field(desk: Desk, year: str) -> None:
    desk.apply(APPLIED, "starts: {field: $filed}")
    plays(
        desk,
        [
            files("15:00", filed=f"{year}-06-15T00:00:00+00:00"),
            looks("15:01", "not_filed"),
            sets("15:02", filed="2026-11-20T15:00:00+00:00"),
            looks("15:03", "running", "15:30", DUE),
        ],
    )


def test_a_naive_time(desk: Desk) -> None:
    desk.apply(APPLIED, "{starts: {field: $case}, answered_by: [{field: $region}]}")
    plays(
        desk,
        [
            files("15:00", case="2026-11-20T15:00:00"),
            looks("15:01", "not_filed", None, "Okta gold, not filed: 2026-11-20T15:00:00 is no date and time"),
            sets("15:02", case="2026-11-20T15:00:00Z", region="2026-11-20T15:01:00"),
            looks("15:10", "met", "15:30", f"{DUE}, answered 2026-11-20 15:02"),
        ],
    )


@pytest.mark.only(*JIRAS)
def test_a_comment_without_an_author(desk: Desk) -> None:
    desk.apply(APPLIED, "{owed_by: us, answered_by: null}")
    plays(desk, [files("15:00"), comments("15:05", "alice", name="nameless"), comments("15:10", "alice")])
    issue = desk.get(f"/rest/api/2/issue/{desk.ticket}", fields="*all", expand="changelog")
    listed = desk.get(f"/rest/api/2/issue/{desk.ticket}/comment", expand="properties")
    for first in (issue["fields"]["comment"]["comments"][0], listed["comments"][0]):
        del first["author"]
    desk.box.faults.add(method="GET", path=rf"/issue/{desk.ticket}$", status=200, body=issue, times=None)
    desk.box.faults.add(method="GET", path=rf"/issue/{desk.ticket}/comment$", status=200, body=listed, times=None)
    desk.sync("15:12")
    desk.box.faults.clear()
    assert (desk.failure(), desk.shown()["state"]) == (None, "met")
    assert desk.shown()["summary"] == f"{DUE}, answered 2026-11-20 15:10"
    plays(desk, THE_REST)


@pytest.mark.only("zendesk")
@pytest.mark.parametrize("author", [None, 77], ids=["none at all", "one whom nobody knows"])
def test_a_comment_without_an_author_on_zendesk(desk: Desk, author: int | None) -> None:
    desk.apply(APPLIED, "{owed_by: us, answered_by: null}")
    plays(desk, [files("15:00"), comments("15:05", "alice", name="nameless")])
    box = desk.zendesk()
    comment = box.find_comment(box.site.tickets[int(desk.ticket)], desk.comments["nameless"])
    vars(comment)["author_id"] = author
    plays(
        desk,
        [
            looks("15:06", "running", "15:30", DUE),
            comments("15:10", "alice"),
            looks("15:12", "met", "15:30", f"{DUE}, answered 2026-11-20 15:10"),
            *THE_REST,
        ],
    )
