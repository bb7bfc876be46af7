"""Which open tickets a change of the mappings file touches: what need not be looked at again is left alone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from policies.escalation_schema import Escalation
from policies.mapping import Mappings
from policies.mapping_schema import Mapping as MappingSpec
from policies.mapping_values import Texts


@dataclass(frozen=True, slots=True)
class Touched:
    """Sites all of whose open tickets are touched, and mappings whose open tickets are, by name."""

    sites: frozenset[str] = frozenset()
    mappings: frozenset[str] = frozenset()


def touched_by(old: Mappings, new: Mappings) -> Touched:
    """Compare two mappings files: where another mapping may win all of a site's tickets are touched."""
    sites = frozenset(
        site for site in _sites(old) | _sites(new) if _who_wins(old.mappings, site) != _who_wins(new.mappings, site)
    )
    return Touched(sites, frozenset(_changed(old, new)))


def under_policies(mappings: Mappings, policies: Collection[str]) -> Touched:
    """Name the mappings that stand on any of these policies."""
    return Touched(mappings=frozenset(spec.name for spec in mappings.mappings if spec.policy in policies))


def _sites(mappings: Mappings) -> frozenset[str]:
    return frozenset(spec.site for spec in mappings.mappings)


def _who_wins(specs: Collection[MappingSpec], site: str) -> list[tuple[str, Mapping[str, Texts]]]:
    return [(spec.name, spec.match) for spec in specs if spec.site == site]


def _changed(old: Mappings, new: Mappings) -> Iterator[str]:
    before = {spec.name: spec for spec in old.mappings}
    escalations, customers = _changed_escalations(old.escalations, new.escalations), old.customers != new.customers
    for spec in new.mappings:
        listed = customers and spec.customer.directory is not None
        if before.get(spec.name) != spec or spec.escalation in escalations or listed:
            yield spec.name


def _changed_escalations(old: Collection[Escalation], new: Collection[Escalation]) -> frozenset[str]:
    before = {escalation.name: escalation for escalation in old}
    return frozenset(one.name for one in new if before.get(one.name) != one)
