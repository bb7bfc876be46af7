"""What `dueby due` answers: the due time with its receipt as JSON."""

import json
from functools import cache
from typing import Any

from connector import texts
from policies.due import Due
from policies.instants import iso, iso_duration
from policies.receipt import Fact, Source
from policies.terms import Case


def zone_of(due: Due, case: Case) -> str:
    """Return the zone of the answer's texts: the calendar's, else the customer's, else UTC."""
    return due.terms.timezone or case.customer.timezone or "UTC"


def as_json(due: Due, case: Case) -> dict[str, Any]:
    """Turn an answer into the contract's object."""
    zone = zone_of(due, case)
    terms = due.terms
    return {
        "due_at": iso(due.due_at) if due.due_at else None,
        "state": due.state,
        "level": terms.level,
        "target": iso_duration(terms.target) if terms.target else None,
        "calendar": terms.calendar_name,
        "timezone": zone,
        "readings": {name: iso(at) if at else None for name, at in due.readings.items()},
        "receipt": [_line(fact, zone) for fact in due.facts],
    }


def as_line(value: dict[str, Any]) -> str:
    """Write one line of JSON in plain ASCII, so that any text survives any terminal."""
    return json.dumps(value)


@cache
def clause(source: Source | None) -> str | None:
    """Name a clause: document and section."""
    return f"{source.document}, {source.section}" if source else None


def _line(fact: Fact, zone: str) -> dict[str, str | None]:
    return {"rule": fact.rule, "text": texts.render(fact, "en", zone), "source": clause(fact.source)}
