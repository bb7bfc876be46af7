"""What `dueby due` answers: the due time with its receipt as JSON."""

import json
from functools import cache, lru_cache

from connector import texts
from policies.due import Due
from policies.instants import iso, iso_duration
from policies.receipt import Fact, Source, Value
from policies.terms import Case


def zone_of(due: Due, case: Case) -> str:
    """Return the zone of the answer's texts: the calendar's, else the customer's, else UTC."""
    return due.terms.timezone or case.customer.timezone or "UTC"


def as_json(due: Due, case: Case) -> str:
    """Write an answer as the contract's object, on one line of plain ASCII that survives any terminal."""
    zone = zone_of(due, case)
    terms = due.terms
    head = {
        "due_at": iso(due.due_at) if due.due_at else None,
        "state": due.state,
        "level": terms.level,
        "target": iso_duration(terms.target) if terms.target else None,
        "calendar": terms.calendar_name,
        "timezone": zone,
        "readings": {name: iso(at) if at else None for name, at in due.readings.items()},
    }
    receipt = ", ".join(
        _line(fact.rule, tuple(fact.values.items()), fact.source, texts.zone_told(fact, zone)) for fact in due.facts
    )
    return f'{json.dumps(head)[:-1]}, "receipt": [{receipt}]}}'


def error_json(sentence: str) -> str:
    """Write what stands in an answer's place."""
    return json.dumps({"error": sentence})


@cache
def clause(source: Source | None) -> str | None:
    """Name a clause: document and section."""
    return f"{source.document}, {source.section}" if source else None


@lru_cache(maxsize=8192)
def _line(rule: str, pairs: tuple[tuple[str, Value], ...], source: Source | None, zone: str) -> str:
    """Write one fact as JSON; most facts of an answer stand in many others word for word."""
    text = texts.render(Fact(rule, dict(pairs)), "en", zone)
    return json.dumps({"rule": rule, "text": text, "source": clause(source)})
