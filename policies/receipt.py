"""A receipt: the ordered facts that led to a due time. Data only; texts are made from it at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Value = str | int | bool | None | tuple[str, ...]
"""A fact's value: text, number or texts. Instants are ISO 8601 in UTC with `Z`, durations ISO 8601 (`PT2H`)."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clause stands: the document's file name, the section, our paraphrase of it."""

    document: str
    section: str
    paraphrase: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of a receipt: the rule that was applied, its values, and the clause it rests on."""

    rule: str
    values: Mapping[str, Value] = field(default_factory=dict)
    source: Source | None = None


def fact_to_json(fact: Fact) -> dict[str, object]:
    """Turn a fact into what JSON can hold."""
    source = fact.source
    return {
        "rule": fact.rule,
        "values": {k: list(v) if isinstance(v, tuple) else v for k, v in fact.values.items()},
        "source": [source.document, source.section, source.paraphrase] if source else None,
    }


def fact_from_json(data: Mapping[str, Any]) -> Fact:
    """Read back what `fact_to_json` wrote."""
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in data["values"].items()}
    return Fact(data["rule"], values, Source(*data["source"]) if data["source"] else None)
