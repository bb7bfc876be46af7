"""All kinds of trackers in one place: URLs, commands, checks and the contract tests walk over it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from connector.sites import Site
from connector.trackers.guard import BeforeRequest
from connector.trackers.jira import receiver as jira_receiver
from connector.trackers.jira.site import JiraSite
from connector.trackers.port import Receiver, Tracker
from connector.trackers.zendesk import receiver as zendesk_receiver
from connector.trackers.zendesk.site import ZendeskSite
from connector.trackers.zendesk.walk import PAGES_A_MINUTE


class Opener(Protocol):
    """Make a tracker for one site; nothing is sent before its first use."""

    def __call__(self, site: Site, now: Callable[[], datetime], before_request: BeforeRequest | None) -> Tracker:
        """Open the site's tracker."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of tracker: how its webhooks are received, how a site of it is opened, how fast it may be walked.

    `pages_a_minute`: the most pages of changed tickets, where there is such a limit.
    """

    receiver: Receiver
    open: Opener
    pages_a_minute: int | None = None


KINDS: Mapping[str, Kind] = {
    "jira": Kind(jira_receiver, JiraSite),
    "zendesk": Kind(zendesk_receiver, ZendeskSite, PAGES_A_MINUTE),
}


def receiver_for(tracker: str) -> Receiver:
    """Give the receiver of a kind of tracker; KeyError for a kind that does not exist."""
    return KINDS[tracker].receiver


def open_tracker(
    site: Site, now: Callable[[], datetime], before_request: Callable[[str], None] | None = None
) -> Tracker:
    """Open a site's tracker. `before_request` is called with the method ("GET", "PUT", ...) before each request.

    Keep what is returned: it holds the connection, the access token and what the site was asked once. It belongs to the
    process that opened it.
    """
    return KINDS[site.tracker].open(site, now, before_request)
