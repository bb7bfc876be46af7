"""What differs between two mappings files, by the names of their parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policies.faults import FaultsError
from policies.yaml12 import read_yaml

_SECTIONS = {"mappings": "mapping", "customers": "customer", "escalations": "escalation", "channels": "channel"}


@dataclass(frozen=True, slots=True)
class Change:
    """One part that was added, removed, changed, or that stands in another place of the order."""

    how: str
    kind: str
    name: str

    def __str__(self) -> str:
        """Give the line that `apply` prints and the store keeps."""
        return f"{self.how} {self.kind} {self.name}"


def changes_between(before: str, after: str) -> tuple[Change, ...]:
    """Compare two documents; one that can't be read any more counts as empty."""
    old, new = _parts(before), _parts(after)
    return tuple(change for section, kind in _SECTIONS.items() for change in _changes(kind, old[section], new[section]))


def _changes(kind: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    removed = [Change("removed", kind, name) for name in old if name not in new]
    added = [Change("added", kind, name) for name in new if name not in old]
    changed = [Change("changed", kind, name) for name in new if name in old and old[name] != new[name]]
    return added + changed + removed + _moved(kind, list(old), list(new))


def _moved(kind: str, old: list[str], new: list[str]) -> list[Change]:
    """Name the parts whose order among those that stayed is another one."""
    stayed_before, stayed = [name for name in old if name in new], [name for name in new if name in old]
    return [Change("moved", kind, name) for name, was in zip(stayed, stayed_before, strict=True) if name != was]


def _parts(text: str) -> dict[str, dict[str, Any]]:
    try:
        document = read_yaml(text, "mappings")
    except FaultsError:
        document = None
    sections = document if isinstance(document, dict) else {}
    return {section: _by_name(sections.get(section)) for section in _SECTIONS}


def _by_name(entries: Any) -> dict[str, Any]:
    listed = entries if isinstance(entries, list) else []
    return {str(entry["name"]): entry for entry in listed if isinstance(entry, dict) and "name" in entry}
