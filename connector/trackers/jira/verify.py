"""How a Jira proves itself: a signature over the raw body, or a shared secret where it cannot sign."""

import hashlib
import hmac
from datetime import datetime

from connector.trackers import signing
from connector.trackers.port import Delivery

METHODS = ("sha256", "sha384", "sha512")


def verify(delivery: Delivery, secrets: tuple[str, ...], now: datetime) -> bool:  # noqa: ARG001  # Jira signs no time
    """Say whether the signature, or where there is none the secret, is right. No secret configured: never."""
    usable = tuple(filter(None, secrets))
    signature = signing.header(delivery.headers, "x-hub-signature")
    if signature is not None:
        return _signed(delivery.body, signature, usable)
    given = signing.header(delivery.headers, "x-dueby-secret") or delivery.query.get("secret", "")
    return signing.matches_any(given, usable)


def delivery_id(delivery: Delivery) -> str | None:
    """Give the id that stays the same when Jira Cloud delivers again."""
    return signing.delivery_id(delivery.headers, "x-atlassian-webhook-identifier")


def _signed(body: bytes, signature: str, secrets: tuple[str, ...]) -> bool:
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in METHODS:
        return False
    expected = [hmac.new(secret.encode(), body, getattr(hashlib, method.lower())).hexdigest() for secret in secrets]
    return signing.matches_any(digest.lower(), expected)
