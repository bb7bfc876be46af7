"""What became of one webhook: the answer's status and word, the reason for machines, a sentence for people."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response

RETRY_AFTER = 20
"""Seconds. Zendesk comes back only for less than a minute, Jira for any 503."""


@dataclass(frozen=True, slots=True)
class Fate:
    """One webhook's fate; `ticket` is the name that the event gave, for the log."""

    http: HTTPStatus
    status: str
    reason: str | None = None
    sentence: str | None = None
    ticket: str | None = None

    def response(self) -> Response:
        """Make the answer; it never repeats anything of the request."""
        told = {"status": self.status, "reason": self.reason, "error": self.sentence}
        body = json.dumps({key: value for key, value in told.items() if value is not None})
        answer = Response(body, self.http, mimetype="application/json")
        if self.http is HTTPStatus.SERVICE_UNAVAILABLE:
            answer.headers["Retry-After"] = str(RETRY_AFTER)
        return answer


def accepted(ticket: str) -> Fate:
    """Say that the ticket will be looked at."""
    return Fate(HTTPStatus.ACCEPTED, "accepted", ticket=ticket)


def ignored(reason: str, ticket: str | None = None) -> Fate:
    """Say that the event is fine and nothing follows from it."""
    return Fate(HTTPStatus.OK, "ignored", reason, ticket=ticket)


def unreadable(sentence: str) -> Fate:
    """Say that no sense can be made of the body."""
    return Fate(HTTPStatus.BAD_REQUEST, "refused", "unreadable", sentence)


def away(sentence: str, ticket: str | None = None) -> Fate:
    """Say that nothing could be stored now and that the tracker should come again."""
    return Fate(HTTPStatus.SERVICE_UNAVAILABLE, "refused", "not_stored", sentence, ticket)


NO_SITE = Fate(
    HTTPStatus.NOT_FOUND, "refused", "no_such_site", "No site of this tracker has that name; see sites in dueby.yaml."
)
TOO_LARGE = Fate(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "refused", "too_large", "The body is larger than 10 MiB; have less sent."
)
NOT_SIGNED = Fate(
    HTTPStatus.UNAUTHORIZED,
    "refused",
    "signature",
    "The signature or secret is missing, wrong or too old; compare the tracker's secret with webhook_secret.",
)
