"""Requests to one Zendesk: an access token that renews itself, and lists read to their last page."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from requests.auth import AuthBase

from connector.errors import UNAUTHORIZED, Scope, TrackerError
from connector.sites import Auth
from connector.trackers.faults import bad_answer
from connector.trackers.http import Bearer, Http, Params, basic
from connector.trackers.shapes import Json, count, record, records, word

T = TypeVar("T")

PAGE = 100
_MARGIN = timedelta(minutes=1)


class Client:
    """JSON from and to one Zendesk, signed by OAuth client credentials or by the legacy API token."""

    def __init__(self, http: Http, now: Callable[[], datetime]) -> None:
        self.http, self._now = http, now
        self._token: tuple[Bearer, datetime | None] | None = None

    def get(self, path: str, params: Params | None = None) -> Json:
        """Get a JSON object."""
        return self._signed(lambda auth: self.http.get(path, params, auth))

    def post(self, path: str, body: Json) -> Json:
        """Post a JSON object and get one back."""
        return self._signed(lambda auth: self.http.post(path, body, auth))

    def put(self, path: str, body: Json) -> None:
        """Put a JSON object."""
        self._signed(lambda auth: self.http.put(path, body, None, auth))

    def pages(self, path: str, params: Params | None = None) -> Iterator[Json]:
        """Give each page of a list, following its cursor to the end."""
        cursor: dict[str, str | int] = {}
        while True:
            answer = self.get(path, {"page[size]": PAGE, **(params or {}), **cursor})
            yield answer
            meta = record(answer.get("meta"))
            after = word(meta.get("after_cursor"))
            if meta.get("has_more") is not True:
                if answer.get("next_page"):
                    raise bad_answer(self.http.site.name, "a list that is paged without cursors")
                return
            if not after or after == cursor.get("page[after]"):
                raise bad_answer(self.http.site.name, "a list whose cursor does not move on")
            cursor = {"page[after]": after}

    def every(self, path: str, key: str) -> list[Json]:
        """Give all items of a list."""
        return [item for page in self.pages(path) for item in records(page.get(key))]

    def _signed(self, send: Callable[[AuthBase], T]) -> T:
        auth = self.http.site.auth
        if not (auth.client_id and auth.client_secret):
            return send(_fixed(auth))
        try:
            return send(self._fresh_token())
        except TrackerError as error:
            if error.status != HTTPStatus.UNAUTHORIZED or self._token is None:
                raise
        self._token = None
        return send(self._fresh_token())

    def _fresh_token(self) -> Bearer:
        if self._token is None or (self._token[1] and self._now() >= self._token[1]):
            self._token = None
            self._token = self._new_token()
        return self._token[0]

    def _new_token(self) -> tuple[Bearer, datetime | None]:
        site, asked_at = self.http.site, self._now()
        body = {
            "grant_type": "client_credentials",
            "client_id": site.auth.client_id,
            "client_secret": site.auth.client_secret,
            "scope": "read write",
        }
        try:
            answer = self.http.post("/oauth/tokens", body)
        except TrackerError as error:
            raise _refused(site.name, error) from None
        token, seconds = word(answer.get("access_token")), count(answer.get("expires_in"))
        if not token:
            raise bad_answer(site.name, "an OAuth answer without an access token")
        lasts = timedelta(seconds=min(seconds, 10**9))
        return Bearer(token), asked_at + lasts - min(_MARGIN, lasts / 2) if seconds > 0 else None


def _fixed(auth: Auth) -> AuthBase:
    if auth.bearer:
        return Bearer(auth.bearer)
    return basic(f"{(auth.user or '').removesuffix('/token')}/token", auth.token or "")


def _refused(site: str, error: TrackerError) -> TrackerError:
    """Sort the token endpoint's refusals: whatever it does not like is about the credentials, so about the site."""
    if error.retryable and error.status != HTTPStatus.UNAUTHORIZED:
        return error
    sentence = (
        f"{site}: Zendesk gives no access token for `auth.client_id` ({error.status}). Check the OAuth client: it must "
        "be confidential, with that id and secret."
    )
    return TrackerError(UNAUTHORIZED, sentence, retryable=True, scope=Scope.SITE, status=error.status)
