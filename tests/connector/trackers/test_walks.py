"""The walks over changed and open tickets: what they ask, page by page, and what they make of the answers."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest

from connector.errors import Scope as FaultScope
from connector.errors import TrackerError
from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.sites import Auth, Site
from connector.trackers import registry
from connector.trackers.jira import walk as jira_walk
from connector.trackers.port import Changed, Scope, Tracker
from tests.connector.trackers.answers import CLOUD, CLOUD_URL, DATACENTER, DC_URL, DESK, DESK_URL, NOW
from tests.connector.trackers.conftest import Wire

CLOUD_SEARCH = f"{CLOUD_URL}/rest/api/3/search/jql"
DC_SEARCH = f"{DC_URL}/rest/api/2/search"
EXPORT = f"{DESK_URL}/api/v2/incremental/tickets/cursor"
FOUND = f"{DESK_URL}/api/v2/search/export"
NO_PROJECT = {"errorMessages": ["The value 'GONE' does not exist for the field 'project'."], "errors": {}}


def issue(name: str, updated: str = "2026-11-23T12:50:00.000+0100") -> dict[str, Any]:
    return {"id": name, "key": f"SUP-{name}", "fields": {"updated": updated}}


def exported(name: int, **more: Any) -> dict[str, Any]:
    return {"id": name, "updated_at": "2026-11-23T11:50:00Z", "status": "open", **more}


def names(pages: Iterator[Any]) -> list[list[str]]:
    return [[changed.ticket for changed in page.tickets] for page in pages]


@pytest.mark.parametrize(
    ("since", "minutes"),
    [
        pytest.param(NOW, 5, id="now: the overlap alone"),
        pytest.param(NOW - timedelta(minutes=10), 15, id="ten minutes and the overlap"),
        pytest.param(NOW - timedelta(minutes=10, seconds=1), 16, id="a begun minute counts whole"),
        pytest.param(NOW - timedelta(days=3), 4325, id="three days"),
        pytest.param(NOW + timedelta(hours=1), 1, id="an instant to come: never less than a minute"),
    ],
)
def test_a_cloud_is_asked_for_a_distance_from_now(wire: Wire, since: datetime, minutes: int) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("10001")], "isLast": True})
    pages = list(wire.open(CLOUD).changed_since(since, None, Scope(("OKTA", "Sup port"))))
    assert [page.tickets for page in pages] == [(Changed("10001", datetime(2026, 11, 23, 11, 50, tzinfo=UTC)),)]
    assert pages[-1].cursor is None
    [asked] = wire.sent("GET")
    assert wire.query(asked) == {
        "jql": '(project in ("OKTA", "Sup port") OR cf[10101] is not EMPTY) '
        f'AND updated >= "-{minutes}m" ORDER BY updated ASC',
        "fields": "updated",
        "maxResults": "500",
    }


def test_without_projects_all_of_a_cloud_is_walked(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [], "isLast": True})
    list(wire.open(CLOUD).changed_since(NOW, None, Scope()))
    assert wire.query(wire.sent("GET")[0])["jql"] == 'updated >= "-5m" ORDER BY updated ASC'


@pytest.mark.parametrize(
    ("project", "written"),
    [
        pytest.param('A" OR "B', r'"A\" OR \"B"', id="quotes stay inside"),
        pytest.param("A\\", r'"A\\"', id="a backslash at the end"),
        pytest.param("A\nB", '"A B"', id="a line's end"),
        pytest.param("Équipe (Paris)", '"Équipe (Paris)"', id="brackets and accents"),
    ],
)
def test_what_a_mapping_names_stays_one_value(wire: Wire, project: str, written: str) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [], "isLast": True})
    list(wire.open(CLOUD).open_tickets(Scope((project,))))
    asked = wire.query(wire.sent("GET")[0])["jql"]
    assert asked == f"project in ({written}) AND statusCategory != Done ORDER BY created ASC"


def test_a_cloud_goes_on_by_its_token_with_the_same_words(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("1")], "nextPageToken": "t1"})
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("2")], "nextPageToken": "t2"})
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("3")], "isLast": True})
    first = next(wire.open(CLOUD).changed_since(NOW - timedelta(minutes=1), None, Scope(("OKTA",))))
    assert len(wire.sent("GET")) == 1, "a page is asked for when it is wanted"
    rest = wire.open(CLOUD).changed_since(NOW - timedelta(days=9), first.cursor, Scope(("OKTA",)))
    assert names(rest) == [["2"], ["3"]]
    asked = [wire.query(one) for one in wire.sent("GET")]
    assert [one.get("nextPageToken") for one in asked] == [None, "t1", "t2"]
    assert len({one["jql"] for one in asked}) == 1


def test_a_token_that_stays_the_same_is_no_endless_walk(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("1")], "nextPageToken": "t1"})
    with pytest.raises(TrackerError) as raised:
        list(wire.open(CLOUD).changed_since(NOW, None, Scope()))
    assert raised.value.reason == "bad_answer"


def test_one_project_that_is_not_there_hides_no_other(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, NO_PROJECT, 400)
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("7")], "isLast": True})
    wire.answers("GET", CLOUD_SEARCH, NO_PROJECT, 400)
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("8")], "isLast": True})
    found = names(wire.open(CLOUD).changed_since(NOW, None, Scope(("GONE", "SUP"))))
    assert list(itertools.chain(*found)) == ["7", "8"]
    asked = [wire.query(one)["jql"].partition(" AND ")[0] for one in wire.sent("GET")]
    assert asked[1:] == ["cf[10101] is not EMPTY", 'project in ("GONE")', 'project in ("SUP")']


def test_where_no_project_is_there_the_walk_fails(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, NO_PROJECT, 400)
    with pytest.raises(TrackerError) as raised:
        list(wire.open(CLOUD).changed_since(NOW, None, Scope(("GONE",))))
    assert (raised.value.status, raised.value.retryable) == (400, False)
    assert "GONE" in raised.value.sentence


def test_a_data_center_repeats_some_and_ends_at_its_total(wire: Wire) -> None:
    first = [issue(str(number)) for number in range(1, 101)]
    wire.answers("GET", DC_SEARCH, {"issues": first, "total": 130, "startAt": 0})
    wire.answers("GET", DC_SEARCH, {"issues": first[80:] + [issue(str(n)) for n in range(101, 131)], "total": 130})
    found = names(wire.open(DATACENTER).changed_since(NOW, None, Scope(("SUP",))))
    assert {*itertools.chain(*found)} == {str(number) for number in range(1, 131)}
    assert [wire.query(one)["startAt"] for one in wire.sent("GET")] == ["0", "80"]


def test_a_data_centers_tickets_that_moved_up_are_gone_back_for(wire: Wire) -> None:
    tickets = [issue(str(number)) for number in range(1, 201)]
    moved = tickets[60:] + tickets[:60]  # sixty were updated between the two requests: they are the last ones now
    wire.answers("GET", DC_SEARCH, {"issues": tickets[:100], "total": 200, "startAt": 0})
    wire.answers("GET", DC_SEARCH, {"issues": moved[80:180], "total": 200, "startAt": 80})
    wire.answers("GET", DC_SEARCH, {"issues": moved[:200], "total": 200, "startAt": 0})
    found = names(wire.open(DATACENTER).changed_since(NOW, None, Scope(("SUP",))))
    assert {*itertools.chain(*found)} == {str(number) for number in range(1, 201)}
    assert [wire.query(one)["startAt"] for one in wire.sent("GET")] == ["0", "80", "0"]


@pytest.mark.parametrize(
    ("since", "start"),
    [
        pytest.param(NOW - timedelta(minutes=10), NOW - timedelta(minutes=15), id="with the overlap"),
        pytest.param(NOW, NOW - timedelta(minutes=5), id="now"),
        pytest.param(NOW + timedelta(minutes=30), NOW - timedelta(seconds=61), id="never within the last minute"),
    ],
)
def test_a_zendesk_is_asked_from_an_instant_that_is_old_enough(wire: Wire, since: datetime, start: datetime) -> None:
    wire.desk()
    wire.answers("GET", EXPORT, {"tickets": [], "after_cursor": "c1", "end_of_stream": True})
    [page] = wire.open(DESK).changed_since(since, None, Scope())
    assert page.cursor == "c1", "the next walk goes on there"
    assert wire.query(wire.sent("GET", "cursor")[0])["start_time"] == str(int(start.timestamp()))


def test_a_zendesk_goes_on_from_its_cursor_to_the_end_of_the_stream(wire: Wire) -> None:
    wire.desk()
    wire.answers("GET", EXPORT, {"tickets": [exported(1)], "after_cursor": "c1", "end_of_stream": False})
    wire.answers("GET", EXPORT, {"tickets": [exported(1), exported(2)], "after_cursor": "c2", "end_of_stream": True})
    pages = list(wire.open(DESK).changed_since(NOW, "c0", Scope()))
    assert names(iter(pages)) == [["1"], ["1", "2"]]
    assert [page.cursor for page in pages] == ["c1", "c2"]
    assert [wire.query(one)["cursor"] for one in wire.sent("GET", "cursor")] == ["c0", "c1"]


def test_a_zendesks_page_tells_what_mappings_match(wire: Wire) -> None:
    wire.desk()
    body = {
        "tickets": [
            exported(1, brand_id=72, group_id=5, ticket_form_id=6, organization_id=None, tags=["vip"]),
            exported(2, brand_id=73, group_id=9, status="deleted"),
        ],
        "groups": [{"id": 5, "name": "Tier 1"}],
        "ticket_forms": [{"id": 6, "name": "Default"}],
        "after_cursor": "c",
        "end_of_stream": True,
    }
    wire.answers("GET", EXPORT, body)
    [page] = wire.open(DESK).changed_since(NOW, None, Scope())
    first, second = page.tickets
    assert first.traits == {
        "brand": (("Acme Help", "72"),),
        "group": (("Tier 1", "5"),),
        "form": (("Default", "6"),),
        "organization": (),
        "tags": (("vip",),),
    }
    assert not first.deleted
    assert second.deleted
    assert "group" not in second.traits, "an id without a name may be anything"
    assert "tags" not in second.traits


def test_a_zendesk_that_lets_no_agent_walk_says_which_right_is_missing(wire: Wire) -> None:
    wire.desk()
    wire.answers("GET", EXPORT, {"error": "Forbidden"}, 403)
    with pytest.raises(TrackerError) as raised:
        list(wire.open(DESK).changed_since(NOW, None, Scope()))
    assert raised.value.reason == "forbidden"
    assert not raised.value.retryable
    assert "administrator" in raised.value.sentence


def test_the_exports_own_limit_does_not_stop_the_site(wire: Wire) -> None:
    wire.desk()
    wire.answers("GET", EXPORT, {"error": "APIRateLimitExceeded"}, 429, **{"Retry-After": "33"})
    with pytest.raises(TrackerError) as raised:
        list(wire.open(DESK).changed_since(NOW, None, Scope()))
    assert (raised.value.scope, raised.value.retry_after) == (FaultScope.TICKET, timedelta(seconds=33))


def test_a_zendesks_open_tickets_come_from_the_searchs_export(wire: Wire) -> None:
    wire.desk()
    page = {"results": [exported(1)], "meta": {"has_more": True, "after_cursor": "a1"}}
    wire.answers("GET", FOUND, page)
    wire.answers("GET", FOUND, {"results": [exported(2)], "meta": {"has_more": False, "after_cursor": "a2"}})
    first = next(wire.open(DESK).open_tickets(Scope()))
    assert first.cursor == "a1"
    assert names(wire.open(DESK).open_tickets(Scope(), first.cursor)) == [["2"]]
    asked = [wire.query(one) for one in wire.sent("GET", "export")]
    assert asked[0] == {"query": "status<solved", "filter[type]": "ticket", "page[size]": "100"}
    assert asked[1]["page[after]"] == "a1"


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest) -> Iterator[tuple[JiraSandbox, Tracker]]:
    now = [NOW]
    with serve(JiraSandbox(request.param, now=lambda: now[0], timezone="Asia/Tokyo")) as box:
        auth = Auth(user="bot@acme.example", token="sandbox-token")
        if request.param == "datacenter":
            auth = Auth(bearer="sandbox-pat")
        site = Site(
            name="acme", tracker="jira", url=box.url, deployment=request.param, auth=auth,
            fields={"state": "customfield_10101"},
        )  # fmt: skip
        yield box, registry.open_tracker(site, lambda: NOW)


@pytest.fixture
def desk() -> Iterator[tuple[ZendeskSandbox, Tracker]]:
    with serve(ZendeskSandbox(now=lambda: NOW)) as box:
        auth = Auth(user="bot@acme.example", token="sandbox-token")
        site = Site(name="help", tracker="zendesk", url=box.url, auth=auth)
        yield box, registry.open_tracker(site, lambda: NOW)


def walked(pages: Iterator[Any]) -> set[str]:
    return {changed.ticket for page in pages for changed in page.tickets}


def test_a_sandbox_jira_is_walked(jira: tuple[JiraSandbox, Tracker], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jira_walk, "PAGE", 25)
    box, tracker = jira
    box.add_project("OTHER")
    minutes = [NOW - timedelta(minutes=ago) for ago in range(60)]
    made = [box.create(at=at) for at in minutes]
    ended = box.create(at=NOW - timedelta(days=2), fields={"status": "Done"})
    elsewhere = box.create(project="OTHER", at=NOW)
    moved = box.create(at=NOW - timedelta(minutes=3))
    box.change(moved, fields={"customfield_10101": "running"}, at=NOW - timedelta(minutes=2))
    box.move(moved, "OTHER", at=NOW - timedelta(minutes=1))
    since = NOW - timedelta(minutes=30)
    found = walked(tracker.changed_since(since, None, Scope(("SUP", "GONE"))))
    assert found == {*made[:36], moved}, "thirty minutes and an overlap of five; what dueby filled is followed"
    assert walked(tracker.changed_since(since, None, Scope())) == {*made[:36], moved, elsewhere}
    assert walked(tracker.open_tickets(Scope(("SUP",)))) == {*made}
    assert ended not in found
    assert not [one for one in box.log.requests() if re.search(r"/rest/api/3/search\Z", one.path)]


@pytest.mark.parametrize("pause", [timedelta(minutes=2), timedelta(minutes=12), timedelta(hours=3)], ids=str)
@pytest.mark.parametrize("deployment", ["cloud", "datacenter"])
def test_a_walk_that_rests_passes_over_nothing(
    deployment: Literal["cloud", "datacenter"], pause: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jira_walk, "PAGE", 25)
    at = [NOW]
    with serve(JiraSandbox(deployment, now=lambda: at[0])) as box:
        auth = Auth(user="bot@acme.example", token="sandbox-token")
        auth = auth if deployment == "cloud" else Auth(bearer="sandbox-pat")
        site = Site(name="acme", tracker="jira", url=box.url, deployment=deployment, auth=auth)
        tracker = registry.open_tracker(site, lambda: at[0])
        made = {box.create(at=NOW - timedelta(seconds=30 + 60 * ago)) for ago in range(90)}
        since = NOW - timedelta(minutes=90)
        seen, cursor = set(), None
        for _ in range(20):
            page = next(tracker.changed_since(since, cursor, Scope(("SUP",))))
            seen |= {changed.ticket for changed in page.tickets}
            cursor = page.cursor
            if cursor is None:
                break
            at[0] += pause
    assert cursor is None
    assert seen == made


def test_a_place_that_cannot_be_read_is_none(wire: Wire) -> None:
    wire.answers("GET", CLOUD_SEARCH, {"issues": [issue("1")], "isLast": True})
    assert names(wire.open(CLOUD).changed_since(NOW, '{"rest": "of another version"}', Scope())) == [["1"]]


def test_what_the_search_does_not_know_yet_is_found_by_the_overlap(jira: tuple[JiraSandbox, Tracker]) -> None:
    box, tracker = jira
    box.search_lag = timedelta(minutes=2)
    ticket = box.create(at=NOW - timedelta(minutes=1))
    assert walked(tracker.changed_since(NOW - timedelta(minutes=10), None, Scope(("SUP",)))) == set()
    box.search_lag = timedelta()
    assert walked(tracker.changed_since(NOW, None, Scope(("SUP",)))) == {ticket}


def test_a_sandbox_zendesk_is_walked(desk: tuple[ZendeskSandbox, Tracker]) -> None:
    box, tracker = desk
    old = box.create(at=NOW - timedelta(days=1))
    fresh = box.create(at=NOW - timedelta(minutes=5))
    latest = box.create(at=NOW - timedelta(seconds=10))
    solved = box.create(at=NOW - timedelta(minutes=4), fields={"status": "solved"})
    deleted = box.create(at=NOW - timedelta(minutes=3))
    box.delete(deleted, at=NOW - timedelta(minutes=2))
    pages = list(tracker.changed_since(NOW - timedelta(minutes=10), None, Scope()))
    assert walked(iter(pages)) == {fresh, solved, deleted}, "the last minute is left to the next walk"
    gone = [changed.ticket for page in pages for changed in page.tickets if changed.deleted]
    assert gone == [deleted]
    assert walked(tracker.open_tickets(Scope())) == {old, fresh, latest}


def test_an_agent_may_not_walk_a_sandbox_zendesk(desk: tuple[ZendeskSandbox, Tracker]) -> None:
    box, tracker = desk
    box.site.users["bot"].role = "agent"
    with pytest.raises(TrackerError, match="administrator"):
        list(tracker.changed_since(NOW, None, Scope()))
