"""The preflight of a Zendesk: account and its rights, time, fields with options and patterns, forms."""

import re
from collections.abc import Iterator, Mapping

from connector.errors import UNAUTHORIZED, TrackerError
from connector.trackers.findings import fault, field_findings, gathered, right, time_findings, told, usable, warning
from connector.trackers.optional import unless_refused
from connector.trackers.port import Finding, Scope
from connector.trackers.shapes import Json, record, records, word
from connector.trackers.zendesk.catalogue import Catalogue, Field
from connector.trackers.zendesk.client import PAGE, Client
from connector.trackers.zendesk.forms import form_findings, forms_of
from connector.trackers.zendesk.write import KINDS
from policies.model import State

_SAMPLE = 5
_INSTANTS = ("2026-11-23T14:30:00+01:00", "2026-11-23T13:30:00Z")
_LIGHT_AGENT = "1"
_TODOS = {
    UNAUTHORIZED: "check `auth`: a confidential OAuth client with that id and secret, or a token that is active",
    "forbidden": "give dueby's account a seat as an administrator",
}


def check(scope: Scope, client: Client, catalogue: Catalogue) -> tuple[Finding, ...]:
    """Look at everything that dueby needs; without an `account` among the findings nothing else could be looked at."""
    site = client.http.site
    try:
        own = catalogue.own_account.get()
        account = record(client.get("/api/v2/users/me").get("user"))
    except TrackerError as error:
        return (told(error, site, _TODOS),)
    return gathered(_findings(own, account, scope, client, catalogue), site)


def _findings(own: str, account: Json, scope: Scope, client: Client, catalogue: Catalogue) -> Iterator[Finding]:
    site = client.http.site
    yield right("account", f"dueby's account is {word(account.get('name')) or own} ({own})")
    yield from time_findings(client.http.guard.ahead)
    yield from _right_findings(account)
    yield from _sharing(own, client)
    known = catalogue.fields.get()
    of_fields = tuple(field_findings(site, {one.id: one.kind for one in known.values()}, KINDS))
    yield from of_fields
    fields = {name: known[site.fields[name]] for name in usable(of_fields)}
    yield from _content_findings(fields)
    active = {name: field.id for name, field in fields.items() if field.active}
    yield from form_findings(forms_of(client), scope.forms, active)


def _right_findings(account: Json) -> Iterator[Finding]:
    role, restriction = word(account.get("role")), word(account.get("ticket_restriction"))
    if role not in {"agent", "admin"} or word(account.get("role_type")) == _LIGHT_AGENT:
        todo = "make dueby's account an administrator"
        yield fault("no_edit_right", "dueby's account is no full agent and may not edit tickets", todo)
    elif role == "agent":
        todo = "make dueby's account an administrator: only those may read the incremental export"
        yield fault("no_admin_right", "dueby's account may not look for changes that no webhook told of", todo)
    else:
        yield right("may_edit", "dueby may edit tickets and look for changes")
    if restriction:
        todo = "let dueby's account see all tickets"
        yield warning("tickets_hidden", f"dueby's account sees only some tickets ({restriction})", todo)


def _sharing(own: str, client: Client) -> Iterator[Finding]:
    """Look for public comments in the latest tickets that dueby's account commented on."""
    query: dict[str, str | int] = {
        "query": f"type:ticket commenter:{own}",
        "sort_by": "updated_at",
        "sort_order": "desc",
        "per_page": _SAMPLE,
    }
    none: list[Json] = []
    found = unless_refused(lambda: records(client.get("/api/v2/search", query).get("results")), none)
    spoken = [number for ticket in found if _spoke_publicly(number := word(ticket.get("id")), own, client)]
    if spoken:
        problem = f"dueby's account has written public comments ({', '.join(spoken)}): a person seems to use it"
        todo = "give dueby an account of its own: what this one does is never counted as an answer"
        yield warning("account_shared", problem, todo)
    else:
        yield right("account_own", "no public comment is from dueby's account")


def _spoke_publicly(ticket: str, own: str, client: Client) -> bool:
    answer = client.get(f"/api/v2/tickets/{ticket}/comments", {"page[size]": PAGE, "sort_order": "desc"})
    comments = records(answer.get("comments"))
    return any(word(one.get("author_id")) == own and one.get("public") is True for one in comments)


def _content_findings(fields: Mapping[str, Field]) -> Iterator[Finding]:
    for name, field in fields.items():
        if not field.active:
            yield fault(
                "field_inactive", f"{field.id} is deactivated", "activate it in Admin Center > Fields", field=name
            )
    state, due_at = fields.get("state"), fields.get("due_at")
    if state is not None and state.kind == "tagger":
        yield _option_finding(state)
    if due_at is not None and (refused := _refused(due_at.pattern)):
        todo = "let it accept ISO 8601 with an offset and with Z, as the README writes it"
        yield fault("pattern", f"the pattern of {due_at.id} refuses {' and '.join(refused)}", todo, field="due_at")


def _option_finding(state: Field) -> Finding:
    lacking = [tag for one in State if (tag := f"dueby_{one}") not in state.options]
    if not lacking:
        return right("options", "state offers every state", field="state")
    todo = "add them as values of the drop-down, with just these tags"
    return fault("options_missing", f"{state.id} lacks the tags {', '.join(lacking)}", todo, field="state")


def _refused(pattern: str) -> list[str]:
    """Give the spellings of an instant that a Ruby pattern refuses; none where Python cannot read the pattern."""
    try:
        compiled = re.compile(pattern.replace(r"\z", r"\Z"))
    except re.error:
        return []
    return [text for text in _INSTANTS if not compiled.search(text)]
