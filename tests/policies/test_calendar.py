"""Business time by the ten rules: expectations are typed by hand or walked minute by minute here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays as public_holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.calendar import BusinessCalendar, compile_calendar
from policies.errors import CalendarError
from policies.weekly import ALWAYS, weekly_hours

OFFICE = weekly_hours({"mon-fri": "09:00-17:00"})
NIGHT = weekly_hours({"mon-sun": "22:00-06:00"})
SMALL_HOURS = weekly_hours({"mon-sun": "01:30-03:30"})
ROUND_THE_CLOCK = compile_calendar(ALWAYS, "UTC")
FIVE_DAYS = weekly_hours({"mon": "00:01-24:00", "tue-thu": "00:00-24:00", "fri": "00:00-23:59"})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "monday", "tuesday"),
    [
        pytest.param({"mon": "09:00-17:00"}, ((540, 1020),), (), id="one interval"),
        pytest.param({"mon": "09:00-24:00"}, ((540, 1440),), (), id="24:00 is the end of the day"),
        pytest.param(
            {"mon": "22:00-06:00"}, ((1320, 1440),), ((0, 360),), id="an overnight interval splits at midnight"
        ),
        pytest.param({"mon": "22:00-00:00"}, ((1320, 1440),), (), id="an interval may end at midnight"),
        pytest.param({"mon": ["09:00-12:00", "11:00-14:00"]}, ((540, 840),), (), id="overlapping intervals merge"),
        pytest.param({"mon": ["09:00-12:00", "12:00-14:00"]}, ((540, 840),), (), id="touching intervals merge"),
        pytest.param({"mon-tue": "08:00-09:00"}, ((480, 540),), ((480, 540),), id="a range of days"),
        pytest.param({"sun-mon": "08:00-09:00"}, ((480, 540),), (), id="a range over the week's end"),
    ],
)
def test_hours_as_written(
    written: dict[str, str], monday: tuple[tuple[int, int], ...], tuesday: tuple[tuple[int, int], ...]
) -> None:
    weekly = weekly_hours(written)
    assert (weekly[0], weekly[1]) == (monday, tuesday)


@pytest.mark.parametrize(
    "written",
    [
        {"mon": "9-17"},
        {"mon": "09:60-17:00"},
        {"mon": "09:00-24:01"},
        {"mon": "24:00-02:00"},
        {"mon": "09:00-09:00"},
        {"day": "09:00-17:00"},
    ],
)
def test_hours_that_cannot_be_read_are_refused(written: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="expected"):
        weekly_hours(written)


@pytest.mark.parametrize(
    ("hours", "zone", "start", "duration", "due"),
    [
        pytest.param(
            OFFICE,
            "Europe/Paris",
            "2026-11-23T09:00+01:00",
            timedelta(hours=8),
            "2026-11-23T17:00+01:00",
            id="a full day ends at its closing",
        ),
        pytest.param(
            OFFICE,
            "Europe/Paris",
            "2026-11-23T16:59+01:00",
            timedelta(minutes=1),
            "2026-11-23T17:00+01:00",
            id="the minute before closing",
        ),
        pytest.param(
            OFFICE,
            "Europe/Paris",
            "2026-11-23T17:00+01:00",
            timedelta(minutes=1),
            "2026-11-24T09:01+01:00",
            id="the closing edge is closed",
        ),
        pytest.param(
            OFFICE,
            "Europe/Paris",
            "2026-11-23T16:59:59.999999+01:00",
            timedelta(microseconds=2),
            "2026-11-24T09:00:00.000001+01:00",
            id="microseconds count",
        ),
        pytest.param(
            OFFICE,
            "Europe/Paris",
            "2026-12-31T16:00+01:00",
            timedelta(hours=9),
            "2027-01-01T17:00+01:00",
            id="over the year's end",
        ),
        pytest.param(
            FIVE_DAYS,
            "America/New_York",
            "2026-08-03T00:00-04:00",
            timedelta(minutes=1),
            "2026-08-03T00:02-04:00",
            id="the first minute of Monday is closed",
        ),
        pytest.param(
            FIVE_DAYS,
            "America/New_York",
            "2026-07-31T23:58:30-04:00",
            timedelta(minutes=1),
            "2026-08-03T00:01:30-04:00",
            id="the last minute of Friday is closed",
        ),
        pytest.param(
            NIGHT,
            "Europe/Paris",
            "2026-03-28T22:00+01:00",
            timedelta(hours=7),
            "2026-03-29T06:00+02:00",
            id="a night of the spring change is 7 hours",
        ),
        pytest.param(
            NIGHT,
            "Europe/Paris",
            "2026-10-24T22:00+02:00",
            timedelta(hours=9),
            "2026-10-25T06:00+01:00",
            id="a night of the autumn change is 9 hours",
        ),
        pytest.param(
            SMALL_HOURS,
            "Europe/Paris",
            "2026-03-29T01:00+01:00",
            timedelta(hours=1),
            "2026-03-29T03:30+02:00",
            id="skipped hours do not count",
        ),
        pytest.param(
            SMALL_HOURS,
            "Europe/Paris",
            "2026-10-25T01:00+02:00",
            timedelta(hours=3),
            "2026-10-25T03:30+01:00",
            id="repeated hours count twice",
        ),
        pytest.param(
            weekly_hours({"sun": "01:30-02:00"}),
            "Australia/Lord_Howe",
            "2026-04-05T01:00+11:00",
            timedelta(hours=1),
            "2026-04-05T02:00+10:30",
            id="Lord Howe repeats half an hour",
        ),
        pytest.param(
            weekly_hours({"fri": "00:00-24:00"}),
            "Africa/Cairo",
            "2026-04-24T01:00+03:00",
            timedelta(hours=23),
            "2026-04-25T00:00+03:00",
            id="Cairo's Friday begins at 01:00 in spring",
        ),
        pytest.param(
            weekly_hours({"thu": "23:00-24:00"}),
            "Africa/Cairo",
            "2026-10-29T22:00+03:00",
            timedelta(hours=2),
            "2026-10-29T22:00:00Z",
            id="Cairo lives 23:00 twice in autumn",
        ),
        pytest.param(
            weekly_hours({"fri": "00:00-02:00"}),
            "Asia/Amman",
            "2017-03-31T00:00+02:00",
            timedelta(hours=1),
            "2017-03-31T02:00+03:00",
            id="Amman skips midnight's hour in 2017",
        ),
        pytest.param(
            weekly_hours({"sun": "00:00-02:00"}),
            "America/Sao_Paulo",
            "2017-10-14T22:00-03:00",
            timedelta(hours=1),
            "2017-10-15T02:00-02:00",
            id="Sao Paulo's Sunday begins at 01:00",
        ),
        pytest.param(
            OFFICE,
            "Pacific/Apia",
            "2011-12-29T16:00-10:00",
            timedelta(hours=2),
            "2012-01-02T10:00+14:00",
            id="Apia lives no Friday 30 December 2011",
        ),
        pytest.param(
            OFFICE,
            "Etc/GMT-1",
            "2026-07-31T16:30+02:00",
            timedelta(hours=9),
            "2026-08-03T17:30+02:00",
            id="a fixed offset has no summer",
        ),
        pytest.param(
            OFFICE,
            "Asia/Kathmandu",
            "2026-11-23T16:30+05:45",
            timedelta(hours=1),
            "2026-11-24T09:30+05:45",
            id="offsets of 45 minutes",
        ),
    ],
)
def test_due_is_the_earliest_instant_at_which_the_target_is_used_up(
    hours: tuple[tuple[tuple[int, int], ...], ...], zone: str, start: str, duration: timedelta, due: str
) -> None:
    found = compile_calendar(hours, zone).due(at(start), duration)
    assert found == at(due)
    assert found.tzinfo is UTC


def test_a_holiday_is_closed_from_midnight_to_midnight() -> None:
    calendar = compile_calendar(weekly_hours({"mon-sun": "00:00-24:00"}), "Europe/Paris", "FR")
    assert calendar.due(at("2026-07-13T23:00+02:00"), timedelta(hours=2)) == at("2026-07-15T01:00+02:00")
    assert calendar.holidays_between(at("2026-07-13T23:00+02:00"), at("2026-07-15T01:00+02:00")) == (
        (at("2026-07-14").date(), "National Day"),
    )


def test_observed_days_are_closed() -> None:
    calendar = compile_calendar(OFFICE, "America/Chicago", "US")
    assert not calendar.is_open(at("2026-07-03T12:00-05:00"))
    assert calendar.next_open(at("2026-07-02T17:00-05:00")) == at("2026-07-06T09:00-05:00")


def test_a_holiday_on_a_closed_day_is_not_told() -> None:
    calendar = compile_calendar(OFFICE, "Europe/Paris", "FR")  # 15 August 2026 is a Saturday
    assert calendar.holidays_between(at("2026-08-14T00:00Z"), at("2026-08-18T00:00Z")) == ()


def test_a_subdivision_has_its_own_holidays() -> None:
    california = compile_calendar(OFFICE, "America/Los_Angeles", "US-CA")
    assert not california.is_open(at("2026-03-31T12:00-07:00"))
    assert compile_calendar(OFFICE, "America/Los_Angeles", "US").is_open(at("2026-03-31T12:00-07:00"))


def test_open_spans_are_told_with_their_ends_cut() -> None:
    calendar = compile_calendar(OFFICE, "Europe/Paris")
    assert calendar.spans(at("2026-11-20T16:00+01:00"), at("2026-11-23T12:00+01:00")) == (
        (at("2026-11-20T16:00+01:00"), at("2026-11-20T17:00+01:00")),
        (at("2026-11-23T09:00+01:00"), at("2026-11-23T12:00+01:00")),
    )
    assert calendar.spans(at("2026-11-23T12:00Z"), at("2026-11-23T12:00Z")) == ()


def test_round_the_clock_needs_no_zone_and_is_one_span_over_the_year() -> None:
    start, end = at("2026-12-31T20:00Z"), at("2027-01-01T08:00Z")
    assert ROUND_THE_CLOCK.due(start, timedelta(hours=12)) == end
    assert ROUND_THE_CLOCK.spans(start, end) == ((start, end),)
    assert ROUND_THE_CLOCK.next_open(start) == start


def test_the_same_calendar_is_compiled_once() -> None:
    assert compile_calendar(OFFICE, "Europe/Paris", "FR") is compile_calendar(OFFICE, "Europe/Paris", "FR")


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        pytest.param(
            lambda: compile_calendar(((),) * 7, "Europe/Paris"), "never_opens", id="a calendar that never opens"
        ),
        pytest.param(lambda: compile_calendar(OFFICE, "Mars/Phobos"), "unknown_zone", id="a zone that does not exist"),
        pytest.param(lambda: compile_calendar(OFFICE, "../etc/passwd"), "unknown_zone", id="a zone that is a path"),
        pytest.param(lambda: compile_calendar(OFFICE, "\ud800"), "unknown_zone", id="a zone that is no text"),
        pytest.param(lambda: compile_calendar(OFFICE, "UTC", "XX"), "unknown_holidays", id="an unknown country"),
        pytest.param(lambda: compile_calendar(OFFICE, "UTC", "US-ZZ"), "unknown_holidays", id="an unknown subdivision"),
        pytest.param(lambda: compile_calendar(OFFICE, "UTC", ""), "unknown_holidays", id="an empty holiday code"),
        pytest.param(lambda: compile_calendar(OFFICE, "UTC", "utils"), "unknown_holidays", id="a package's own word"),
        pytest.param(
            lambda: compile_calendar(OFFICE, "UTC", "country_holidays-x"),
            "unknown_holidays",
            id="a package's own word with a subdivision",
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "UTC").due(at("2026-01-01T00:00"), HOUR), "naive", id="a naive time"
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "Asia/Tokyo").due(at("0001-01-01T00:00+14:00"), HOUR),
            "out_of_range",
            id="a start in the year 1",
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "America/New_York").due(at("9999-12-31T23:59-12:00"), HOUR),
            "out_of_range",
            id="a start in the year 9999",
        ),
        pytest.param(
            lambda: ROUND_THE_CLOCK.due(at("9999-12-31T23:59Z"), HOUR),
            "out_of_range",
            id="a start in the year 9999 round the clock",
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "UTC", "US").due(at("2101-01-05T00:00Z"), HOUR),
            "no_holiday_data",
            id="a year after the holidays known",
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "UTC", "XECB").due(at("1998-01-05T00:00Z"), HOUR),
            "no_holiday_data",
            id="a year before the holidays known",
        ),
        pytest.param(
            lambda: compile_calendar(OFFICE, "UTC", "US").due(at("2100-12-31T16:30Z"), HOUR),
            "no_holiday_data",
            id="a target reaching into an unknown year",
        ),
        pytest.param(
            lambda: ROUND_THE_CLOCK.due(at("2026-01-01T00:00Z"), timedelta(days=9000)),
            "past_horizon",
            id="a target beyond the horizon",
        ),
        pytest.param(
            lambda: ROUND_THE_CLOCK.due(at("2026-01-01T00:00Z"), timedelta(0)), "not_positive", id="a target of nothing"
        ),
    ],
)
def test_what_cannot_be_counted_is_a_named_error(ask: Callable[[], object], reason: str) -> None:
    with pytest.raises(CalendarError) as caught:
        ask()
    assert caught.value.reason == reason
    assert caught.value.sentence


def test_the_last_known_year_counts_to_its_end_in_every_zone() -> None:
    calendar = compile_calendar(OFFICE, "Pacific/Auckland", "NZ")
    assert calendar.due(at("2100-12-30T09:00+13:00"), HOUR) == at("2100-12-30T10:00+13:00")


ZONES = [
    "Europe/Paris",
    "Africa/Cairo",
    "Asia/Amman",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/St_Johns",
    "Asia/Kathmandu",
]
CODES = ["none", "FR", "US", "XECB"]
WEEKS = [OFFICE, NIGHT, SMALL_HOURS, FIVE_DAYS]
calendars = st.builds(compile_calendar, st.sampled_from(WEEKS), st.sampled_from(ZONES), st.sampled_from(CODES))
instants = st.datetimes(datetime(2010, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
durations = st.timedeltas(timedelta(microseconds=1), timedelta(hours=60))


@given(calendars, instants, durations)
@settings(max_examples=150, deadline=None)
def test_elapsed_gives_back_what_due_used(calendar: BusinessCalendar, start: datetime, duration: timedelta) -> None:
    due = calendar.due(start, duration)
    assert calendar.elapsed(start, due) == duration
    assert calendar.elapsed(start, due - timedelta(microseconds=1)) < duration
    assert sum((high - low for low, high in calendar.spans(start, due)), timedelta(0)) == duration


@given(calendars, instants, durations, durations)
@settings(max_examples=100, deadline=None)
def test_more_time_and_later_starts_never_end_earlier(
    calendar: BusinessCalendar, start: datetime, duration: timedelta, more: timedelta
) -> None:
    due = calendar.due(start, duration)
    assert calendar.due(start, duration + more) > due
    assert calendar.due(start + more, duration) >= due
    assert calendar.due(due, more) == calendar.due(start, duration + more)


def _walked(calendar: BusinessCalendar, start: datetime, minutes: int) -> datetime:
    """Walk from minute to minute by the local clock alone."""
    zone = ZoneInfo(calendar.zone)
    days = (
        public_holidays.country_holidays(calendar.holidays, years=[2026, 2027]) if calendar.holidays != "none" else {}
    )
    instant = start
    while minutes:
        local = instant.astimezone(zone)
        minute = local.hour * 60 + local.minute
        hours = calendar.weekly[local.weekday()]
        minutes -= local.date() not in days and any(low <= minute < high for low, high in hours)
        instant += timedelta(minutes=1)
    return instant


@pytest.mark.parametrize("zone", ["Europe/Paris", "Australia/Lord_Howe", "Africa/Cairo", "America/St_Johns"])
@pytest.mark.parametrize(
    "hours", [OFFICE, NIGHT, SMALL_HOURS, FIVE_DAYS], ids=["office", "night", "small hours", "24x5"]
)
@pytest.mark.parametrize(
    "start", ["2026-03-27T16:07Z", "2026-10-23T23:30Z", "2026-12-24T13:00Z", "2026-04-03T00:01Z", "2026-10-28T20:00Z"]
)
def test_a_walk_from_minute_to_minute_agrees(
    zone: str, hours: tuple[tuple[tuple[int, int], ...], ...], start: str
) -> None:
    calendar = compile_calendar(hours, zone, "FR")
    for minutes in (1, 119, 601):
        assert calendar.due(at(start), timedelta(minutes=minutes)) == _walked(calendar, at(start), minutes)


def test_years_are_compiled_in_order_without_gap() -> None:
    calendar = compile_calendar(OFFICE, "Pacific/Apia")
    for low, high in pairwise(range(2009, 2014)):
        assert calendar._compiled(low).end == calendar._compiled(high).start
