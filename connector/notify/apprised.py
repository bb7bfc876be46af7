"""Apprise, kept on a short lead: no retries or redirects of its own, and not a word of an address in any log."""

import logging
from collections.abc import Mapping
from functools import cache
from shlex import quote
from typing import TYPE_CHECKING, Any

from connector.config.variables import fill
from policies.escalation_schema import Channel

if TYPE_CHECKING:  # importing it takes a while: only those who send do
    from apprise import AppriseAsset, NotifyBase

TIMEOUT = (4.0, 10.0)
"""Seconds to connect, and seconds without a byte."""

_LONGEST_PAUSE = 0.5
"""Seconds between the pieces of a message that a service takes only in pieces."""

GATEWAYS = ("json", "jsons", "xml", "xmls", "form", "forms")
"""What programs read: whole, and plain text unless the address asks for a format."""

_LOUD = ("apprise", "urllib3", "requests")


class ChannelError(Exception):
    """A channel can't be used as it is configured; the sentence names it, never its address."""


def open_service(channel: Channel, environ: Mapping[str, str]) -> "NotifyBase":
    """Return Apprise's service behind a channel's address. Raise ChannelError."""
    from apprise import Apprise  # noqa: PLC0415  # slow to import

    service = Apprise.instantiate(_address(channel, environ), asset=_asset())
    if service is None:
        raise ChannelError(
            f"Channel {channel.name!r}: Apprise makes no sense of its address. Compare it with Apprise's page about "
            f"that service, correct it, and try it with `dueby channels test {quote(channel.name)}`."
        )
    service.retry = 0
    service.socket_connect_timeout, service.socket_read_timeout = TIMEOUT
    service.request_rate_per_sec = min(service.request_rate_per_sec, _LONGEST_PAUSE)
    return service


def schema_of(service: "NotifyBase") -> str:
    """Return the word that an address of this service begins with."""
    return str(service.schema)


def wants_marks(service: "NotifyBase") -> bool:
    """Say whether a service shows Markdown, or HTML made of it, better than plain text."""
    wanted = None if schema_of(service) in GATEWAYS else "markdown"
    return service.resolve_format(wanted).value != "text"


def quieten() -> None:
    """Let no library write an address, a host or a token into this process's log."""
    for name in _LOUD:
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
    logging.getLogger("apprise").setLevel(logging.DEBUG)  # each send reads there what went wrong


@cache
def _asset() -> "AppriseAsset":
    from apprise import AppriseAsset  # noqa: PLC0415  # slow to import

    quieten()
    given: dict[str, Any] = {"app_id": "dueby", "app_desc": "dueby", "async_mode": False, "http_redirects": False}
    return AppriseAsset(**given, service_timeout=0, allow_templates=False, result_log_disk_size=0)


def _address(channel: Channel, environ: Mapping[str, str]) -> str:
    filled, faults = fill(channel.url or "", environ, "mappings")
    if faults:
        raise ChannelError(
            f"Channel {channel.name!r}: {faults[0].problem}, expected {faults[0].expected} of the notifier."
        )
    return str(filled)
