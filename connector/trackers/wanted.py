"""What both trackers share when they write dueby's fields: the faults of a configured field, and the due date."""

from collections.abc import Collection, Mapping
from zoneinfo import ZoneInfo

from connector.errors import TrackerError
from connector.sites import Site
from connector.trackers.port import Wanted


def due_on(wanted: Wanted, site: Site) -> str | None:
    """Give the date of the due time in the site's timezone, as `2026-11-23`."""
    return wanted.due_at.astimezone(ZoneInfo(site.timezone)).date().isoformat() if wanted.due_at else None


def unknown_field(site: Site, name: str) -> TrackerError:
    """Give the fault of a configured field that the tracker does not have."""
    return _fault(site, name, "unknown_field", "does not exist; correct its id under `fields`")


def wrong_type(site: Site, name: str, kind: str, expected: Collection[str]) -> TrackerError:
    """Give the fault of a configured field of a type that cannot hold its value."""
    advice = f"is of type {kind}, expected {' or '.join(sorted(expected))}; name another field under `fields`"
    return _fault(site, name, "wrong_field_type", advice)


def refused_fields(
    site: Site, errors: Mapping[str, str], fault: TrackerError, off_screen: Collection[str]
) -> TrackerError:
    """Name the fields that the tracker would not write, given what it says of each contract name."""
    reason = "field_not_on_screen" if off_screen else "field_refused"
    names = [name for name in errors if name in off_screen or not off_screen]
    advice = (
        "put it on the edit screen of the ticket's project"
        if off_screen
        else "check its type, its options and its validation"
    )
    what = "; ".join(f"{_named(site, name)}: {' '.join(errors[name].split())[:200]}" for name in names)
    return TrackerError(
        reason,
        f"{site.name}: the tracker refuses a field, {advice}, then retry the failure. {what}",
        retryable=False,
        field=", ".join(_named(site, name) for name in names),
        status=fault.status,
    )


def _fault(site: Site, name: str, reason: str, advice: str) -> TrackerError:
    sentence = f"{site.name}: field {_named(site, name)} {advice}."
    return TrackerError(reason, sentence, retryable=False, field=_named(site, name))


def _named(site: Site, name: str) -> str:
    return f"{name} ({site.fields[name]})"
