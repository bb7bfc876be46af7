"""Jira's many shapes of a field's value as texts with all their spellings."""

import re
from collections.abc import Iterable

from connector.trackers.shapes import Json, record, word, words
from policies.model import FieldValue, Spelled

_NAMES = ("value", "displayName", "name", "key", "id", "accountId", "emailAddress")
_LIST = re.compile(r"\[(.*)\]", re.DOTALL)


def field_value(value: object) -> FieldValue:
    """Give what a field holds: none, one or several values."""
    items = value if isinstance(value, list) else [value]
    return tuple(spelled for item in items for spelled in _values(item) if spelled)


def changed_value(shown: object, stored: object) -> FieldValue:
    """Give one side of a history entry: the text that people saw and the stored id or list of ids (`[1, 2]`)."""
    text, raw = word(shown), word(stored)
    ids = _LIST.fullmatch(raw)
    if ids is None:
        return _one(words(text, raw))
    several = [part.strip() for part in ids.group(1).split(",") if part.strip()]
    names = [part.strip() for part in text.split(",")]
    if len(names) != len(several):
        return _one(words(text, *several))
    return tuple(words(name, one) for name, one in zip(names, several, strict=True))


def held_text(value: object) -> str | None:
    """Give what one of dueby's own fields holds, as Jira spells it: a chosen option by its name; None: empty."""
    option = record(value)
    return word(option.get("value") or option.get("name")) or None if option else word(value) or None


def named(value: object) -> Spelled:
    """Give a project, component, status or priority: its name, then its key and id."""
    item = record(value)
    return words(item.get("name"), item.get("key"), item.get("id"))


def _values(item: object) -> Iterable[Spelled]:
    if not isinstance(item, dict):
        return [words(item)]
    if "requestType" in item:  # what a service desk shows in its request type field
        return [named(item["requestType"])]
    if child := record(item.get("child")):  # a cascading select: the choice and its parent both count
        return [_cascade(item, child), words(item.get("value"), item.get("id"))]
    return [words(*(item.get(name) for name in _NAMES))]


def _cascade(parent: Json, child: Json) -> Spelled:
    both = f"{word(parent.get('value'))} - {word(child.get('value'))}"
    return words(both, child.get("value"), child.get("id"))


def _one(spelled: Spelled) -> FieldValue:
    return (spelled,) if spelled else ()
