"""The webhook receiver: verify, read, store the hint in one transaction, answer. A webhook is a hint, never a fact."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Request, Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from connector.sites import Site
from connector.store.engine import StoreAway
from connector.trackers.port import Delivery, Hint, Ignored, Receiver, Unreadable
from connector.trackers.registry import receiver_for
from connector.web.fate import NO_SITE, NOT_SIGNED, TOO_LARGE, Fate, accepted, away, ignored, unreadable
from connector.web.payload import PayloadError, read_payload
from policies.model import TicketRef

LONGEST_BODY = 10 * 1024 * 1024
_LONGEST_REST = 64 * 1024 * 1024
"""What is read of a body that nobody wants: a sender that is hung up on while it still sends never sees the answer."""

_CHUNK = 64 * 1024
_LONGEST_NAME = 200  # of a ticket or a delivery, as the store keeps them
_log = structlog.get_logger("dueby.web")

Store = Callable[[TicketRef, Hint, str | None, datetime], bool]
"""Store a hint and its delivery's id in one transaction; False for a delivery that is stored already."""


@dataclass(frozen=True, slots=True)
class Webhooks:
    """The view for webhooks and what it needs."""

    sites: Mapping[str, Site]
    store: Store
    feed: Callable[[str], None]
    now: Callable[[], datetime]

    def receive(self, tracker: str, site: str) -> Response:
        """Answer one webhook and log one line about it; the query string never leaves this request."""
        started = time.perf_counter()
        try:
            fate = self._judge(tracker, site)
        except Exception:  # noqa: BLE001  # a request's door: a tracker that gets a 500 would not come again
            _log.exception("webhook_failed", tracker=tracker, site=site[:_LONGEST_NAME])
            fate = away("dueby failed on this webhook; the log of the web process says why.")
        if fate in {NO_SITE, TOO_LARGE}:
            _read_rest(request)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        _log.info(
            "webhook",
            tracker=tracker,
            site=site[:_LONGEST_NAME],
            fate=fate.status,
            reason=fate.reason,
            ticket=fate.ticket,
            http=int(fate.http),
            ms=milliseconds,
        )
        return fate.response()

    def _judge(self, tracker: str, name: str) -> Fate:
        site = self.sites.get(name)
        if site is None or site.tracker != tracker:
            return NO_SITE
        try:
            delivery = _delivery(request)
        except RequestEntityTooLarge:
            return TOO_LARGE
        except Exception:  # noqa: BLE001  # a server's errors for a body cut off or badly chunked have no common base
            return unreadable("The body could not be read to its end.")
        if len(delivery.body) > LONGEST_BODY:
            return TOO_LARGE
        receiver = receiver_for(site.tracker)
        if not site.webhook_secrets or not receiver.verify(delivery, site.webhook_secrets, self.now()):
            return NOT_SIGNED
        return self._read(site, receiver, delivery)

    def _read(self, site: Site, receiver: Receiver, delivery: Delivery) -> Fate:
        try:
            read = receiver.parse(read_payload(delivery.body), tuple(site.fields.values()))
        except PayloadError as error:
            return unreadable(str(error))
        if isinstance(read, Ignored):
            return ignored(read.reason)
        if isinstance(read, Unreadable):
            return unreadable(read.sentence)
        if not _is_name(read.ticket):
            return unreadable("The event's ticket has a name that no ticket can have.")
        return self._stored(site, read, receiver.delivery_id(delivery))

    def _stored(self, site: Site, hint: Hint, delivery_id: str | None) -> Fate:
        try:
            new = self.store(TicketRef(site.name, hint.ticket), hint, delivery_id, self.now())
        except (StoreAway, SQLAlchemyError) as error:
            _log.error("store_away", error=_first_line(error))
            return away("The event could not be stored; send it again.", hint.ticket)
        if not new:
            return ignored("duplicate", hint.ticket)
        self.feed(site.name)
        return accepted(hint.ticket)


def _delivery(incoming: Request) -> Delivery:
    body = incoming.get_data(cache=False)
    query = incoming.args.to_dict() if incoming.query_string else {}
    headers = {
        name[5:].replace("_", "-").lower(): text for name, text in incoming.environ.items() if name[:5] == "HTTP_"
    }
    return Delivery(body, headers, query)


def _read_rest(incoming: Request) -> None:
    left = _LONGEST_REST
    if (incoming.content_length or 0) > left:
        return
    with suppress(Exception):  # cut off or badly chunked: nobody is there to be told
        while left > 0 and (chunk := incoming.environ["wsgi.input"].read(_CHUNK)):
            left -= len(chunk)


def _is_name(ticket: str) -> bool:
    return 0 < len(ticket) <= _LONGEST_NAME and ticket.isprintable()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
