"""Requests that a ticket can do without, where a site has no such list or keeps it from dueby's account."""

from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from connector.errors import TrackerError

T = TypeVar("T")

_NOT_FOR_US = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


def unless_refused(ask: Callable[[], T], otherwise: T) -> T:
    """Give what is asked for, or `otherwise` after a 403 or 404; any other fault is raised."""
    try:
        return ask()
    except TrackerError as error:
        if error.status in _NOT_FOR_US:
            return otherwise
        raise
