"""What the mappings of a site look at, as far as a list of tickets can tell."""

from collections.abc import Collection, Iterable, Mapping

from pydantic import ValidationError

from connector.trackers.port import Scope
from policies.faults import FaultsError
from policies.mapping import spellings
from policies.mapping_schema import Mapping as MappingSpec
from policies.model import FieldValue
from policies.yaml12 import read_yaml


def scope_of(specs: Iterable[MappingSpec]) -> Scope:
    """Give the projects that mappings name; all of the site where one of them names none."""
    projects = projects_of(specs)
    return Scope(None if projects is None else tuple(sorted(projects)))


def projects_of(specs: Iterable[MappingSpec]) -> tuple[str, ...] | None:
    """Give the projects that mappings name, in the order of the file; None where one of them names none."""
    named = [spec.match.get("project") for spec in specs]
    return None if None in named else tuple(dict.fromkeys(project for projects in named for project in projects or ()))


def scopes_of(specs: Collection[MappingSpec]) -> Mapping[str, Scope]:
    """Give what mappings look at, by site."""
    sites = sorted({spec.site for spec in specs})
    return {site: scope_of(spec for spec in specs if spec.site == site) for site in sites}


def newly_matched(before: str | None, after: str) -> Mapping[str, Scope]:
    """Give by site what those mappings look at that are new in a file, or match otherwise than before."""
    known = {spec.name: (spec.site, spec.match) for spec in _specs(before or "")}
    new = [spec for spec in _specs(after) if known.get(spec.name) != (spec.site, spec.match)]
    return scopes_of(new)


def _specs(text: str) -> list[MappingSpec]:
    """Read the mappings of a file; what can't be read any more counts as absent."""
    try:
        document = read_yaml(text, "mappings")
        listed = document.get("mappings") if isinstance(document, dict) else []
        return [MappingSpec.model_validate(entry) for entry in listed or ()]
    except (FaultsError, ValidationError, TypeError):
        return []


def may_match(told: Mapping[str, FieldValue], specs: Collection[MappingSpec]) -> bool:
    """Say whether some mapping may match a ticket of which only these traits are known."""
    return any(all(_may_fit(told, key, wanted) for key, wanted in spec.match.items()) for spec in specs)


def _may_fit(told: Mapping[str, FieldValue], key: str, wanted: Iterable[str]) -> bool:
    return key not in told or bool(spellings(told[key]) & {text.casefold() for text in wanted})
