"""An internal comment on a request of a service desk; anywhere else a comment is for everybody, so none is posted."""

from http import HTTPStatus
from urllib.parse import quote

from requests.auth import AuthBase

from connector.errors import TrackerError
from connector.trackers.faults import gone
from connector.trackers.http import Http


def add_note(ticket: str, text: str, http: Http, auth: AuthBase) -> None:
    """Add an internal comment by the service desk's own interface, which Cloud and Data Center share.

    Raise `TrackerError`: `not_internal` where the ticket is no request of a service desk, `gone` where it isn't there.
    """
    name = quote(ticket, safe="")
    try:
        http.post(f"/rest/servicedeskapi/request/{name}/comment", {"body": text, "public": False}, auth)
    except TrackerError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise _sorted(ticket, http, auth) from None


def _sorted(ticket: str, http: Http, auth: AuthBase) -> TrackerError:
    """Tell a ticket that is no request from one that isn't there: the service desk answers 404 to both."""
    try:
        http.get(f"/rest/api/2/issue/{quote(ticket, safe='')}", {"fields": "project"}, auth)
    except TrackerError as error:
        return gone(error, http.site.name, ticket)
    sentence = (
        f"{http.site.name}: ticket {ticket} is no request of a service desk, so everybody would see the comment. "
        "Nothing was posted. Give the escalation of its mapping another channel."
    )
    return TrackerError("not_internal", sentence, retryable=False, status=HTTPStatus.NOT_FOUND)
