"""Where in a mappings file a fault lies, and the names that exist elsewhere."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from policies.errors import CalendarError
from policies.faults import Fault
from policies.holiday_days import require_holidays
from policies.schema import Policy
from policies.zones import find_zone

HOLIDAY_CODES = "such as FR, US-CA, XECB or none"


def zone_exists(name: str) -> bool:
    """Say whether the machine's zone data knows the zone."""
    try:
        find_zone(name)
    except CalendarError:
        return False
    return True


def holiday_code_exists(code: str) -> bool:
    """Say whether holidays are known by the code."""
    try:
        require_holidays(code)
    except CalendarError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file an entry stands."""

    file: str
    path: str

    def fault(self, key: str, problem: str, expected: str) -> Fault:
        """Tell a fault of one of the entry's keys."""
        return Fault(self.file, f"{self.path}.{key}", problem, expected)


@dataclass(frozen=True, slots=True)
class Known:
    """The names that exist elsewhere: policies, sites with their trackers, escalations and channels."""

    policies: Mapping[str, Policy]
    trackers: Mapping[str, str]
    escalations: Collection[str]
    channels: Collection[str]


def one_of(names: Collection[str]) -> str:
    """Say which names would have been right."""
    return f"one of {', '.join(sorted(names))}" if names else "one that exists (there is none yet)"


def zone_faults(zone: str, place: Place, key: str) -> Iterator[Fault]:
    """Find a zone that does not exist."""
    if not zone_exists(zone):
        yield place.fault(key, f"no time zone {zone!r}", "an IANA name such as Europe/Paris")
