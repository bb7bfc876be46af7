"""Mishaps of dueby's own as errors that the agenda knows, so that they wait, are listed and end like a tracker's."""

from collections.abc import Mapping

from rq.timeouts import BaseTimeoutException
from sqlalchemy import Connection

from connector.decided import InForce
from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.store.waits import INTERNAL, NO_POLICY, NO_SITE
from policies.entitlement import Entitlement, Unentitled
from policies.faults import FaultsError
from worker.rules import Rules

_SAID = 300


def site_named(sites: Mapping[str, Site], name: str) -> Site:
    """Return a configured site; a row may outlive its site's place in the configuration."""
    if name not in sites:
        sentence = f"The configuration has no site {name!r} any more. Put it back, or leave this ticket be."
        raise TrackerError(NO_SITE, sentence, retryable=False)
    return sites[name]


def internal(error: Exception) -> TrackerError:
    """Give the failure of a sync that broke on something unforeseen."""
    if isinstance(error, BaseTimeoutException):
        return TrackerError(
            "timeout", "The sync took too long. It is tried again; is the tracker slow?", retryable=True
        )
    said = " ".join(f"{type(error).__name__}: {error}".split())[:_SAID]
    sentence = f"dueby itself failed on this ticket ({said}). It is tried again; the log holds the whole story."
    return TrackerError(INTERNAL, sentence, retryable=True)


def rules_of(rules: Rules, conn: Connection) -> InForce:
    """Return the rules in force; without any good set everything waits, and no field is touched."""
    try:
        return rules.in_force(conn)
    except FaultsError as error:
        sentence = f"The stored mappings can't be used: {error.faults[0]}. Put it right and apply them again."
        raise TrackerError("mappings_broken", sentence, retryable=True, scope=Scope.SITE) from error


def no_policy(entitlement: Entitlement | Unentitled) -> Entitlement | Unentitled:
    """Refuse to take a policy that isn't there for a ticket without a mapping: its fields would be emptied."""
    if isinstance(entitlement, Unentitled) and entitlement.reason == "no_policy":
        sentence = (
            f"Mapping {entitlement.mapping} needs policy {entitlement.detail!r}, which is not there. Put it back."
        )
        raise TrackerError(NO_POLICY, sentence, retryable=True)
    return entitlement
