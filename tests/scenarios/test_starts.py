"""Each form of `starts`, and what a later value of the start field does."""

from collections.abc import Sequence

import pytest

from tests.scenarios.desk import APPLIED, Desk
from tests.scenarios.telling import Step, comments, files, looks, plays, sets

DUE = "Okta gold, level 1: 30 min, due 2026-11-20 15:30 UTC"
FILED = "starts: {field: $filed}"
AT_THREE = "2026-11-20T15:00:00+00:00"

STORIES = [
    pytest.param("starts: created", [files("15:00"), looks("15:01", "running", "15:30", DUE)], id="created"),
    pytest.param(
        FILED,
        [files("09:00", filed=AT_THREE), looks("15:01", "running", "15:30", DUE)],
        id="a field that was filled from the beginning",
    ),
    pytest.param(
        FILED,
        [files("09:00", filed="2026-11-20T16:00:00+01:00"), looks("15:01", "running", "15:30", DUE)],
        id="a field whose value has an offset",
    ),
    pytest.param(
        "starts: {field: $answered}",
        [files("09:00", answered=AT_THREE), looks("15:01", "running", "15:30", DUE)],
        id="a regexp field on Zendesk, another date-time field on Jira",
    ),
    pytest.param(
        "starts: {field: $case}",
        [files("09:00", case="2026-11-20T15:00:00Z"), looks("15:01", "running", "15:30", DUE)],
        id="a text field that holds ISO 8601 with an offset",
    ),
    pytest.param(
        FILED,
        [
            files("09:00", filed="2026-11-20T14:00:00+00:00"),
            looks("14:10", "running", "14:30"),
            sets("14:20", filed=AT_THREE),
            looks("14:21", "running", "15:30", DUE),
        ],
        id="while unanswered the value now standing is the start",
    ),
    pytest.param(
        FILED,
        [
            files("09:00", filed=AT_THREE),
            comments("15:20"),
            looks("15:25", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
            sets("2026-11-23 10:05", filed="2026-11-23T10:00:00+00:00"),
            looks(
                "2026-11-23 10:10",
                "running",
                "2026-11-23 10:30",
                "Okta gold, level 1: 30 min, due 2026-11-23 10:30 UTC",
            ),
            comments("2026-11-23 10:20", name="second"),
            looks("2026-11-23 10:21", "met", "2026-11-23 10:30"),
        ],
        id="after the answer a later value opens a new cycle",
    ),
    pytest.param(
        FILED,
        [
            files("09:00", filed=AT_THREE),
            comments("15:20"),
            looks("15:25", "met", "15:30"),
            sets("15:26", filed="2026-11-20T14:00:00+00:00"),
            looks("15:27", "met", "15:30"),
            sets("15:28", filed=None),
            looks("15:29", "met", "15:30", f"{DUE}, answered 2026-11-20 15:20"),
        ],
        id="after the answer an earlier value or none alters nothing",
    ),
    pytest.param(
        FILED,
        [
            files("09:00", filed=AT_THREE),
            comments("14:50"),
            looks("15:10", "running", "15:30", DUE),
        ],
        id="a comment before the start is no answer",
    ),
    pytest.param(
        FILED,
        [
            files("09:00", filed="2026-11-20T17:00:00+00:00"),
            looks("15:10", "running", "17:30", "Okta gold, level 1: 30 min, due 2026-11-20 17:30 UTC"),
        ],
        id="a start that lies ahead",
    ),
]

NO_INSTANTS = {
    "a word": "soon",
    "a date alone": "2026-11-20",
    "a naive time": "2026-11-20T15:00:00",
    "the year 1": "0001-01-01T00:00:00Z",
    "the year 1969": "1969-12-31T23:59:59Z",
    "the year 2100": "2100-01-01T00:00:00Z",
    "the year 9999": "9999-12-31T23:59:59-12:00",
}


@pytest.mark.parametrize(("mapping", "steps"), STORIES)
def test_starts(desk: Desk, mapping: str, steps: Sequence[Step]) -> None:
    desk.apply(APPLIED, mapping)
    plays(desk, steps)


@pytest.mark.parametrize("text", NO_INSTANTS.values(), ids=list(NO_INSTANTS))
def test_a_start_that_is_no_instant_is_not_filed_until_it_is_one(desk: Desk, text: str) -> None:
    desk.apply(APPLIED, "starts: {field: $case}")
    plays(
        desk,
        [
            files("09:00", case=text),
            looks("15:01", "not_filed", None, f"Okta gold, not filed: {text} is no date and time"),
            sets("15:02", case="2026-11-20T15:00:00Z"),
            looks("15:03", "running", "15:30", DUE),
        ],
    )
