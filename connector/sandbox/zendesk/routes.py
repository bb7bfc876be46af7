"""Puts the endpoints of a sandbox Zendesk together; `.json` may end each path."""

from functools import partial
from urllib.parse import parse_qsl

from connector.sandbox.calls import Answer, Call, Route
from connector.sandbox.zendesk.access import grant_token
from connector.sandbox.zendesk.setup import ZendeskSite
from connector.sandbox.zendesk.views import catalogue, exports, search, tickets

TABLE = (*tickets.TABLE, *catalogue.TABLE, *exports.TABLE, *search.TABLE)


def zendesk_routes(site: ZendeskSite) -> list[Route]:
    """Give the endpoints."""
    named = [(method, f"/api/v2{rule}{end}", view) for method, rule, view in TABLE for end in ("", ".json")]
    token = Route("POST", "/oauth/tokens", partial(_token, site), open=True)
    return [Route(method, rule, partial(view, site)) for method, rule, view in named] + [token]


def _token(site: ZendeskSite, call: Call) -> Answer:
    """Grant a token; the request may be JSON or a form."""
    form = "form" in call.request.headers.get("content-type", "")
    wanted = dict(parse_qsl(call.request.body.decode())) if form else call.json
    return grant_token(site.site, wanted, site.now(), site.token_lifetime)
