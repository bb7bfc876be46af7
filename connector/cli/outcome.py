"""What a sync comes to, as people and scripts see it: mapping, state, due time, reasons, receipt."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from connector import texts
from connector.cli.door import print_json
from connector.sites import Site
from policies.instants import iso
from policies.model import TicketRef
from policies.receipt import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One ticket's outcome; `reason` is the machine word of an unmapped one, `summary` the line in its field."""

    ref: TicketRef
    key: str
    title: str
    mapping: str | None
    state: str
    due_at: datetime | None
    reason: str | None
    summary: str
    receipt: tuple[Fact, ...]


def show(outcome: Outcome, site: Site, *, as_json: bool) -> None:
    """Print an outcome on standard output in the site's language and zone."""
    if as_json:
        print_json(_as_json(outcome, site))
        return
    due = outcome.due_at.astimezone(ZoneInfo(site.timezone)) if outcome.due_at else None
    facts = [
        ("ticket", f"{outcome.key}  {outcome.title}".rstrip()),
        ("mapping", outcome.mapping or "none"),
        ("state", outcome.state),
        ("due", f"{due:%Y-%m-%d %H:%M:%S} {site.timezone}" if due else "none"),
        ("reason", outcome.reason or ""),
        ("summary", outcome.summary),
    ]
    for name, value in facts:
        if value:
            click.echo(f"{name:<9}{value}")
    for line in _sentences(outcome.receipt, site):
        click.echo(f"  - {line}")


def _sentences(receipt: Iterable[Fact], site: Site) -> list[str]:
    return [texts.render(fact, site.language, site.timezone) + _clause(fact) for fact in receipt]


def _clause(fact: Fact) -> str:
    return f" [{fact.source.document}, {fact.source.section}]" if fact.source else ""


def _as_json(outcome: Outcome, site: Site) -> dict[str, object]:
    return {
        "site": outcome.ref.site,
        "ticket": outcome.ref.id,
        "key": outcome.key,
        "mapping": outcome.mapping,
        "state": outcome.state,
        "due_at": iso(outcome.due_at) if outcome.due_at else None,
        "reason": outcome.reason,
        "summary": outcome.summary,
        "receipt": [
            {
                "rule": fact.rule,
                "text": texts.render(fact, site.language, site.timezone),
                "source": f"{fact.source.document}, {fact.source.section}" if fact.source else None,
            }
            for fact in outcome.receipt
        ],
    }
