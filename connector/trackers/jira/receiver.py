"""Jira's receiver: this module itself fulfils `connector.trackers.port.Receiver`."""

from connector.trackers.jira.parse import parse
from connector.trackers.jira.verify import delivery_id, verify

__all__ = ["delivery_id", "parse", "verify"]
