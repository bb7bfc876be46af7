"""Reads what people write in a test: names of groups, handles of people, options by name."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.sandbox.zendesk.changes import HELD
from connector.sandbox.zendesk.model import Named, Site
from connector.sandbox.zendesk.values import loose, read

Fields = Mapping[Any, Any]


def custom_values(site: Site, fields: Fields) -> dict[int, Any]:
    """Give the custom fields among `fields`: those whose name is a number."""
    values = {}
    for name, value in fields.items():
        if str(name).isdigit():
            field = site.fields[int(name)]
            values[field.id] = read(field, loose(field, value.isoformat() if isinstance(value, datetime) else value))
    return values


def held_values(site: Site, fields: Fields) -> dict[str, Any]:
    """Give the ticket's own attributes among `fields`; KeyError for one that no ticket has."""
    named: dict[str, tuple[str, Sequence[Named]]] = {
        "group": ("group_id", site.groups),
        "brand": ("brand_id", site.brands),
        "form": ("ticket_form_id", site.forms),
        "organization": ("organization_id", site.organizations),
    }
    held: dict[str, Any] = {}
    for name, value in fields.items():
        if str(name).isdigit() or name == "tags":
            continue
        if name in named:
            held[named[name][0]] = None if value is None else _by_name(named[name][1], value)
        elif name in ("requester", "assignee"):
            held[f"{name}_id"] = None if value is None else site.users[value].id
        elif name == "custom_status":
            held["custom_status_id"] = next(one.id for one in site.statuses if value == one.label)
        elif name in HELD:
            held[name] = value
        else:
            raise KeyError(f"{name} is no field of a ticket")
    return held


def _by_name(things: Sequence[Named], wanted: Any) -> int:
    for thing in things:
        if wanted in (thing.name, thing.id):
            return thing.id
    raise KeyError(wanted)
