"""Who sent a request to a sandbox Zendesk: an OAuth token, or the legacy API token."""

import base64
import binascii
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connector.sandbox.calls import Answer, RefusedError
from connector.sandbox.zendesk.model import Grant, Site, User

UNKNOWN = Answer(401, {"error": "Couldn't authenticate you"}, {"WWW-Authenticate": 'Basic realm="Web Password"'})
STALE = Answer(
    401,
    {
        "error": "invalid_token",
        "error_description": "The access token provided is expired, revoked, malformed or invalid for other reasons.",
    },
    {"WWW-Authenticate": 'Bearer realm="Zendesk"'},
)


def who_sent(site: Site, headers: Mapping[str, str], now: datetime) -> User:
    """Find the account that a request's credentials belong to; 401 for wrong, missing or expired ones."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        grant = site.grants.get(given)
        if grant is None or (grant.expires_at is not None and grant.expires_at <= now):
            raise RefusedError(STALE)
        return site.users[grant.handle]
    if scheme.lower() == "basic" and (user := _legacy(site, given)):
        return user
    raise RefusedError(UNKNOWN)


def _legacy(site: Site, given: str) -> User | None:
    try:
        name, _, token = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    for user in site.users.values():
        if user.token is not None and name == f"{user.email}/token" and token == user.token:
            return user
    return None


def grant_token(site: Site, wanted: Mapping[str, Any], now: datetime, lifetime: timedelta | None) -> Answer:
    """Answer a client's request for a token (grant type client_credentials)."""
    if wanted.get("grant_type") != "client_credentials":
        return _refused(400, "unsupported_grant_type", "The authorization grant type is not supported.")
    secret, handle = site.clients.get(str(wanted.get("client_id")), (None, ""))
    if secret is None or secret != wanted.get("client_secret"):
        return _refused(401, "invalid_client", "Client authentication failed.")
    token = secrets.token_hex(20)
    site.grants[token] = Grant(handle=handle, expires_at=now + lifetime if lifetime else None)
    seconds = int(lifetime.total_seconds()) if lifetime else None
    scope = wanted.get("scope", "read write")
    return Answer(200, {"access_token": token, "token_type": "bearer", "scope": scope, "expires_in": seconds})


def _refused(status: int, error: str, sentence: str) -> Answer:
    return Answer(status, {"error": error, "error_description": sentence})
