"""The preflight of one site: its tracker's own, its webhook secret, and its mappings against what it has."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from connector.errors import TrackerError
from connector.preflight.names import name_findings
from connector.preflight.notes import note_findings
from connector.preflight.used import names_used
from connector.scopes import projects_of
from connector.sites import Site
from connector.trackers.findings import fault, right, told, warning
from connector.trackers.port import Catalogue, Finding, Scope, Tracker
from policies.mapping import Mappings
from policies.mapping_schema import Mapping as MappingSpec

Numbered = tuple[tuple[int, MappingSpec], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What preflights stand on. `catalogue` gives a site's names, asked once; it raises TrackerError."""

    sites: Mapping[str, Site]
    mappings: Mappings
    tracker: Callable[[str], Tracker]
    catalogue: Callable[[str], Catalogue]


def preflight(name: str, ground: Ground) -> tuple[Finding, ...]:
    """Look at everything that a site needs; write nothing, raise nothing for what a tracker answers."""
    site, specs = ground.sites[name], specs_of(name, ground.mappings)
    found = [*ground.tracker(name).check(checked_scope(specs)), _secret_finding(site)]
    if any(finding.code == "account" for finding in found):
        try:
            found += _mapping_findings(name, specs, ground)
        except TrackerError as error:
            found.append(told(error, site))
    return tuple(dict.fromkeys(found))


def specs_of(name: str, mappings: Mappings) -> Numbered:
    """Give the mappings of a site with their places in the file."""
    return tuple((index, spec) for index, spec in enumerate(mappings.mappings) if spec.site == name)


def checked_scope(specs: Numbered) -> Scope:
    """Give what a site's mappings look at: where one names no project, all of them."""
    forms = tuple(dict.fromkeys(text for _, spec in specs for text in spec.match.get("form", ())))
    return Scope(projects_of(spec for _, spec in specs), forms or None)


def _secret_finding(site: Site) -> Finding:
    if site.webhook_secrets:
        return right("webhook_secret", "a webhook secret is set")
    todo = f"set `sites.{site.name}.webhook_secret` in dueby.yaml to the secret of the tracker's webhook"
    return fault("webhook_secret_unset", "no webhook secret is set, so every webhook is refused", todo)


def _mapping_findings(name: str, specs: Numbered, ground: Ground) -> Iterator[Finding]:
    if not specs:
        yield warning("no_mappings", "no mapping looks at this site", "dueby mappings apply FILE")
        return
    catalogue = ground.catalogue(name)
    used = [one for index, spec in specs for one in names_used(index, spec)]
    yield from name_findings(used, catalogue, lambda field: _others_with(field, name, ground))
    yield from note_findings(specs, ground.mappings, catalogue)


def _others_with(field: str, name: str, ground: Ground) -> list[str]:
    return [other for other in ground.sites if other != name and _has(field, other, ground)]


def _has(field: str, name: str, ground: Ground) -> bool:
    try:
        return any(field == spelled[-1] for spelled in ground.catalogue(name).names.get("field", ()))
    except TrackerError:
        return False
