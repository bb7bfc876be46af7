"""The channels of the mappings in force, read from SQL alone: a broken policy file must silence nobody."""

from collections.abc import Mapping
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy import Connection

from connector.store.mappings import current_mappings, mappings_version
from policies.escalation_schema import Channel
from policies.faults import FaultsError
from policies.yaml12 import read_yaml

_log = structlog.get_logger(__name__)


class Channels:
    """Give the channels by name, read anew only where another version of the mappings is in force."""

    def __init__(self) -> None:
        self._version = 0
        self._channels: Mapping[str, Channel] = {}

    def by_name(self, conn: Connection) -> Mapping[str, Channel]:
        """Return the channels in force; the last good ones where the document can't be read."""
        version = mappings_version(conn)
        if version != self._version:
            stored = current_mappings(conn)
            self._channels = self._read(stored.text) if stored else {}
            self._version = version
        return self._channels

    def _read(self, text: str) -> Mapping[str, Channel]:
        try:
            return channels_in(text)
        except FaultsError as error:
            _log.error("mappings_broken", faults=[str(fault) for fault in error.faults])
            return self._channels


def channels_in(text: str) -> Mapping[str, Channel]:
    """Read the channels of a mappings document, leaving out those that are faulty. Raise FaultsError for no YAML."""
    document = read_yaml(text, "mappings")
    entries = document.get("channels") if isinstance(document, dict) else None
    read = [_channel(entry) for entry in (entries if isinstance(entries, list) else [])]
    return {channel.name: channel for channel in read if channel}


def _channel(entry: Any) -> Channel | None:
    try:
        return Channel.model_validate(entry)
    except ValidationError:
        return None  # `apply` refuses such; its notices fail and say that there is no such channel
