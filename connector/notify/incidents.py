"""Incidents of PagerDuty and Opsgenie: each notice opens one by its own key, and at the stand-down it is resolved."""

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests

from connector.config.variables import fill
from connector.notify.apprised import GATEWAYS, schema_of
from policies.escalation_schema import Channel
from policies.model import TicketRef
from policies.notices import Notice

if TYPE_CHECKING:  # importing it takes a while: only those who send do
    from apprise import NotifyBase

_PAGERDUTY, _OPSGENIE = "pagerduty", "opsgenie"


def notice_key(ref: TicketRef, notice: Notice) -> str:
    """Return a notice's own key: the same for a repeated send, another for a repetition or another due time."""
    named = (ref.site, ref.id, notice.metric, notice.start_at.isoformat(), notice.due_at.isoformat())
    whole = "\n".join((*named, notice.step, notice.channel, str(notice.repetition)))
    return f"dueby-{sha256(whole.encode()).hexdigest()[:32]}"


def opens_incidents(channel: Channel, environ: Mapping[str, str]) -> bool:
    """Say whether a channel opens incidents that are to be resolved."""
    address, _ = fill(channel.url or "", environ, "")
    return str(address).partition("://")[0].strip().lower() in {_PAGERDUTY, _OPSGENIE}


def carry(service: "NotifyBase", key: str) -> None:
    """Let what a service sends open the incident of a key, and let a message that is too long still arrive."""
    from apprise import OverflowMode  # noqa: PLC0415  # slow to import

    plugin: Any = service
    mode = OverflowMode.UPSTREAM if schema_of(service) in GATEWAYS else OverflowMode.SPLIT
    if service.schema == _PAGERDUTY:
        plugin.dedup, plugin.action, mode = key, "trigger", OverflowMode.TRUNCATE
    elif service.schema == _OPSGENIE:
        plugin.alias, plugin.action, mode = key, "new", OverflowMode.TRUNCATE
        plugin.batch_size = plugin.default_batch_size  # a second request under one alias reaches nobody
    if service.overflow_mode is OverflowMode.UPSTREAM:
        service.overflow_mode = mode


def resolved(service: "NotifyBase", key: str) -> bool:
    """Resolve the incident of a key; say whether the service took it."""
    plugin: Any = service
    if service.schema == _OPSGENIE:
        return _closed(plugin, key)
    plugin.dedup, plugin.action = key, "resolve"
    return bool(service.notify(body="over", title=""))


def _closed(plugin: Any, key: str) -> bool:
    """Close an alert by its alias: Apprise closes only what the same process opened, by the id of that request."""
    from apprise.plugins.opsgenie import OPSGENIE_API_LOOKUP  # noqa: PLC0415  # slow to import

    address = f"{OPSGENIE_API_LOOKUP[plugin.region_name]}/{quote(key, safe='')}/close"
    took, _ = plugin._fetch(requests.post, address, {"source": "dueby"}, {"identifierType": "alias"})  # noqa: SLF001  # its headers and timeouts
    return bool(took)
