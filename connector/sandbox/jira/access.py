"""Who sent a request to a sandbox Jira: basic with an API token, or bearer."""

import base64
import binascii
from collections.abc import Mapping

from connector.sandbox.calls import Answer, RefusedError
from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.model import User

UNKNOWN = Answer(
    401,
    {"message": "Client must be authenticated to access this resource.", "status-code": 401},
    {"WWW-Authenticate": 'OAuth realm="sandbox"', "X-Seraph-LoginReason": "AUTHENTICATED_FAILED"},
)


def who_sent(site: Site, headers: Mapping[str, str], *, basic: bool) -> User:
    """Find the account that a request's credentials belong to; 401 for wrong or missing ones."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    for user in site.users.values():
        if scheme.lower() == "bearer" and user.bearer is not None and given == user.bearer:
            return user
        if scheme.lower() == "basic" and basic and user.token is not None and _fits(given, user):
            return user
    raise RefusedError(UNKNOWN)


def _fits(given: str, user: User) -> bool:
    try:
        name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return name in (user.email, user.handle) and token == user.token
