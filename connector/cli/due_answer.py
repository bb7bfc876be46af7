"""What `dueby due` answers: the due time with its receipt as JSON."""

import json
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted

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
    receipt = ", ".join(_line(fact, zone) for fact in due.facts)
    return f'{json.dumps(head)[:-1]}, "receipt": [{receipt}]}}'


def error_json(sentence: str) -> str:
    """Write what stands in an answer's place."""
    return json.dumps({"error": sentence})


def clause(source: Source | None) -> str | None:
    """Name a clause: document and section."""
    return f"{source.document}, {source.section}" if source else None


def _line(fact: Fact, zone: str) -> str:
    if not texts.tells_instants(fact):
        return _known_line(fact.rule, tuple(fact.values.items()), clause(fact.source))
    return _written(fact.rule, texts.render(fact, "en", zone), clause(fact.source))


@lru_cache(maxsize=8192)
def _known_line(rule: str, pairs: tuple[tuple[str, Value], ...], source: str | None) -> str:
    """Write a fact that tells no instant: it stands in many answers word for word."""
    return _written(rule, texts.render(Fact(rule, dict(pairs)), "en", "UTC"), source)


def _written(rule: str, text: str, source: str | None) -> str:
    told = quoted(source) if source else "null"
    return f'{{"rule": "{rule}", "text": {quoted(text)}, "source": {told}}}'
