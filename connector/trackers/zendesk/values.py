"""Zendesk's values as texts with all their spellings."""

from connector.trackers.shapes import Json, word, words
from connector.trackers.zendesk.catalogue import CustomStatus, Field
from policies.model import FieldValue, Spelled, Status

_ENDED = frozenset({"solved", "closed", "deleted"})
_SHOWN = {"hold": "On-hold"}
_CHECKED = {"1": "true", "0": "false", "true": "true", "false": "false"}


def field_value(value: object, field: Field | None) -> FieldValue:
    """Give what a custom field holds: none, one or several values; an option by its name and its tag."""
    items = value if isinstance(value, list) else [value]
    return tuple(spelled for spelled in (_spelled(item, field) for item in items) if spelled)


def priority(value: object) -> Spelled:
    """Give a priority as REST writes it and as people see it."""
    text = word(value).lower()
    return words(text, text.capitalize())


def status(value: str, custom_id: str, custom: CustomStatus | None) -> Status:
    """Give a status by its custom label where there is one, its word, the word as people see it, and the custom id."""
    text = value.lower()
    plain = (text, _SHOWN.get(text, text.capitalize()))
    if custom is None or custom.category != text:  # a closed ticket keeps the custom status it was solved with
        return Status(words(*plain), ended=text in _ENDED)
    return Status(words(custom.label, *plain, custom_id), ended=text in _ENDED)


def named(items: list[Json], item_id: str) -> Spelled:
    """Give the name and id of one of the records that came along; the id alone where it did not."""
    found = next((item for item in items if word(item.get("id")) == item_id), {})
    return words(found.get("name"), item_id)


def _spelled(item: object, field: Field | None) -> Spelled:
    text = word(item)
    if field is None or not text:
        return words(text)
    if field.kind == "checkbox":
        return words(_CHECKED.get(text.lower(), text))
    name = field.options.get(text, "")
    return words(name.rpartition("::")[2], name, text)  # `Plans::Gold` is Gold within a menu
