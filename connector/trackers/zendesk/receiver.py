"""Zendesk's receiver: this module itself fulfils `connector.trackers.port.Receiver`."""

from connector.trackers.zendesk.parse import parse
from connector.trackers.zendesk.verify import delivery_id, verify

__all__ = ["delivery_id", "parse", "verify"]
