"""Which level counts, what is promised for it and in which hours: one function for each vendor's document."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from tests.walk_tables import (
    CLOUDTALK,
    CLOUDTALK_HOLIDAYS,
    CREDENTI,
    CREDENTI_WEEKS,
    HOSTEUR,
    HOUR,
    OKTA,
    WEEK_6_18,
    WEEK_9_17,
    WEEK_24X5,
    Week,
)


class NoLevelError(ValueError):
    """Say that a ticket has no level and its policy no default one."""


@dataclass(frozen=True, slots=True)
class Filed:
    """Hold what a ticket says; attributes in lower case."""

    plan: str
    level: int | None
    zone: str | None
    region: str | None
    holidays: str | None
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold what is owed: the level that counts, the target, and the hours it runs in; no week means round the clock."""

    level: int
    target: timedelta | None
    week: Week | None = None
    zone: tzinfo | None = None
    holidays: str = "none"

    @property
    def lacks_zone(self) -> bool:
        """Tell whether the hours are local hours of nobody knows where."""
        return self.target is not None and self.week is not None and self.zone is None


def _zone(name: str | None) -> ZoneInfo | None:
    return None if name is None else ZoneInfo(name)


def _level(filed: Filed) -> int:
    if filed.level is None:
        raise NoLevelError
    return filed.level


def auth0(filed: Filed, chosen: frozenset[str]) -> Terms:
    """Read section 1: weekdays 06:00 to 18:00 at the customer's, no holidays; a business day is 12 hours."""
    level = _level(filed)
    business_day = 12 * HOUR
    third = business_day if "english-edition" in chosen else 1 * HOUR
    target = {1: 3 * HOUR, 2: 12 * HOUR, 3: third, 4: 2 * business_day}[level]
    return Terms(level, target, WEEK_6_18, _zone(filed.zone))


def okta(filed: Filed, chosen: frozenset[str]) -> Terms:
    """Read section 2: basic runs 24x5 at the customer's, the other plans round the clock."""
    level = _level(filed)
    target = OKTA[filed.plan][level]
    if filed.plan == "basic" and "clock-hours" not in chosen:
        return Terms(level, target, WEEK_24X5, _zone(filed.zone))
    return Terms(level, target)


def credenti(filed: Filed, chosen: frozenset[str]) -> Terms:
    """Read section 3: basic, and premium 3 and 4, run in the region's hours without the customer's holidays."""
    level = _level(filed)
    if filed.attributes.get("customer_reachable") == "false":
        if level == 1:
            level = 2
        elif level == 2 and "lower-to-3" in chosen:
            level = 3
    target = CREDENTI[filed.plan][level]
    if filed.plan == "basic":
        round_the_clock = "clock-hours" in chosen
    else:
        round_the_clock = level in {1, 2} or "round-the-clock" in chosen
    if round_the_clock:
        return Terms(level, target)
    week = CREDENTI_WEEKS[filed.region or "worldwide"]
    return Terms(level, target, week, _zone(filed.zone), filed.holidays or "none")


def cloudtalk(filed: Filed, chosen: frozenset[str]) -> Terms:
    """Read section 4: Central European weekdays 09:00 to 17:00; release, missing level, environment, in this order."""
    unreleased = filed.attributes.get("release") in {"preview", "beta"}
    level = 3 if filed.level is None else filed.level
    if filed.attributes.get("environment", "production") != "production":
        level = 3
    if unreleased or filed.plan == "basic":
        return Terms(level, None)
    target = CLOUDTALK[filed.plan][level]
    if filed.plan == "advanced" and level == 1:
        return Terms(level, target)
    zone = timezone(HOUR) if "fixed-utc+1" in chosen else ZoneInfo("Europe/Bratislava")
    code = next(code for reading, code in CLOUDTALK_HOLIDAYS.items() if reading in chosen)
    return Terms(level, target, WEEK_9_17, zone, code)


def hosteur(filed: Filed, chosen: frozenset[str]) -> Terms:
    """Read section 5: clock hours; .NET and MS-SQL are level 2 at the highest. One instant has no history of levels."""
    del chosen
    level = _level(filed)
    if level == 1 and filed.attributes.get("technology") in {"dotnet", "mssql"}:
        level = 2
    return Terms(level, HOSTEUR[level])


TERMS: Mapping[str, Callable[[Filed, frozenset[str]], Terms]] = {
    "auth0-self-service": auth0,
    "okta-premier-success": okta,
    "credenti": credenti,
    "cloudtalk": cloudtalk,
    "hosteur-ragnarokkr": hosteur,
}
