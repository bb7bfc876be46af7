"""What pydantic found wrong in dueby.yaml, as faults with a key path and a sentence; values are never repeated."""

from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connector.config.schema import SITES, AnySite, Document
from policies.faults import Fault

_SITE_DEPTH = 2  # in ("sites", NAME, TRACKER, ...) the tracker is pydantic's own addition
_SENTENCES = {
    "string_type": ("is no text", "a text (quote it if it looks like a number)"),
    "string_too_short": ("is empty", "a text"),
    "string_pattern_mismatch": (
        "does not fit into a URL",
        "letters, digits, dots, hyphens and underscores, at most 64",
    ),
    "bool_type": ("is neither true nor false", "true or false"),
    "bool_parsing": ("is neither true nor false", "true or false"),
    "dict_type": ("is no mapping", "keys with values below it"),
    "model_type": ("is no mapping", "keys with values below it"),
    "model_attributes_type": ("is no mapping", "keys with values below it"),
    "union_tag_invalid": ("is no tracker that dueby knows", "jira or zendesk"),
    "union_tag_not_found": ("is missing", "jira or zendesk"),
}
_TAGS = {"union_tag_invalid", "union_tag_not_found"}
_MISSING = {
    "sites": "the sites by their names",
    "deployment": "cloud or datacenter",
    "url": "the site's address",
    "auth": "the credentials of dueby's own account",
    "per_minute": "a whole number",
}


def faults_of(error: ValidationError, document: Any, file: str) -> list[Fault]:
    """Turn a refused document into faults, in the order of the file's keys."""
    found: list[Fault] = []
    for detail in error.errors(include_url=False, include_input=False):
        found.append(_fault(detail, file))
        if detail["type"] in _TAGS:
            name = str(detail["loc"][1])
            found += _without_tracker(name, document["sites"][name], file)
    return found


def _without_tracker(name: str, body: dict[Any, Any], file: str) -> list[Fault]:
    """Give the other faults of a site whose tracker is not known: of those keys that sites of every tracker have."""
    known = {key for shape in SITES.values() for key in shape.model_fields}
    odd = [key for key in body if key not in known]
    found = [
        Fault(file, f"sites.{name}.{key}", "is an unknown key", f"one of {', '.join(sorted(known))}") for key in odd
    ]
    if body.get("auth") is None:
        found.append(Fault(file, f"sites.{name}.auth", "is missing", _MISSING["auth"]))
    try:
        AnySite.model_validate({key: value for key, value in body.items() if key in AnySite.model_fields})
    except ValidationError as error:
        for detail in error.errors(include_url=False, include_input=False):
            place = ("sites", name, next(iter(SITES)), *detail["loc"])
            found.append(_fault({**detail, "loc": place}, file))
    return found


def _fault(detail: ErrorDetails, file: str) -> Fault:
    kind, place, context = detail["type"], detail["loc"], detail.get("ctx", {})
    if kind == "refused":
        problem, expected = context["problem"], context["expected"]
    elif kind == "extra_forbidden":
        problem, expected = "is an unknown key", f"one of {', '.join(_known_beside(place))}"
    elif kind == "literal_error":
        problem, expected = "is none of the words allowed here", context["expected"].replace("'", "")
    elif kind == "missing":
        problem, expected = "is missing", _MISSING.get(str(place[-1]), "a value")
    else:
        problem, expected = _SENTENCES.get(kind, ("is not right", "what the documentation shows for this key"))
    return Fault(file, _key_path((*place, "", "tracker") if kind in _TAGS else place), problem, expected)


def _key_path(place: tuple[int | str, ...]) -> str:
    keys = [
        part for at, part in enumerate(place) if part != "[key]" and not (place[0] == "sites" and at == _SITE_DEPTH)
    ]
    return ".".join(map(str, keys))


def _known_beside(place: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = Document
    if place[0] == "sites":
        model = SITES[str(place[_SITE_DEPTH])]
        for part in place[_SITE_DEPTH + 1 : -1]:
            model = _model_in(model.model_fields[str(part)].annotation)
    return sorted(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel]:
    return next(
        one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, BaseModel)
    )
