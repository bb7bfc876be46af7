"""Reads the values that requests set; each function raises ValueError with Jira's sentence."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.sandbox.jira.documents import is_document, plain
from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.model import Field, Named, Project, User, pick
from connector.sandbox.jira.people import find_user

LONGEST_TEXT = 255


@dataclass(frozen=True, kw_only=True)
class Context:
    """Where a value is read or shown."""

    site: Site
    field: Field
    version: str = "2"
    project: Project | None = None


def read_text(raw: Any, context: Context) -> str | None:
    """Read a short text; an empty one clears the field."""
    if not isinstance(raw, str):
        raise ValueError("Operation value must be a string")  # noqa: TRY004  # one error for every bad value
    if len(raw) > LONGEST_TEXT and context.field.kind != "description":
        raise ValueError(f"The entered text is too long. It exceeds the allowed limit of {LONGEST_TEXT} characters.")
    if "\n" in raw and context.field.id == "summary":
        raise ValueError("The summary is invalid because it contains newline characters.")
    return raw or None


def read_long_text(raw: Any, context: Context) -> str | None:
    """Read a long text: plain in version 2, a document in version 3."""
    if context.version == "3":
        if not is_document(raw):
            raise ValueError("Operation value must be an Atlassian Document (see the Atlassian Document Format)")
        return plain(raw)
    if not isinstance(raw, str):
        raise ValueError("Operation value must be a string")  # noqa: TRY004  # one error for every bad value
    return raw or None


def read_number(raw: Any, _: Context) -> float:
    """Read a number."""
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError("Operation value must be a number")  # noqa: TRY004  # one error for every bad value
    return float(raw)


def read_date(raw: Any, _: Context) -> str:
    """Read a date."""
    if not isinstance(raw, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", raw):
        raise ValueError(f"Error parsing date string: {raw}")
    return date.fromisoformat(raw).isoformat()


def read_option(raw: Any, context: Context) -> Named:
    """Read one option of a select field."""
    try:
        return pick(context.field.options, raw)
    except KeyError:
        wanted = raw.get("value", raw.get("id")) if isinstance(raw, dict) else raw
        raise ValueError(
            f"Option '{wanted}' is not valid for this field: give an object with its id or value"
        ) from None


def read_list(raw: Any) -> list[Any]:
    """Read an array."""
    if not isinstance(raw, list):
        raise ValueError("data was not an array")  # noqa: TRY004  # one error for every bad value
    return raw


def read_labels(raw: Any, _: Context) -> tuple[str, ...]:
    """Read labels."""
    for label in read_list(raw):
        if not isinstance(label, str) or " " in label:
            raise ValueError(f"The label '{label}' contains spaces which is invalid.")
    return tuple(dict.fromkeys(raw))


def read_priority(raw: Any, context: Context) -> Named:
    """Read a priority."""
    try:
        return pick(context.site.priorities, raw)
    except KeyError:
        raise ValueError("The priority selected is invalid.") from None


def read_issue_type(raw: Any, context: Context) -> Named:
    """Read an issue type."""
    try:
        return pick(context.site.issue_types, raw)
    except KeyError:
        raise ValueError("The issue type selected is invalid.") from None


def read_components(raw: Any, context: Context) -> tuple[Named, ...]:
    """Read components of the issue's project."""
    known = context.project.components if context.project else ()
    try:
        return tuple(pick(known, one) for one in read_list(raw))
    except KeyError as unknown:
        raise ValueError(f"Component name '{unknown.args[0]}' is not valid") from None


def read_user(raw: Any, context: Context) -> User:
    """Read a user."""
    return find_user(context.site, raw)


def read_options(raw: Any, context: Context) -> tuple[Named, ...]:
    """Read several options."""
    return tuple(read_option(one, context) for one in read_list(raw))


def read_by_id(raw: Any, context: Context) -> Named:
    """Read a thing of the service desk by its bare id (or `portal/id`)."""
    wanted = str(raw).rpartition("/")[2]
    for option in context.field.options:
        if wanted == option.id:
            return option
    raise ValueError(f"'{raw}' does not exist")


def read_all_by_id(raw: Any, context: Context) -> tuple[Named, ...]:
    """Read several things of the service desk by their bare ids."""
    return tuple(read_by_id(one, context) for one in read_list(raw))
