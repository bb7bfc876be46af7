"""The independent second hand: due times from tables typed by hand and a walk along the wall clock.

It imports nothing of the product and takes and gives the keys of `dueby due --jsonl`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.walk_tables import READINGS
from tests.walk_terms import TERMS, Filed, Terms
from tests.walk_time import Ahead, Hours, closed_days, to_next_edge, use_up


def walk_due(case: Mapping[str, Any], ahead: Ahead = to_next_edge) -> dict[str, Any]:
    """Give due_at, state, level, target and the due time under each reading of one case."""
    policy = case["policy"]
    filed = _filed(case)
    start = datetime.fromisoformat(case["start"]).astimezone(UTC)
    chosen = _chosen(policy, case.get("readings", ()))
    terms = TERMS[policy](filed, chosen)
    if terms.lacks_zone:
        raise ValueError("the hours are local hours: the case needs a timezone")
    walked: dict[Terms, str | None] = {}

    def due_under(named: Terms) -> str | None:
        if named not in walked:
            walked[named] = _due_text(start, named, ahead)
        return walked[named]

    return {
        "due_at": due_under(terms),
        "state": "no_promise" if terms.target is None else "running",
        "level": terms.level,
        "target": None if terms.target is None else duration_text(terms.target),
        "readings": {
            reading: due_under(TERMS[policy](filed, chosen - set(clause) | {reading}))
            for clause in READINGS[policy]
            for reading in clause
        },
    }


def terms_in_force(case: Mapping[str, Any]) -> Terms:
    """Give the terms that a case's own choice of readings leads to."""
    policy = case["policy"]
    return TERMS[policy](_filed(case), _chosen(policy, case.get("readings", ())))


def duration_text(duration: timedelta) -> str:
    """Write whole minutes as ISO 8601 does: hours first, and a day is never anything but 24 of them."""
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")


def instant_text(at: datetime) -> str:
    """Write a UTC instant with a Z, and with fractions only where they are not zero."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _filed(case: Mapping[str, Any]) -> Filed:
    attributes = {key: str(value).lower() for key, value in case.get("attributes", {}).items()}
    return Filed(
        plan=case["plan"],
        level=case.get("level"),
        zone=case.get("timezone"),
        region=case.get("region"),
        holidays=case.get("holidays"),
        attributes=attributes,
    )


def _chosen(policy: str, named: Iterable[str]) -> frozenset[str]:
    """Put the named readings in the place of their clauses' defaults."""
    wanted = set(named)
    return frozenset(
        next((reading for reading in clause if reading in wanted), clause[0]) for clause in READINGS[policy]
    )


def _due_text(start: datetime, terms: Terms, ahead: Ahead) -> str | None:
    if terms.target is None or terms.lacks_zone:
        return None
    if terms.week is None or terms.zone is None:
        return instant_text(start + terms.target)
    return instant_text(use_up(start, terms.target, Hours(terms.week, terms.zone, closed_days(terms.holidays)), ahead))
