"""Values that a mapping takes from the ticket: from fields, labels or tags, or the reporter's own zone."""

from policies.mapping import looked_up, spellings
from policies.mapping_schema import Mapping as MappingSpec
from policies.mapping_values import FromField, FromRequester, FromTags
from policies.model import FieldValue, Spelled, Ticket


def taken(value: FieldValue, choice: FromField) -> tuple[str, ...]:
    """Translate a field's values: one absent from `values` is the default, else stands; an empty field the default.

    Without `values` there is nothing to be absent from: what the field holds stands.
    """
    spare = (choice.default,) if choice.default is not None else ()
    texts = [_translated(spelled, choice) for spelled in value if spelled]
    return tuple(texts) or spare


def _translated(spelled: Spelled, choice: FromField) -> str:
    found = looked_up(spelled, choice.values)
    if found is not None:
        return found
    return choice.default if choice.values and choice.default is not None else spelled[0]


def one_of_field(ticket: Ticket, choice: str | FromField | None) -> str | None:
    """Return a constant as it is, or the first value of a field; None where there is none."""
    if not isinstance(choice, FromField):
        return choice
    return next(iter(taken(ticket.fields.get(choice.field, ()), choice)), None)


def zone_of(ticket: Ticket, spec: MappingSpec) -> str | None:
    """Return the customer's zone, which may be no zone that exists."""
    choice = spec.customer.timezone
    own = ticket.reporter.timezone if ticket.reporter else None
    if choice == "requester":
        return own
    if isinstance(choice, FromRequester):
        return own or choice.default
    return one_of_field(ticket, choice)


def attributes_of(ticket: Ticket, spec: MappingSpec) -> dict[str, tuple[str, ...]]:
    """Return the attributes that have a value."""
    found: dict[str, tuple[str, ...]] = {}
    for name, choice in spec.attributes.items():
        if isinstance(choice, FromTags):
            held = spellings(ticket.traits.get("labels", ()) + ticket.traits.get("tags", ()))
            values = tuple(text for text in choice.labels or choice.tags or () if text.casefold() in held)
        elif isinstance(choice, FromField):
            values = taken(ticket.fields.get(choice.field, ()), choice)
        else:
            values = (choice,)
        if values:
            found[name] = values
    return found
