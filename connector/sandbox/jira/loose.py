"""Reads field values as a person would write them in a test: names, handles and datetimes instead of Jira's JSON."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connector.sandbox.jira.instants import to_milliseconds
from connector.sandbox.jira.issues import Issue, Site
from connector.sandbox.jira.kinds import kind_of
from connector.sandbox.jira.model import Field, Named, Thing


def named(things: Sequence[Thing], wanted: Any) -> Thing:
    """Find a thing by name, else by id; KeyError where there is none."""
    for look in ("name", "id"):
        for thing in things:
            if getattr(thing, look) == str(wanted):
                return thing
    raise KeyError(f"{wanted}: there are {', '.join(thing.name for thing in things)}")


def loose(site: Site, issue: Issue, field: Field, wanted: Any) -> Any:
    """Turn a person's value into the inner form of a field; None empties it."""
    if wanted is None:
        return None
    kind = kind_of(field).type
    if kind == "datetime":
        return to_milliseconds(datetime.fromisoformat(wanted) if isinstance(wanted, str) else wanted)
    if kind == "user":
        return site.users[wanted]
    if kind == "number":
        return float(wanted)
    things = _things(site, issue, field)
    if things is None:
        return tuple(wanted) if kind == "array" else str(wanted)
    return tuple(named(things, one) for one in wanted) if kind == "array" else named(things, wanted)


def _things(site: Site, issue: Issue, field: Field) -> Sequence[Named] | None:
    if field.id == "components":
        return issue.project.components
    return {"priority": site.priorities, "issuetype": site.issue_types}.get(field.id) or field.options or None
