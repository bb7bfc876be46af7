"""Read a mappings file whole, with every fault at once, and find the mapping a ticket falls under."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from policies.escalation_schema import Channel, Escalation
from policies.faults import Fault, FaultsError, faults_from
from policies.mapping_checks import mapping_faults
from policies.mapping_mending import rest_of
from policies.mapping_places import Known, Place
from policies.mapping_schema import Customer
from policies.mapping_schema import Mapping as MappingSpec
from policies.mapping_values import Shape
from policies.model import FieldValue, Spelled, Ticket
from policies.other_checks import channel_faults, customer_faults, escalation_faults
from policies.schema import Policy
from policies.yaml12 import read_yaml

_Part = TypeVar("_Part", bound=Shape)
_Found = TypeVar("_Found")
_SECTIONS = ("mappings", "customers", "escalations", "channels")


class SiteLike(Protocol):
    """What a mapping needs to know of a site."""

    @property
    def tracker(self) -> str:
        """Return `jira` or `zendesk`."""


@dataclass(frozen=True, slots=True)
class Mappings:
    """A mappings file that was read and found right; `version` is the number it was stored under.

    No step that lies before `silent_from` is raised: the file was applied silently then.
    """

    mappings: tuple[MappingSpec, ...] = ()
    customers: tuple[Customer, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    channels: tuple[Channel, ...] = ()
    version: int = 0
    silent_from: datetime | None = None


@dataclass(slots=True)
class _Told:
    """The faults found so far, and the key paths that are faulty: what they lead to is not told again."""

    file: str
    faults: list[Fault]
    spoilt: set[str] = field(default_factory=set)

    def add(self, found: Iterable[Fault]) -> None:
        self.faults += [
            fault
            for fault in found
            if not any(fault.path == path or fault.path.startswith(f"{path}.") for path in self.spoilt)
        ]


def read_mappings(
    text: str, file: str, policies: Mapping[str, Policy], sites: Mapping[str, SiteLike], version: int = 0
) -> Mappings:
    """Read a mappings file. Raise `FaultsError` with every fault of the whole file."""
    document = read_yaml(text, file)
    if not isinstance(document, dict) or "mappings" not in document:
        raise FaultsError([Fault(file, "mappings", "missing", "a list of mappings, which may be empty")])
    faults = [Fault(file, key, "unknown key", ", ".join(_SECTIONS)) for key in document if key not in _SECTIONS]
    told = _Told(file, faults)
    specs = _parts(document, "mappings", MappingSpec, told)
    customers = _parts(document, "customers", Customer, told)
    escalations = _parts(document, "escalations", Escalation, told)
    channels = _parts(document, "channels", Channel, told)
    known = Known(
        policies,
        {name: site.tracker for name, site in sites.items()},
        _names_given(document, "escalations"),
        _names_given(document, "channels"),
    )
    for path, spec in specs:
        told.add(mapping_faults(spec, Place(file, path), known))
    for path, customer in customers:
        told.add(customer_faults(customer, Place(file, path), known))
    for path, escalation in escalations:
        told.add(escalation_faults(escalation, Place(file, path), known))
    for path, channel in channels:
        told.add(channel_faults(channel, Place(file, path)))
    faults += _doubled(document, file)
    if faults:
        raise FaultsError(faults)
    return Mappings(_bare(specs), _bare(customers), _bare(escalations), _bare(channels), version)


def _bare(parts: Iterable[tuple[str, _Part]]) -> tuple[_Part, ...]:
    return tuple(part for _, part in parts)


def _parts(document: dict[str, Any], section: str, shape: type[_Part], told: _Told) -> list[tuple[str, _Part]]:
    entries = document.get(section)
    if entries is None and section != "mappings":
        return []
    if not isinstance(entries, list):
        told.faults.append(Fault(told.file, section, "is no list", "a list, each entry beginning with a dash"))
        return []
    read: list[tuple[str, _Part]] = []
    for index, entry in enumerate(entries):
        path = f"{section}.{index}"
        try:
            read.append((path, shape.model_validate(entry)))
        except ValidationError as error:
            told.faults += faults_from(error, told.file, path)
            rest, faulty = rest_of(entry, error, shape)
            told.spoilt |= {f"{path}.{key}" for key in faulty}
            read += [(path, rest)] if rest else []
    return read


def _names_given(document: dict[str, Any], section: str) -> list[str]:
    """List the names as written, also of entries that are faulty: a fault is told once, where it is."""
    entries = document.get(section)
    listed = entries if isinstance(entries, list) else []
    return [str(entry["name"]) for entry in listed if isinstance(entry, dict) and "name" in entry]


def _doubled(document: dict[str, Any], file: str) -> Iterator[Fault]:
    for section in _SECTIONS:
        names = _names_given(document, section)
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Fault(file, f"{section}.{index}.name", f"{name!r} stands twice", "a name of its own")


def mapping_for(ticket: Ticket, mappings: Mappings) -> MappingSpec | None:
    """Return the first mapping, in the file's order, whose every match key fits the ticket."""
    return next((spec for spec in mappings.mappings if spec.site == ticket.ref.site and _fits(ticket, spec)), None)


def _fits(ticket: Ticket, spec: MappingSpec) -> bool:
    return all(_fits_key(ticket, key, wanted) for key, wanted in spec.match.items())


def _fits_key(ticket: Ticket, key: str, wanted: tuple[str, ...]) -> bool:
    held = ticket.fields.get(key.removeprefix("field:")) if key.startswith("field:") else ticket.traits.get(key)
    return bool(spellings(held or ()) & {text.casefold() for text in wanted})


def spellings(value: FieldValue) -> frozenset[str]:
    """Return every spelling of every value of a field, without case."""
    return frozenset(text.casefold() for spelled in value for text in spelled)


def looked_up(spelled: Spelled, table: Mapping[str, _Found]) -> _Found | None:
    """Return what a table holds for one value: by any of its spellings as written, else without case."""
    exact = next((table[text] for text in spelled if text in table), None)
    if exact is not None:
        return exact
    loose = {key.casefold(): found for key, found in table.items()}
    return next((loose[text.casefold()] for text in spelled if text.casefold() in loose), None)
