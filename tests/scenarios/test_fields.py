"""What stands in the fields: each type, zone and language; changed by hand, off the screen, or not ours to write."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.scenarios.conftest import Open
from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.flavours import JIRAS
from tests.scenarios.telling import comments, deletes, does, files, looks, plays, sets

JIRA = pytest.mark.only(*JIRAS)
ZENDESK = pytest.mark.only("zendesk")
IN_FRENCH = "Okta gold, niveau 1\N{NO-BREAK SPACE}: 30 min, échéance 2026-11-20 16:30 Europe/Paris"
LATE_EVENING = "23:10"  # UTC: the next day in Paris

SHOWN = [
    pytest.param(
        {"due_at": "customfield_10100", "due_on": "customfield_10103"},
        {"due_at": "2026-11-20T23:40:00.000+0000", "due_on": "2026-11-21"},
        {"due_at": None, "due_on": None},
        marks=JIRA,
        id="a date-time in UTC, and a date in the site's zone",
    ),
    pytest.param(
        {"state": "customfield_10101"},
        {"state": "running"},
        {"state": "unmapped"},
        marks=JIRA,
        id="the state as read-only text",
    ),
    pytest.param(
        {"state": "customfield_10094"}, {"state": "running"}, {"state": "unmapped"}, marks=JIRA, id="the state as text"
    ),
    pytest.param(
        {"state": "customfield_10104"},
        {"state": ("20200", "running")},
        {"state": ("20207", "unmapped")},
        marks=JIRA,
        id="the state as an option",
    ),
    pytest.param(
        {"due_at": "360001", "due_on": "360004"},
        {"due_at": "2026-11-21T00:40:00+01:00", "due_on": "2026-11-21"},
        {"due_at": None, "due_on": None},
        marks=ZENDESK,
        id="a regexp field with the site's offset, and a date in its zone",
    ),
    pytest.param(
        {"due_at": "360020"},
        {"due_at": "2026-11-21T00:40:00+01:00"},
        {"due_at": None},
        marks=ZENDESK,
        id="a text field with the site's offset",
    ),
    pytest.param(
        {"state": "360002"},
        {"state": "dueby_running"},
        {"state": "dueby_unmapped"},
        marks=ZENDESK,
        id="the state as an option's tag",
    ),
    pytest.param(
        {"state": "360005"},
        {"state": "running"},
        {"state": "unmapped"},
        marks=ZENDESK,
        id="the state as text on Zendesk",
    ),
]


def plain(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: (held["id"], held["value"]) if isinstance(held, dict) else held for name, held in shown.items()}


@pytest.mark.parametrize(("fields", "filled", "emptied"), SHOWN)
def test_each_type_of_field(
    open_desk: Open, fields: dict[str, str], filled: dict[str, Any], emptied: dict[str, Any]
) -> None:
    desk = open_desk(timezone="Europe/Paris", fields=fields)
    desk.apply(APPLIED)
    plays(desk, [files(LATE_EVENING)])
    desk.sync("23:11")
    assert plain(desk.shown()) == filled
    desk.apply("23:12", "match: {$elsewhere}")
    for at in ("23:13", "23:14"):
        desk.sync(at)
        assert (plain(desk.shown()), desk.writes(), desk.failure()) == (emptied, 2, None)


@pytest.mark.only("cloud")
def test_a_jira_that_shows_another_zone_is_not_written_again(desk: Desk) -> None:
    desk.jira().site.timezone = "Asia/Kolkata"
    desk.apply(APPLIED)
    plays(desk, [files("15:00")])
    for at in ("15:01", "15:02"):
        desk.sync(at)
        assert (desk.shown()["due_at"], desk.writes()) == ("2026-11-20T21:00:00.000+0530", 1)


@pytest.mark.parametrize(
    ("late", "summary"),
    [
        pytest.param(
            False,
            "Okta gold, niveau 1\N{NO-BREAK SPACE}: 30 min, échéance 2026-11-20 16:30 Europe/Paris",
            id="while it runs",
        ),
        pytest.param(
            True,
            f"{IN_FRENCH}, répondu 2026-11-20 17:02, 32 min de retard",
            id="answered late",
        ),
    ],
)
def test_french_in_paris(open_desk: Open, late: bool, summary: str) -> None:
    desk = open_desk(timezone="Europe/Paris", language="fr")
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), *([comments("16:02")] if late else [])])
    desk.sync("16:05" if late else "15:05")
    assert desk.shown()["summary"] == summary


BY_HAND = [
    pytest.param({"customfield_10100": "2027-01-01T00:00:00+00:00"}, marks=JIRA, id="another due time"),
    pytest.param({"customfield_10100": None}, marks=JIRA, id="no due time"),
    pytest.param({"customfield_10101": "met", "customfield_10102": "All is well"}, marks=JIRA, id="other texts"),
    pytest.param({"customfield_10103": "2026-12-24"}, marks=JIRA, id="another date"),
    pytest.param({"360001": "2027-01-01T00:00:00Z"}, marks=ZENDESK, id="another due time on Zendesk"),
    pytest.param({"360001": None}, marks=ZENDESK, id="no due time on Zendesk"),
    pytest.param({"360001": "2026-11-20T16:30:00+01:00"}, marks=ZENDESK, id="the same instant in another spelling"),
    pytest.param({"360002": "met", "360003": "All is well"}, marks=ZENDESK, id="other texts on Zendesk"),
    pytest.param({"360002": None}, marks=ZENDESK, id="no state on Zendesk"),
    pytest.param({"360004": "2026-12-24"}, marks=ZENDESK, id="another date on Zendesk"),
]


@pytest.mark.parametrize("fields", BY_HAND)
def test_a_field_changed_by_hand_is_put_right_at_the_next_sync(desk: Desk, fields: dict[str, Any]) -> None:
    desk.apply(APPLIED)
    due = "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"
    plays(
        desk,
        [
            files("15:00"),
            looks("15:01", "running", "15:30", due),
            does(lambda at_desk: at_desk.box.change(at_desk.ticket, fields=fields)),
            looks("15:03", "running", "15:30", due),
        ],
    )
    [write] = desk.box.log.writes(ticket=desk.ticket, by="bot")[1:]
    assert {one.field for one in write.fields} == set(fields)


def test_only_what_differs_is_written_and_in_one_request(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), looks("15:01", "running", "15:30"), looks("15:31", "breached", "15:30")])
    first, second = desk.box.log.writes(ticket=desk.ticket, by="bot")
    own = desk.site.fields
    assert {one.field for one in first.fields} == set(own.values())
    assert {one.field for one in second.fields} == {own["state"], own["summary"]}
    puts = [seen for seen in desk.box.log.requests() if seen.method == "PUT"]
    assert len(puts) == 2


def test_a_site_that_is_not_to_be_written_is_not(open_desk: Open) -> None:
    desk = open_desk(write=False)
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), comments("15:10")])
    desk.sync("15:11")
    assert (desk.writes(), desk.failure(), desk.memory().state) == (0, None, "met")
    assert set(desk.shown().values()) == {None}
    assert not [seen for seen in desk.box.log.requests() if seen.method == "PUT"]


def test_not_written_it_is_not_emptied_when_it_is_unmapped(open_desk: Open) -> None:
    desk = open_desk(write=False)
    desk.apply(APPLIED)
    plays(desk, [files("15:00")])
    desk.sync("15:01")
    desk.apply("15:02", "match: {$elsewhere}")
    desk.sync("15:03")
    assert (desk.writes(), desk.memory().reason) == (0, "no_match")


@pytest.mark.only(*JIRAS)
class TestOffTheScreen:
    def test_it_is_named_once_and_final_until_it_is_back(self, desk: Desk) -> None:
        desk.jira().off_screen("customfield_10101", "SUP")
        desk.apply(APPLIED)
        plays(desk, [files("15:00")])
        desk.sync("15:01")
        assert desk.failure() == ("field_not_on_screen", "state (customfield_10101)", True)
        assert (desk.writes(), set(desk.shown().values())) == (0, {None})
        desk.jira().on_screen("customfield_10101", "SUP")
        plays(desk, [looks("15:05", "running", "15:30")])

    def test_two_are_both_named(self, desk: Desk) -> None:
        desk.jira().off_screen("customfield_10101", "SUP")
        desk.jira().off_screen("customfield_10103", "SUP")
        desk.apply(APPLIED)
        plays(desk, [files("15:00")])
        desk.sync("15:01")
        assert desk.failure() == (
            "field_not_on_screen",
            "due_on (customfield_10103), state (customfield_10101)",
            True,
        )

    def test_an_unmapped_ticket_that_was_never_written_stays_untouched_after_a_failure(self, desk: Desk) -> None:
        desk.jira().off_screen("customfield_10101", "SUP")
        desk.apply(APPLIED)
        plays(desk, [files("15:00")])
        desk.sync("15:01")
        desk.jira().on_screen("customfield_10101", "SUP")
        desk.apply("15:02", "match: {$elsewhere}")
        desk.sync("15:03")
        assert (desk.writes(), set(desk.shown().values()), desk.failure()) == (0, {None}, None)


@pytest.mark.parametrize(
    ("fields", "failure"),
    [
        pytest.param(
            {"due_at": "customfield_10094"},
            ("wrong_field_type", "due_at (customfield_10094)", True),
            marks=JIRA,
            id="text where a date-time belongs",
        ),
        pytest.param(
            {"summary": "customfield_99999"},
            ("unknown_field", "summary (customfield_99999)", True),
            marks=JIRA,
            id="a field that does not exist",
        ),
        pytest.param(
            {"due_at": "360016"},
            ("wrong_field_type", "due_at (360016)", True),
            marks=ZENDESK,
            id="a number where text belongs",
        ),
        pytest.param(
            {"summary": "99999"},
            ("unknown_field", "summary (99999)", True),
            marks=ZENDESK,
            id="a field that does not exist on Zendesk",
        ),
    ],
)
def test_a_field_that_cannot_hold_its_value_is_named_and_final(
    open_desk: Open, fields: dict[str, str], failure: tuple[str, str, bool]
) -> None:
    desk = open_desk(fields=fields)
    desk.apply(APPLIED)
    plays(desk, [files("15:00")])
    desk.sync("15:01")
    assert (desk.failure(), desk.writes()) == (failure, 0)


@pytest.mark.only("zendesk")
def test_a_ticket_closed_between_fetch_and_write_is_no_failure(desk: Desk) -> None:
    closed = {"status": [{"description": "Status: closed prevents ticket update"}]}
    desk.apply(APPLIED)
    plays(desk, [files("15:00")])
    body = {"error": "RecordInvalid", "description": "Record validation errors", "details": closed}
    desk.box.faults.add(method="PUT", status=422, body=body)
    desk.sync("15:01")
    assert (desk.failure(), desk.writes()) == (None, 0)
    plays(desk, [looks("15:02", "running", "15:30")])


@pytest.mark.only("zendesk")
def test_a_ticket_changed_between_fetch_and_write_is_tried_again(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(desk, [files("15:00")])
    desk.box.faults.add(method="PUT", status=409, body={"error": "UpdateConflict"})
    desk.sync("15:01")
    reason, _, given_up = desk.failure() or ("", None, True)
    assert (reason, given_up) == ("conflict", False)
    plays(desk, [looks("15:02", "running", "15:30")])


def test_a_deletion_between_two_syncs_leaves_no_failure_behind(desk: Desk) -> None:
    desk.apply(APPLIED)
    plays(desk, [files("15:00"), looks("15:01", "running", "15:30"), sets("15:02", case="VND-1"), deletes("15:03")])
    for at in ("15:04", "15:05"):
        desk.sync(at)
        assert desk.failure() is None
