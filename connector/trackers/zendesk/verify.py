"""How a Zendesk proves itself: a signature over its timestamp and the raw body."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from connector.trackers import signing
from connector.trackers.port import Delivery
from connector.trackers.shapes import instant

OLDEST = timedelta(hours=1)
AHEAD = timedelta(minutes=5)

_PUBLIC_TEST_SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="  # noqa: S105  # known to everybody, so never accepted


def verify(delivery: Delivery, secrets: tuple[str, ...], now: datetime) -> bool:
    """Say whether the signature is right and its time within an hour ago and 5 minutes ahead. No secret: never."""
    stamp = signing.header(delivery.headers, "x-zendesk-webhook-signature-timestamp") or ""
    given = signing.header(delivery.headers, "x-zendesk-webhook-signature") or ""
    usable = tuple(secret for secret in secrets if secret and secret != _PUBLIC_TEST_SECRET)
    signed = signing.matches_any(given.strip(), [_signature(secret, stamp, delivery.body) for secret in usable])
    at = instant(stamp.strip())
    return signed and at is not None and now - OLDEST <= at <= now + AHEAD


def delivery_id(delivery: Delivery) -> str | None:
    """Give the id of the invocation, the same for all its attempts."""
    return signing.delivery_id(delivery.headers, "x-zendesk-webhook-invocation-id")


def _signature(secret: str, stamp: str, body: bytes) -> str:
    message = stamp.encode("utf-8", "surrogateescape") + body
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()
