"""What both trackers' receivers share: headers without case, secrets compared in constant time, delivery ids."""

import hmac
from collections.abc import Iterable, Mapping

LONGEST_ID = 255


def header(headers: Mapping[str, str], name: str) -> str | None:
    """Give a header's value whatever its case."""
    return next((value for key, value in headers.items() if key.lower() == name), None)


def matches_any(given: str, expected: Iterable[str]) -> bool:
    """Say whether a text is one of those expected; every one is compared, each in constant time."""
    found = False
    for one in expected:
        found |= hmac.compare_digest(given.encode("utf-8", "surrogatepass"), one.encode("utf-8", "surrogatepass"))
    return found


def delivery_id(headers: Mapping[str, str], name: str) -> str | None:
    """Give a delivery's id from its header; None where it is absent, empty or longer than 255 characters."""
    value = (header(headers, name) or "").strip()
    return value if value and len(value) <= LONGEST_ID else None
