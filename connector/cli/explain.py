"""`dueby mappings explain`: which mapping wins for one ticket and why, from the tracker, writing nothing."""

from datetime import datetime

import click
from sqlalchemy import Connection

from connector import texts, time_source
from connector.cli.door import door, open_store, read_settings, site_named, ticket_named
from connector.cli.outcome import Outcome, show
from connector.settings import Settings
from connector.sites import Site
from connector.store.cycles import finished_cycles
from connector.store.engine import reading
from connector.store.mappings import current_mappings
from connector.store.rates import counting
from connector.store.tickets import remembered, seen_under, sightings_of
from connector.trackers.registry import open_tracker
from policies.decide import decide
from policies.entitlement import entitlement_for
from policies.loader import load_policies
from policies.mapping import Mappings, read_mappings
from policies.model import Ticket
from policies.sightings import note_sightings


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
    stored, policies = current_mappings(conn), load_policies(settings.policies)
    mappings = Mappings()
    if stored is not None:
        mappings = read_mappings(stored.text, "mappings in force", policies, settings.sites, stored.version)
    ticket, _ = note_sightings(fetched, sightings_of(conn, fetched.ref))
    first_applied, under = stored.first_applied if stored else {}, seen_under(remembered(conn, ticket.ref))
    entitlement = entitlement_for(ticket, mappings, policies, first_applied, under)
    decision = decide(ticket, entitlement, finished_cycles(conn, ticket.ref), now)
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
    )
