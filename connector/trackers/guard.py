"""The one door through which every request to a site goes, whichever client makes it."""

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, RequestException, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import ConnectionError, ConnectTimeout, Timeout  # noqa: A004  # requests' own name for it
from urllib3.util import Retry

from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.trackers.faults import bad_answer, body_of, fault_of, unreachable
from connector.trackers.shapes import Json

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and seconds without a byte."""

LARGEST_ANSWER = 64 * 1024 * 1024
_CHUNK = 64 * 1024

_ONLY_TO_CONNECT = Retry(
    total=1, connect=1, read=0, redirect=0, status=0, other=0, respect_retry_after_header=False
)  # waiting is the agenda's: urllib3 would sleep for as long as a Retry-After says

BeforeRequest = Callable[[str], None]
"""Called with the HTTP method before each request leaves."""


class Guard(HTTPAdapter):
    """Lets a site's requests out, turns every fault into a `TrackerError`; follows no redirect, retries no answer.

    `ahead` is by how much this machine's time was ahead of the tracker's Date header at the last answer.
    """

    def __init__(
        self,
        site: Site,
        now: Callable[[], datetime],
        before_request: BeforeRequest | None,
        limit_is_tickets: Callable[[Response], bool],
    ) -> None:
        super().__init__(max_retries=_ONLY_TO_CONNECT)
        self._site, self._now, self._before = site, now, before_request
        self._limit_is_tickets = limit_is_tickets
        self.ahead: timedelta | None = None

    def fit(self, session: Session) -> None:
        """Make a session send everything through this door."""
        session.mount("https://", self)
        session.mount("http://", self)
        session.headers["User-Agent"] = "dueby"
        session.trust_env = not is_loopback(self._site.url)  # a proxy never reaches our loopback

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send one request and give its answer with the body read; raise `TrackerError` for everything else."""
        self._refuse_plain(request.url or "")
        if self._before:
            self._before(request.method or "")
        try:
            response = super().send(request, *args, **kwargs | {"stream": True})
            self._read(response)
        except (RequestException, UnicodeError) as error:
            scope = Scope.SITE if isinstance(error, ConnectionError) else Scope.TICKET
            raise unreachable(self._site.name, _why(error), scope) from None
        self.ahead = _ahead(response, self._now())
        if fault := fault_of(response, self._site.name, self._now(), self._limit_is_tickets):
            raise AnsweredError(fault, body_of(response)) from None
        return response

    def _refuse_plain(self, url: str) -> None:
        if urlsplit(url).scheme != "https" and not is_loopback(url):
            raise TrackerError(
                "insecure_url",
                f"{self._site.name}: `url` must be https, http is for loopback hosts only. Nothing was sent.",
                retryable=False,
                scope=Scope.SITE,
            )

    def _read(self, response: Response) -> None:
        chunks, size = [], 0
        for chunk in response.iter_content(_CHUNK):
            size += len(chunk)
            if size > LARGEST_ANSWER:
                response.close()
                raise bad_answer(self._site.name, f"it is longer than {LARGEST_ANSWER} bytes")
            chunks.append(chunk)
        response._content = b"".join(chunks)  # noqa: SLF001  # an adapter is what fills a response
        response._content_consumed = True  # type: ignore[attr-defined]  # noqa: SLF001  # the same


class AnsweredError(TrackerError):
    """A `TrackerError` with the body of the answer, for callers that read what exactly was refused."""

    def __init__(self, fault: TrackerError, body: Json) -> None:
        super().__init__(**{part.name: getattr(fault, part.name) for part in fields(fault)})
        self.body = body


def is_loopback(url: str) -> bool:
    """Say whether a URL's host is this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _ahead(response: Response, now: datetime) -> timedelta | None:
    try:
        at = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, OverflowError, TypeError):
        return None
    return now - at if at.tzinfo else None


def _why(error: Exception) -> str:
    if isinstance(error, ConnectTimeout):
        return "no connection in time"
    return "no answer in time" if isinstance(error, Timeout) else type(error).__name__
