"""Internal comments: seen by agents alone, refused where everybody would see them, and no cause for another look."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connector import time_source
from connector.errors import TrackerError
from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox
from connector.sites import Site
from connector.trackers.port import Tracker
from connector.trackers.registry import open_tracker
from tests.connector.trackers.answers import CLOUD, CLOUD_URL, DESK, DESK_URL
from tests.connector.trackers.conftest import Wire
from tests.connector.trackers.test_against_openapi import check
from tests.scenarios.flavours import CLOUD as CLOUD_BOX
from tests.scenarios.flavours import DATACENTER as DATACENTER_BOX
from tests.scenarios.flavours import ZENDESK as ZENDESK_BOX
from tests.scenarios.flavours import Box, Flavour
from tests.test_own_writes import looped

TEXT = "Due in 15 min.\nÀ répondre & <vite>"


@contextmanager
def opened(flavour: Flavour) -> Iterator[tuple[Box, Tracker]]:
    with serve(flavour.open(time_source.now)) as box:
        site = Site(name="acme", tracker=flavour.tracker, deployment=flavour.deployment, url=box.url, auth=flavour.auth)
        yield box, open_tracker(site, time_source.now)


FLAVOURS = [
    pytest.param(CLOUD_BOX, id="Jira Cloud"),
    pytest.param(DATACENTER_BOX, id="Jira Data Center"),
    pytest.param(ZENDESK_BOX, id="Zendesk"),
]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_comment_is_internal(flavour: Flavour) -> None:
    with opened(flavour) as (box, tracker):
        ticket = box.create()
        tracker.comment(ticket, TEXT)
        (read,) = tracker.fetch(ticket).comments
        assert not read.public
        assert read.author is not None


@pytest.mark.parametrize("flavour", FLAVOURS[:2])
def test_a_project_that_is_no_service_desk_is_refused_and_nothing_is_posted(flavour: Flavour) -> None:
    with opened(flavour) as (box, tracker):
        assert isinstance(box, JiraSandbox)
        ticket = box.create(project="DEV")
        with pytest.raises(TrackerError) as caught:
            tracker.comment(ticket, TEXT)
        assert (caught.value.reason, caught.value.retryable) == ("not_internal", False)
        assert "Nothing was posted" in caught.value.sentence
        assert tracker.fetch(ticket).comments == ()


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_ticket_that_is_gone_is_said_to_be(flavour: Flavour) -> None:
    with opened(flavour) as (box, tracker):
        ticket = box.create()
        box.delete(ticket)
        with pytest.raises(TrackerError) as caught:
            tracker.comment(ticket, TEXT)
        assert caught.value.gone
        assert (caught.value.status, caught.value.reason, caught.value.retryable) == (404, "gone", False)


def test_a_closed_zendesk_ticket_takes_no_comment_and_that_is_no_failure() -> None:
    with opened(ZENDESK_BOX) as (box, tracker):
        assert isinstance(box, ZendeskSandbox)
        ticket = box.create(fields={"status": "closed"})
        tracker.comment(ticket, TEXT)
        assert tracker.fetch(ticket).comments == ()


def test_the_service_desk_is_asked_for_an_internal_comment_in_one_request(wire: Wire) -> None:
    wire.answers("POST", f"{CLOUD_URL}/rest/servicedeskapi/request/10001/comment", {"public": False}, 201)
    wire.open(CLOUD).comment("10001", TEXT)
    (request,) = wire.sent()
    assert wire.body(request) == {"body": TEXT, "public": False}
    assert wire.methods == ["POST"], "it is counted under the site's rate"


def test_a_refusal_of_another_kind_stays_what_it_is(wire: Wire) -> None:
    wire.answers("POST", f"{CLOUD_URL}/rest/servicedeskapi/request/10001/comment", {}, 403)
    with pytest.raises(TrackerError) as caught:
        wire.open(CLOUD).comment("10001", TEXT)
    assert caught.value.reason == "forbidden"


def test_zendesk_knows_the_request(wire: Wire, shared_file: Callable[[str], Path]) -> None:
    wire.desk()
    wire.answers("PUT", f"{DESK_URL}/api/v2/tickets/5158", {})
    wire.open(DESK).comment("5158", TEXT)
    document = json.loads(shared_file("specs/zendesk-support.json").read_bytes())
    (request,) = wire.sent("PUT")
    check(document, request, Wire.path(request))
    assert wire.body(request) == {"ticket": {"comment": {"body": TEXT, "public": False}}}


@pytest.mark.end_to_end
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_an_own_comment_wakes_its_ticket_and_nothing_follows(flavour: Flavour, tmp_path: Path) -> None:
    with looped(flavour, tmp_path) as loop:
        ticket = loop.box.create(fields={"priority": flavour.priorities["urgent"]})
        loop.run()
        before, deliveries = loop.syncs, len(loop.box.sender.deliveries)
        site = loop.deps.sites["acme"]
        open_tracker(site, time_source.now).comment(ticket, TEXT)
        loop.run()
        assert len(loop.box.sender.deliveries) > deliveries, "the comment's own webhooks came"
        assert loop.syncs > before
        assert sum(bool(write.fields) for write in loop.box.log.writes(by="bot")) == 1, "the first sync's"
        requests = [one for one in loop.box.log.requests() if one.method in {"POST", "PUT"}]
        assert sum("comment" in one.path or '"comment"' in one.body for one in requests) == 1
