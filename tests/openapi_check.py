"""Holds requests and answers against the public OpenAPI documents of Jira Cloud and Zendesk, as corrected below.

`check_request(specs, ...)` and `check_answer(specs, ...)` raise AssertionError with every fault; `specs` is the folder
of the documents. `covered(path)` says whether a document speaks of a path at all: Jira's service desk, Zendesk's
OAuth endpoint and Data Center's own endpoints are in neither.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

FILES = {"jira": "jira-cloud-v3.json", "zendesk": "zendesk-support.json"}

NULL_TOO: dict[str, dict[str, tuple[str, ...]]] = {
    # recorded payloads hold null for what was or is empty; the document knows text only
    "jira": {"ChangeDetails": ("from", "fromString", "to", "toString")},
    # a recorded ticket holds null for everything that is unset; the document marks due_at alone
    "zendesk": {
        "TicketObject": (
            *("priority", "type", "external_id", "assignee_id", "organization_id", "group_id", "problem_id"),
            *("forum_topic_id", "recipient"),
        ),
    },
}
ANYTHING: dict[str, tuple[tuple[str, ...], ...]] = {
    "jira": (),
    # an audit's value is a list for tags and null for what was emptied, not only text or a number
    "zendesk": (("AuditObject", "properties", "events", "items", "properties", "value"),),
}
CLOSED: dict[str, tuple[str, ...]] = {
    # open in the documents, so that a misspelt key would pass; closed here for requests
    "jira": ("IssueUpdateDetails",),
    "zendesk": ("TicketUpdateRequest", "TicketUpdateInput", "TicketCreateRequest", "TicketCreateInput"),
}
MORE_KEYS = {"TicketUpdateInput": ("metadata",), "TicketCreateInput": ("metadata", "description")}
"""Keys that the prose describes (metadata of an audit) and the schema of the request forgets."""

CURSOR = frozenset({"page[size]", "page[after]", "page[before]", "sort"})
OFFSET = frozenset({"page", "per_page", "sort_order", "sort_by"})
MORE_QUERY: tuple[tuple[str, frozenset[str]], ...] = (
    # paging and sideloading are described in prose for every list, and left out of the operations
    (r"^/api/v2/tickets/\d+(\.json)?$", frozenset({"include"})),
    (r"^/api/v2/tickets/\d+/(audits|comments)(\.json)?$", CURSOR | OFFSET | {"include"}),
    (r"^/api/v2/incremental/tickets/cursor(\.json)?$", frozenset({"include", "per_page"})),
    (r"^/api/v2/search/export(\.json)?$", CURSOR),
    (r"^/api/v2/[a-z_]+(/show_many)?(\.json)?$", CURSOR | OFFSET | {"include"}),
)
OPTIONAL_QUERY = frozenset({"start_time"})
"""Required by the document, but a cursor takes its place."""


def covered(path: str) -> bool:
    """Say whether one of the documents speaks of a path."""
    return path.startswith(("/rest/api/", "/api/v2/"))


def check_request(specs: Path, method: str, path: str, query: Iterable[tuple[str, str]] = (), body: Any = None) -> None:
    """Hold a request against the documents: path, method, names and types of the query, schema of the body."""
    tracker, operation, parameters = _operation(specs, method, path)
    faults = _query_faults(path, parameters, tuple(query))
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None and content is None:
        faults.append("a body where none is known")
    elif body is not None:
        faults += _faults(specs, tracker, "request", content["schema"], body)
    assert not faults, f"{method} {path}: " + "; ".join(faults)


def check_answer(specs: Path, method: str, path: str, status: int, body: Any) -> None:
    """Hold an answer against the documents. Zendesk's knows no errors, neither knows 429 and 503."""
    tracker, operation, _ = _operation(specs, method, path)
    responses = operation["responses"]
    if str(status) not in responses:
        known = status in (429, 500, 503) or (tracker == "zendesk" and status >= 400)
        assert known, f"{method} {path}: {status} is not among {sorted(responses)}"
        return
    schema = responses[str(status)].get("content", {}).get("application/json", {}).get("schema")
    faults = _faults(specs, tracker, "answer", schema, body) if schema and body is not None else []
    assert not faults, f"{method} {path} {status}: " + "; ".join(faults)


@cache
def _document(specs: Path, tracker: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((specs / FILES[tracker]).read_text())
    return loaded


def _operation(specs: Path, method: str, path: str) -> tuple[str, dict[str, Any], list[dict[str, Any]]]:
    tracker = "jira" if path.startswith("/rest/") else "zendesk"
    document = _document(specs, tracker)
    wanted = re.sub(r"^/rest/api/(2|latest)/", "/rest/api/3/", path)
    for form in (wanted, wanted.removesuffix(".json")):
        for template in _templates(specs, tracker, form):
            item = document["paths"][template]
            if method.lower() in item:
                operation = item[method.lower()]
                given = [*item.get("parameters", ()), *operation.get("parameters", ())]
                return tracker, operation, [_resolved(document, one) for one in given]
    raise AssertionError(f"{method} {path}: the document knows no such operation")


@cache
def _patterns(specs: Path, tracker: str) -> list[tuple[str, re.Pattern[str]]]:
    templates = sorted(_document(specs, tracker)["paths"], key=lambda one: one.count("{"))
    return [(one, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(one)))) for one in templates]


def _templates(specs: Path, tracker: str, path: str) -> list[str]:
    return [template for template, pattern in _patterns(specs, tracker) if pattern.fullmatch(path)]


def _resolved(document: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in given:
        return given
    found: Any = document
    for step in given["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def _query_faults(path: str, parameters: list[dict[str, Any]], query: tuple[tuple[str, str], ...]) -> list[str]:
    known = {one["name"]: one for one in parameters if one["in"] == "query"}
    more = frozenset[str]().union(*(names for pattern, names in MORE_QUERY if re.search(pattern, path)))
    faults = [f"query {name} is unknown" for name, _ in query if name not in known and name not in more]
    given = {name for name, _ in query}
    needed = {name for name, one in known.items() if one.get("required")} - OPTIONAL_QUERY
    faults += [f"query {name} is missing" for name in sorted(needed - given)]
    for name, text in query:
        kind = known.get(name, {}).get("schema", {}).get("type")
        if (kind == "integer" and not text.lstrip("-").isdigit()) or (
            kind == "boolean" and text not in ("true", "false")
        ):
            faults.append(f"query {name}={text} is no {kind}")
    return faults


def _faults(specs: Path, tracker: str, use: str, schema: Mapping[str, Any], body: Any) -> list[str]:
    validator = _validator(specs, tracker, use, json.dumps(schema))
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(body)]


@cache
def _validator(specs: Path, tracker: str, use: str, schema: str) -> Draft202012Validator:
    return Draft202012Validator({**_nullable(json.loads(schema)), "components": _components(specs, tracker, use)})


@cache
def _components(specs: Path, tracker: str, use: str) -> dict[str, Any]:
    schemas = _nullable(_document(specs, tracker)["components"]["schemas"])
    for name, properties in NULL_TOO[tracker].items():
        for held in properties:
            schemas[name]["properties"][held] = {"anyOf": [schemas[name]["properties"][held], {"type": "null"}]}
    for steps in ANYTHING[tracker]:
        found: Any = schemas
        for step in steps[:-1]:
            found = found[step]
        found[steps[-1]] = {}
    for name in CLOSED[tracker] if use == "request" else ():
        schemas[name]["additionalProperties"] = False
        schemas[name]["properties"] |= {key: {} for key in MORE_KEYS.get(name, ())}
    return {"schemas": schemas}


def _nullable(schema: Any) -> Any:
    """Turn OpenAPI 3.0's `nullable` into JSON Schema's null."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    turned = {name: _nullable(held) for name, held in schema.items()}
    return {"anyOf": [turned, {"type": "null"}]} if turned.pop("nullable", False) is True else turned
