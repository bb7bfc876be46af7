"""`dueby mappings explain`: which mapping wins for one ticket and why, from the tracker, writing nothing."""

from datetime import datetime

import click
from sqlalchemy import Connection

from connector import texts, time_source
from connector.cli.door import door, open_store, read_settings, site_named, ticket_named
from connector.cli.outcome import Outcome, planned, show
from connector.decided import Decided, decided, in_force, recall
from connector.settings import Settings
from connector.sites import Site
from connector.store.engine import reading
from connector.store.mappings import current_mappings
from connector.store.notices import standing_notices
from connector.store.rates import counting
from connector.trackers.registry import open_tracker
from policies.loader import load_policies
from policies.model import Ticket
from policies.notices import Notice
from policies.replan import replan


@click.command(short_help="Say which mapping wins for a ticket, and why.")
@click.argument("site")
@click.argument("ticket")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for scripts.")
def explain(site: str, ticket: str, as_json: bool) -> None:  # noqa: FBT001  # click gives an option as it is
    """Say which mapping wins for TICKET (a key or an id) of SITE and why, with the receipt; write nothing.

    \b
    Example:
      dueby mappings explain acme OKTA-12
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    with door():
        settings = read_settings()
        chosen = site_named(settings, site)
        engine = open_store(settings)
        counted = counting(engine, chosen, time_source.now)
        fetched = open_tracker(chosen, time_source.now, counted).fetch(ticket_named(chosen, ticket))
        with reading(engine) as conn:
            outcome = _outcome(conn, settings, chosen, fetched, time_source.now())
        show(outcome, chosen, as_json=as_json)


def _outcome(conn: Connection, settings: Settings, site: Site, fetched: Ticket, now: datetime) -> Outcome:
    rules = in_force(current_mappings(conn), load_policies(settings.policies), settings.sites)
    made = decided(fetched, recall(conn, fetched.ref), rules, now)
    ticket, decision = made.ticket, made.decision
    return Outcome(
        ref=ticket.ref,
        key=ticket.key,
        title=ticket.title,
        mapping=decision.mapping,
        state=decision.state.value,
        due_at=decision.due_at,
        reason=decision.reason,
        summary=texts.summary(decision.summary, site.language, site.timezone),
        receipt=decision.receipt,
        notices=_notices(conn, site, made, now),
    )


def _notices(conn: Connection, site: Site, made: Decided, now: datetime) -> tuple[Notice, ...]:
    """Give the notices that would wait to be sent after a sync; of a site that is only watched nobody is told."""
    if not site.write:
        return ()
    standing = standing_notices(conn, made.ticket.ref)
    plan = replan(made.decision, standing, now)
    cancelled = {notice for notice, _ in plan.cancel}
    left = {one.key: one for one in planned(standing) if one not in cancelled}
    return tuple(sorted((left | {one.key: one for one in plan.put}).values(), key=lambda one: one.send_at))
