"""The types of Zendesk's custom fields: what may be written, how it is shown and how audits spell it."""

import re
from datetime import date
from typing import Any

from connector.sandbox.zendesk.model import TicketField

_WHOLE = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?")


def read(field: TicketField, raw: Any) -> Any:
    """Read a written value; None for an empty one; ValueError for one that the field refuses."""
    if field.type == "checkbox":
        return _checkbox(raw)
    if field.type == "multiselect":
        return _tags(field, raw)
    if raw is None or raw == "":
        return None
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise ValueError("is invalid")  # noqa: TRY004  # one error for every bad value
    _check(field, str(raw))
    return str(raw)


def _check(field: TicketField, text: str) -> None:
    if field.type == "date":
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            raise ValueError("is not a valid date")
        date.fromisoformat(text)
    if field.type == "tagger" and text not in {tag for _, tag in field.options}:
        raise ValueError("is invalid")
    if field.type == "integer" and not _WHOLE.fullmatch(text):
        raise ValueError("is not a valid number")
    if field.type == "decimal" and not _DECIMAL.fullmatch(text):
        raise ValueError("is not a valid number")
    if field.type == "regexp" and field.pattern and not re.search(_python_pattern(field.pattern), text):
        raise ValueError("is invalid")


def _python_pattern(pattern: str) -> str:
    return pattern.replace(r"\z", r"\Z")


def _checkbox(raw: Any) -> bool:
    if raw in (None, "", "0", "false", False):
        return False
    if raw in ("1", "true", True):
        return True
    raise ValueError("is invalid")


def _tags(field: TicketField, raw: Any) -> list[str]:
    known = {tag for _, tag in field.options}
    wanted = raw or []
    if not isinstance(wanted, list) or set(wanted) - known:
        raise ValueError("is invalid")
    return list(wanted)


def tags_of(field: TicketField, value: Any) -> set[str]:
    """Give the tags that a value puts on the ticket."""
    if field.type == "tagger":
        return {value} if value else set()
    if field.type == "multiselect":
        return set(value or ())
    return {field.tag} if field.type == "checkbox" and field.tag and value else set()


def from_tags(field: TicketField, tags: set[str], value: Any) -> Any:
    """Give the value that a field has after the ticket's tags were set."""
    options = [tag for _, tag in field.options if tag in tags]
    if field.type == "tagger":
        return value if value in tags else (options[0] if options else None)
    if field.type == "multiselect":
        return options
    return field.tag in tags if field.type == "checkbox" and field.tag else value


def spelled(value: Any) -> Any:
    """Spell a value as audits do: all is text, a checkbox 1 or 0; lists stay lists."""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if value is None or isinstance(value, list) else str(value)


def loose(field: TicketField, wanted: Any) -> Any:
    """Turn a person's value into what may be written: a drop-down's option also by its name."""
    tags = dict(field.options)
    if isinstance(wanted, list | tuple):
        return [tags.get(one, one) for one in wanted]
    return tags.get(wanted, wanted) if isinstance(wanted, str) else wanted
