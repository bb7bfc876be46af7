"""Sort a tracker's answers into faults: what is wrong, whether a retry helps, and what a person should do."""

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from requests import Response

from connector.errors import UNAUTHORIZED, Scope, TrackerError
from connector.trackers.shapes import Json, record, records, word, words

_NOT_FOUND = "not_found"
LONGEST_WAIT = timedelta(days=1)
_SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)
_SAID = 200


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """Read a Retry-After in seconds or as an HTTP date; never negative, at most a day; None for anything else."""
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return min(timedelta(seconds=math.ceil(float(text))), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(text)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(wait, timedelta()), LONGEST_WAIT)


def body_of(response: Response) -> Json:
    """Give the JSON object of an answer, or an empty one."""
    try:
        return record(response.json())
    except (ValueError, RecursionError):
        return {}


def said(response: Response) -> str:
    """Give what the tracker itself says about a fault, as one short line."""
    body = body_of(response)
    details = [
        word(detail.get("description")) for found in record(body.get("details")).values() for detail in records(found)
    ]
    messages = body.get("errorMessages")
    texts = words(
        *(messages if isinstance(messages, list) else ()),
        *record(body.get("errors")).values(),
        body.get("message"),
        body.get("description"),
        body.get("error_description"),
        body.get("error"),
        *details,
    )
    return " ".join("; ".join(texts).split())[:_SAID]


def bad_answer(site: str, what: str) -> TrackerError:
    """Give the fault of an answer in which something is missing or of another shape."""
    return TrackerError(
        "bad_answer",
        f"{site}: the tracker's answer cannot be read: {what}. If it goes on, check that `url` is the tracker's own "
        "address and not a login page or a proxy.",
        retryable=True,
    )


def unreachable(site: str, why: str, scope: Scope = Scope.TICKET) -> TrackerError:
    """Give the fault of a request that got no answer: the site's where no connection stood, else maybe the ticket's."""
    return TrackerError(
        "unreachable",
        f"{site}: no answer from the tracker ({why}). It is tried again; if it goes on, check `url` and the network.",
        retryable=True,
        scope=scope,
    )


def gone(error: TrackerError, site: str, ticket: str) -> TrackerError:
    """Turn the 404 of a fetch into the fault that says: this ticket is not there, or not for dueby's account."""
    if error.reason != _NOT_FOUND:
        return error
    sentence = f"{site}: ticket {ticket[:100]} does not exist or dueby's account may not see it. Check both."
    return TrackerError("gone", sentence, retryable=False, status=error.status, gone=True)


def fault_of(
    response: Response, site: str, now: datetime, limit_is_tickets: Callable[[Response], bool]
) -> TrackerError | None:
    """Give the fault of an answer, or None for one that is fine."""
    status = response.status_code
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return _redirected(site, status)
    if status == HTTPStatus.UNAUTHORIZED or "AUTHENTICAT" in response.headers.get("X-Seraph-LoginReason", ""):
        return _unauthorized(site, status)
    if status < HTTPStatus.BAD_REQUEST:
        return None
    wait = retry_after(response.headers.get("Retry-After"), now)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return _limited(site, status, wait, tickets=limit_is_tickets(response))
    return _refused(site, status, wait, said(response))


def _redirected(site: str, status: int) -> TrackerError:
    sentence = (
        f"{site}: the tracker redirects to another address ({status}), which dueby never follows with credentials. "
        "Set `url` to the address that people's browsers end at."
    )
    return TrackerError("redirected", sentence, retryable=True, scope=Scope.SITE, status=status)


def _unauthorized(site: str, status: int) -> TrackerError:
    sentence = (
        f"{site}: the tracker refuses dueby's credentials ({status}). Check `auth`: revoked, expired or mistyped?"
    )
    return TrackerError(UNAUTHORIZED, sentence, retryable=True, scope=Scope.SITE, status=status)


def _limited(site: str, status: int, wait: timedelta | None, *, tickets: bool) -> TrackerError:
    whose = "for this ticket" if tickets else "for the site"
    sentence = f"{site}: too many requests {whose} ({status}); dueby waits as told."
    scope = Scope.TICKET if tickets else Scope.SITE
    return TrackerError("rate_limited", sentence, retryable=True, retry_after=wait, scope=scope, status=status)


def _refused(site: str, status: int, wait: timedelta | None, why: str) -> TrackerError:
    detail = f" The tracker says: {why}" if why else ""
    if status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None:
        sentence = f"{site}: the tracker is in maintenance or overloaded ({status}); dueby waits as told.{detail}"
        return TrackerError("unavailable", sentence, retryable=True, retry_after=wait, scope=Scope.SITE, status=status)
    reason, retryable, advice = _ADVICE.get(status, _SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _OTHER)
    return TrackerError(
        reason, f"{site}: {advice} ({status}).{detail}", retryable=retryable, retry_after=wait, status=status
    )


_SERVER = ("server_error", True, "the tracker failed on its own side; it is tried again")
_OTHER = ("refused", False, "the tracker refuses the request; put right what it names and retry the failure")
_ADVICE: dict[int, tuple[str, bool, str]] = {
    HTTPStatus.FORBIDDEN: (
        "forbidden",
        False,
        "dueby's account may not do this; give it the right to see and edit the ticket, then retry the failure",
    ),
    HTTPStatus.NOT_FOUND: (
        _NOT_FOUND,
        False,
        "what dueby asked for is not there or hidden from its account; check the ticket and the account's rights",
    ),
    HTTPStatus.REQUEST_TIMEOUT: ("server_error", True, "the tracker gave up waiting; it is tried again"),
    HTTPStatus.CONFLICT: ("conflict", True, "someone else saved the ticket meanwhile; it is looked at again"),
    HTTPStatus.TOO_EARLY: ("server_error", True, "the tracker asks to come back later; it is tried again"),
}
