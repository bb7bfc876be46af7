"""The web application: routes, the headers of every answer, and errors that stay JSON."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

import structlog
from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from connector.sites import Site
from connector.web.health import Missing, healthz, readyz, statusz
from connector.web.metrics import Metrics, metrics
from connector.web.receiver import LONGEST_BODY, Store, Webhooks

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_log = structlog.get_logger("dueby.web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """What the application needs of the world: sites, where hints go, who feeds, what is missing, counts, the time."""

    sites: Mapping[str, Site]
    store: Store
    feed: Callable[[str], None]
    missing: Missing
    metrics: Metrics
    now: Callable[[], datetime]


def join(ports: Ports) -> Flask:
    """Join the views into one application; it opens nothing by itself."""
    app = Flask("connector.web", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY + 1  # a body without a length is cut off there, not refused
    webhooks = Webhooks(ports.sites, ports.store, ports.feed, ports.now)
    app.add_url_rule(
        "/webhooks/<tracker>/<site>", view_func=webhooks.receive, methods=["POST"], provide_automatic_options=False
    )
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", "readyz", lambda: readyz(ports.missing))
    app.add_url_rule("/statusz", "statusz", lambda: statusz(ports.missing))
    app.add_url_rule("/metrics", "metrics", lambda: metrics(ports.metrics))
    app.register_error_handler(Exception, _failed)
    app.after_request(_secured)
    return app


def _secured(answer: Response) -> Response:
    answer.headers.extend(_HEADERS)  # no view sets any of them
    return answer


def _failed(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        answer = jsonify(status="refused", error=error.description)
        answer.status_code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        answer.headers.extend([pair for pair in error.get_headers() if pair[0] in {"Allow", "Retry-After", "Location"}])
        return answer
    _log.error("request_failed", exc_info=error)
    answer = jsonify(status="failed", error="dueby failed on this request; the log of the web process says why.")
    answer.status_code = HTTPStatus.INTERNAL_SERVER_ERROR
    return answer
