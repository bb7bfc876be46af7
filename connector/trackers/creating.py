"""What creating fields shares between trackers: how each is called, and which one is there already."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from connector.errors import Scope, TrackerError
from connector.sites import Site
from connector.trackers.port import OwnField

TITLES = {
    "due_at": "Vendor answer due",
    "due_on": "Vendor answer due on",
    "state": "Vendor answer state",
    "summary": "Vendor answer summary",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One custom field that a site has."""

    id: str
    title: str
    kind: str


def chosen_names(site: Site, *, due_on: bool) -> tuple[str, ...]:
    """Give the contract names of the fields that a site is to have; the date only where it is wanted or configured."""
    return tuple(name for name in TITLES if name != "due_on" or due_on or "due_on" in site.fields)


def looked_up(
    site: Site, names: Iterable[str], standing: Collection[Standing], fits: Mapping[str, Collection[str]]
) -> Iterator[OwnField]:
    """Find each field: the one configured, if it fits, else the one of dueby's title and a type that fits.

    Raise `TrackerError` where two fields are called so: only a person can tell which one is meant.
    """
    for name in names:
        own = [field for field in standing if field.kind in fits[name]]
        configured = next((field for field in own if field.id == site.fields.get(name)), None)
        called = [field for field in own if field.title == TITLES[name]]
        if configured:
            yield OwnField(name, configured.id, configured.title, configured.kind, "configured")
        elif len(called) > 1:
            raise _ambiguous(site, name, called)
        elif called:
            yield OwnField(name, called[0].id, called[0].title, called[0].kind, "found")
        else:
            yield OwnField(name, None, TITLES[name], "", "missing")


def completed(
    fields: Iterable[OwnField], kinds: Mapping[str, str], create: Callable[[str], str] | None
) -> tuple[OwnField, ...]:
    """Create each missing field by its contract name (None: only say of what kind it would be)."""
    return tuple(field if field.id else _made(replace(field, kind=kinds[field.name]), create) for field in fields)


def _made(field: OwnField, create: Callable[[str], str] | None) -> OwnField:
    return replace(field, id=create(field.name), how="created") if create else field


def not_allowed(site: Site, who: str, status: int | None) -> TrackerError:
    """Give the fault of an account that may not create fields."""
    sentence = (
        f"{site.name}: only {who} may create fields, and dueby's account is none. Make it one for this command, or "
        "create the fields by hand as the README says and put their ids under `fields`."
    )
    return TrackerError("no_admin_right", sentence, retryable=False, scope=Scope.SITE, status=status)


def _ambiguous(site: Site, name: str, called: Iterable[Standing]) -> TrackerError:
    ids = " and ".join(field.id for field in called)
    sentence = (
        f"{site.name}: {ids} are both called {TITLES[name]!r}. Put the right one under `fields.{name}` in dueby.yaml, "
        "or rename the other, then run this again."
    )
    return TrackerError("ambiguous_field", sentence, retryable=False, scope=Scope.SITE)
