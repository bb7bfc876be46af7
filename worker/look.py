"""Look at one ticket: fetch it, or recall it where the tracker has it no more, and decide it."""

from dataclasses import replace

from connector.decided import decided, recall
from connector.errors import TrackerError
from connector.store.engine import reading
from connector.store.fetched import fetched_ticket
from connector.store.tickets import find_ticket, remembered
from policies.model import Ticket, TicketRef
from worker.deps import Deps
from worker.mishaps import no_policy, rules_of, site_named
from worker.seen import Seen, Stored, stored_of


def fetch(ref: TicketRef, deps: Deps) -> Ticket:
    """Fetch a ticket by id or key; one that was there and is gone comes as it was last. Raise TrackerError."""
    site = site_named(deps.sites, ref.site)
    try:
        return deps.tracker(site.name).fetch(ref.id)
    except TrackerError as error:
        last = _last(ref, deps) if error.gone else None
        if last is None:
            raise
        return last


def look(fetched: Ticket, reason: str, deps: Deps) -> Seen:
    """Decide a ticket by what is known of it and the rules in force. Raise TrackerError."""
    site = site_named(deps.sites, fetched.ref.site)
    with reading(deps.engine) as conn:
        known = recall(conn, fetched.ref)
        stored = stored_of(conn, fetched.ref) if known.memory else Stored(None, ())
        rules = rules_of(deps.rules, conn)
    made = decided(fetched, known, rules, deps.now())
    no_policy(made.entitlement)
    summary = deps.summary(made.decision.summary, site)
    return Seen(fetched=fetched, reason=reason, decided=made, summary=summary, recalled=known, stored=stored)


def _last(ref: TicketRef, deps: Deps) -> Ticket | None:
    """Return a ticket as it was fetched last, gone since it was first missed; None where that was never stored."""
    with reading(deps.engine) as conn:
        known = find_ticket(conn, ref.site, ref.id)
        last, memory = (fetched_ticket(conn, known), remembered(conn, known)) if known else (None, None)
    since = memory.gone_at if memory else None
    return replace(last, gone_at=since or deps.now(), writable=False) if last else None
