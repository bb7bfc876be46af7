"""One ticket decided under the rules in force and by what the store recalls of it; nothing is written."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from connector.store.cycles import finished_cycles
from connector.store.mappings import StoredMappings
from connector.store.tickets import Memory, remembered, seen_under, sightings_of
from policies.decide import decide
from policies.decision import Decision, Finished
from policies.entitlement import Entitlement, Unentitled, entitlement_for
from policies.mapping import Mappings, SiteLike, read_mappings
from policies.model import Ticket, TicketRef
from policies.schema import Policy
from policies.sightings import Sighting, note_sightings


@dataclass(frozen=True, slots=True)
class InForce:
    """What is decided by: all of one version."""

    policies: Mapping[str, Policy]
    mappings: Mappings
    first_applied: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the store knew of a ticket before it was looked at."""

    memory: Memory | None
    sightings: Mapping[str, Sighting]
    finished: tuple[Finished, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A ticket with its comments as they were seen, what it is entitled to, and what was decided."""

    ticket: Ticket
    sightings: Mapping[str, Sighting]
    entitlement: Entitlement | Unentitled
    decision: Decision


def in_force(stored: StoredMappings | None, policies: Mapping[str, Policy], sites: Mapping[str, SiteLike]) -> InForce:
    """Give what is decided by under a stored document. Raise FaultsError where it can't be used with these policies."""
    if stored is None:
        return InForce(policies, Mappings(), {})
    read = read_mappings(stored.text, f"mappings version {stored.version}", policies, sites, stored.version)
    return InForce(policies, replace(read, silent_from=stored.silent_from), stored.first_applied)


def recall(conn: Connection, ref: TicketRef) -> Recalled:
    """Read what is known of a ticket."""
    return Recalled(remembered(conn, ref), sightings_of(conn, ref), finished_cycles(conn, ref))


def decided(fetched: Ticket, known: Recalled, rules: InForce, now: datetime) -> Decided:
    """Decide a ticket as it was fetched."""
    ticket, sightings = note_sightings(fetched, known.sightings)
    under = seen_under(known.memory)
    entitlement = entitlement_for(ticket, rules.mappings, rules.policies, rules.first_applied, under)
    decision = decide(ticket, entitlement, known.finished, now)
    return Decided(ticket=ticket, sightings=sightings, entitlement=entitlement, decision=decision)
