"""JSON over HTTP with one site: plain verbs whose answers are checked and whose faults are `TrackerError`."""

from collections.abc import Callable, Mapping
from datetime import datetime

from requests import PreparedRequest, RequestException, Response, Session
from requests.auth import AuthBase, HTTPBasicAuth

from connector.sites import Site
from connector.trackers.faults import bad_answer, unreachable
from connector.trackers.guard import TIMEOUT, BeforeRequest, Guard
from connector.trackers.shapes import Json, records

Params = Mapping[str, str | int]


class Http:
    """One site's connection, kept alive between requests. Not shared between processes."""

    def __init__(
        self,
        site: Site,
        now: Callable[[], datetime],
        before_request: BeforeRequest | None = None,
        limit_is_tickets: Callable[[Response], bool] = lambda _: False,
    ) -> None:
        self.site = site
        self.guard = Guard(site, now, before_request, limit_is_tickets)
        self._base = site.url.rstrip("/")
        self._session = Session()
        self.guard.fit(self._session)

    def get(self, path: str, params: Params | None = None, auth: AuthBase | None = None) -> Json:
        """Get a JSON object."""
        return self._checked(self._send("GET", path, params, None, auth))

    def get_list(self, path: str, params: Params | None = None, auth: AuthBase | None = None) -> list[Json]:
        """Get a JSON list of objects."""
        answer = self._read(self._send("GET", path, params, None, auth))
        if not isinstance(answer, list):
            raise bad_answer(self.site.name, "it is no JSON list")
        return records(answer)

    def post(self, path: str, body: Json, auth: AuthBase | None = None) -> Json:
        """Post a JSON object and get one back."""
        return self._checked(self._send("POST", path, None, body, auth))

    def put(self, path: str, body: Json, params: Params | None = None, auth: AuthBase | None = None) -> None:
        """Put a JSON object; what comes back is not read."""
        self._send("PUT", path, params, body, auth)

    def _send(
        self, method: str, path: str, params: Params | None, body: Json | None, auth: AuthBase | None
    ) -> Response:
        url = f"{self._base}{path}"
        try:
            return self._session.request(
                method, url, params=params, json=body, auth=auth or NoAuth(), timeout=TIMEOUT, allow_redirects=False
            )
        except (RequestException, UnicodeError) as error:  # a bad address or header: never leaves, never shown
            raise unreachable(self.site.name, type(error).__name__) from None

    def _checked(self, response: Response) -> Json:
        answer = self._read(response)
        if not isinstance(answer, dict):
            raise bad_answer(self.site.name, "it is no JSON object")
        return answer

    def _read(self, response: Response) -> object:
        try:
            return response.json()
        except (ValueError, RecursionError):
            raise bad_answer(self.site.name, "it is no JSON") from None


class NoAuth(AuthBase):
    """Send no credentials, not even those of a .netrc file."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Leave the request as it is."""
        return request


class Bearer(AuthBase):
    """Send a bearer token."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Put the token into the request's header."""
        request.headers["Authorization"] = f"Bearer {self._token.strip()}"
        return request


def basic(user: str, password: str) -> AuthBase:
    """Give basic authentication in UTF-8."""
    return HTTPBasicAuth(user.encode(), password.strip().encode())
