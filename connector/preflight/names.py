"""Names in mappings that the site does not have, each with the nearest one that it has."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from connector.preflight.used import FIELD, Used
from connector.trackers.findings import fault, right, warning
from connector.trackers.port import Catalogue, Finding
from policies.model import Spelled

_SHOWN = {"issue_type": "issue type", "request_type": "request type"}
_OFTEN_HIDDEN = frozenset({"project", "brand", "group", "form", "organization", "request_type"})

Elsewhere = Callable[[str], Sequence[str]]
"""Names the other sites that have a field of an id."""


def name_findings(used: Iterable[Used], catalogue: Catalogue, elsewhere: Elsewhere) -> Iterator[Finding]:
    """Tell each name that the site does not have; a kind of which the site tells nothing is told once, as unseen."""
    unseen: dict[str, Used] = {}
    checked, wrong = 0, 0
    for one in used:
        names = catalogue.names.get(one.kind)
        if names is None:
            unseen.setdefault(one.kind, one)
            continue
        checked += 1
        if not _is_known(one, names):
            wrong += 1
            yield replace(_unknown(one, names, elsewhere), path=one.path)
    for kind, one in unseen.items():
        found = f"{one.mapping} names a {_SHOWN.get(kind, kind)}, and the site does not tell which there are"
        yield replace(warning("names_unseen", found, "make sure of it by hand"), path=one.path)
    if checked and not wrong:
        yield right("names", f"all {checked} names in its mappings are there")


def nearest(text: str, names: Iterable[Spelled]) -> Spelled | None:
    """Give the name of which one spelling is most like a text; None where there are none."""
    return max(names, key=lambda spelled: max(_likeness(text, one) for one in spelled), default=None)


def _likeness(text: str, other: str) -> float:
    return SequenceMatcher(None, other.casefold(), text.casefold()).ratio()


def _is_known(one: Used, names: Iterable[Spelled]) -> bool:
    if one.kind == FIELD:  # tickets are asked for fields by id alone
        return any(one.text == spelled[-1] for spelled in names)
    wanted = one.text.casefold()
    return any(wanted == text.casefold() for spelled in names for text in spelled)


def _unknown(one: Used, names: Sequence[Spelled], elsewhere: Elsewhere) -> Finding:
    if one.kind == FIELD and (sites := elsewhere(one.text)):
        found = f"{one.mapping} names {one.text!r}: a field of {' and '.join(sites)}, and not of this site"
        todo = "name a field of the mapping's own site, or change the mapping's `site`"
        return fault("field_elsewhere", found, todo)
    what = "no field has this id" if one.kind == FIELD else f"there is no such {_SHOWN.get(one.kind, one.kind)}"
    found = f"{one.mapping} names {one.text!r}: {what}"
    closest = nearest(one.text, names)
    todo = f"the nearest is {_shown(one.kind, closest)}" if closest else "there are none at all"
    hidden = "; or let dueby's account see it" if one.kind in _OFTEN_HIDDEN else ""
    return fault(f"unknown_{one.kind}", found, f"{todo}{hidden}")


def _shown(kind: str, spelled: Spelled) -> str:
    return f"{spelled[-1]} ({spelled[0]})" if kind == FIELD and len(spelled) > 1 else spelled[0]
