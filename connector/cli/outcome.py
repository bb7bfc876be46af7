"""What a sync comes to, as people and scripts see it: mapping, state, due time, reasons, receipt."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import click

from connector import texts
from connector.cli.door import print_json
from connector.sites import Site
from policies.instants import iso
from policies.model import TicketRef
from policies.notices import OVER, Notice, NoticeState, Standing
from policies.receipt import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One ticket's outcome; `reason` is the machine word of an unmapped one, `summary` the line in its field.

    `notices` wait to be sent, the next one first.
    """

    ref: TicketRef
    key: str
    title: str
    mapping: str | None
    state: str
    due_at: datetime | None
    reason: str | None
    summary: str
    receipt: tuple[Fact, ...]
    notices: tuple[Notice, ...] = ()


def planned(standing: Iterable[Standing]) -> tuple[Notice, ...]:
    """Return the notices that wait to be sent."""
    return tuple(row.notice for row in standing if row.state is NoticeState.PLANNED)


def show(outcome: Outcome, site: Site, *, as_json: bool) -> None:
    """Print an outcome on standard output in the site's language and zone."""
    if as_json:
        print_json(_as_json(outcome, site))
        return
    facts = [
        ("ticket", f"{outcome.key}  {outcome.title}".rstrip()),
        ("mapping", outcome.mapping or "none"),
        ("state", outcome.state),
        ("due", _shown(outcome.due_at, site) if outcome.due_at else "none"),
        ("reason", outcome.reason or ""),
        ("summary", outcome.summary),
    ]
    for name, value in facts:
        if value:
            click.echo(f"{name:<9}{value}")
    for line in _sentences(outcome.receipt, site):
        click.echo(f"  - {line}")
    for line in _coming(outcome.notices, site):
        click.echo(f"notice   {line}")


def _shown(at: datetime, site: Site) -> str:
    return f"{at.astimezone(ZoneInfo(site.timezone)):%Y-%m-%d %H:%M:%S} {site.timezone}"


def _coming(notices: Sequence[Notice], site: Site) -> Iterator[str]:
    """Say when each step comes and who is told; the channels of one moment stand together."""
    several = len({notice.metric for notice in notices}) > 1
    for notice, told in groupby(notices, key=lambda one: replace(one, channel="")):
        metric = f"{notice.metric} " if several else ""
        again = f", repeat {notice.repetition}" if notice.repetition and notice.step != OVER else ""
        yield f"{_shown(notice.send_at, site)}  {metric}{notice.step}{again}  {', '.join(one.channel for one in told)}"


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
        "notices": [
            {
                "step": notice.step,
                "repetition": notice.repetition,
                "channel": notice.channel,
                "metric": notice.metric,
                "send_at": iso(notice.send_at),
            }
            for notice in outcome.notices
        ],
    }
