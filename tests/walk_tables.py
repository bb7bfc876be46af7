"""What the five vendor documents promise, typed a second time by hand; nothing here comes from the product."""

from collections.abc import Mapping
from datetime import timedelta

Week = tuple[tuple[tuple[int, int], ...], ...]
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY = 24 * 60


def _week(start: int, end: int) -> Week:
    return (*(((start, end),) for _ in range(5)), (), ())


# Monday first; minutes of the local day, half open
WEEK_6_18 = _week(6 * 60, 18 * 60)
WEEK_8_17 = _week(8 * 60, 17 * 60)
WEEK_9_17 = _week(9 * 60, 17 * 60)
WEEK_24X5: Week = (((1, DAY),), ((0, DAY),), ((0, DAY),), ((0, DAY),), ((0, DAY - 1),), (), ())

# policy -> clauses that can be read in several ways; the first reading of each is the default
READINGS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "auth0-self-service": (("as-written", "english-edition"),),
    "okta-premier-success": (("support-hours", "clock-hours"),),
    "credenti": (
        ("support-hours", "clock-hours"),
        ("contact-hours", "round-the-clock"),
        ("as-written", "lower-to-3"),
    ),
    "cloudtalk": (("civil-time", "fixed-utc+1"), ("ecb-closing-days", "slovakia", "no-holidays")),
    "hosteur-ragnarokkr": (("clock-hours",), ("level-on-ticket", "level-as-filed")),
}
PLANS: Mapping[str, tuple[str, ...]] = {
    "auth0-self-service": ("self-service",),
    "okta-premier-success": ("basic", "silver", "gold"),
    "credenti": ("basic", "premium"),
    "cloudtalk": ("basic", "professional", "advanced"),
    "hosteur-ragnarokkr": ("standard",),
}
LEVELS: Mapping[str, tuple[int, ...]] = {
    "auth0-self-service": (1, 2, 3, 4),
    "okta-premier-success": (1, 2, 3, 4),
    "credenti": (1, 2, 3, 4),
    "cloudtalk": (1, 2, 3),
    "hosteur-ragnarokkr": (1, 2, 3, 4),
}
OKTA = {
    "basic": {1: 2 * HOUR, 2: 12 * HOUR, 3: 24 * HOUR, 4: 24 * HOUR},
    "silver": {1: 1 * HOUR, 2: 2 * HOUR, 3: 8 * HOUR, 4: 24 * HOUR},
    "gold": {1: 30 * MINUTE, 2: 1 * HOUR, 3: 4 * HOUR, 4: 24 * HOUR},
}
CREDENTI = {
    "basic": {1: 2 * HOUR, 2: 12 * HOUR, 3: 24 * HOUR, 4: 24 * HOUR},
    "premium": {1: 30 * MINUTE, 2: 1 * HOUR, 3: 4 * HOUR, 4: 12 * HOUR},
}
CREDENTI_WEEKS = {"worldwide": WEEK_9_17, "north-america": WEEK_8_17}
CLOUDTALK = {
    "professional": {1: 3 * HOUR, 2: 6 * HOUR, 3: 9 * HOUR},
    "advanced": {1: 1 * HOUR, 2: 3 * HOUR, 3: 6 * HOUR},
}
CLOUDTALK_HOLIDAYS = {"ecb-closing-days": "XECB", "slovakia": "SK", "no-holidays": "none"}
HOSTEUR = {1: 2 * HOUR, 2: 6 * HOUR, 3: 12 * HOUR, 4: 24 * HOUR}
