"""The demo's tickets: those with independently reckoned due times, a few filed now, and a few that are due at once."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, Literal

Flavour = Literal["jira-cloud", "jira-datacenter", "zendesk"]
FLAVOURS: tuple[Flavour, ...] = ("jira-cloud", "jira-datacenter", "zendesk")

Told = tuple[str, int]
"""A notice by its step and its repetition."""

STEPS: list[dict[str, Any]] = [
    {"before": "5s", "notify": ["on-call"]},
    {"at": "breach", "notify": ["on-call"], "repeat": {"every": "6s", "times": 1}},
]
NOTICES: tuple[Told, ...] = (("before 5s", 0), ("breach", 0), ("breach", 1), ("over", 0))
"""What a ticket's on-call hears that is answered only after its reminder, under `STEPS`."""

REMINDED: Told = ("breach", 1)
_DUE_IN, _OKTA_GOLD = timedelta(seconds=22), timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One ticket to file, and what its fields should show. `act`: what happens to it after it was filed."""

    case: str
    flavour: Flavour
    policy: str | None
    plan: str
    level: int | None
    filed_at: datetime
    due_at: datetime | None
    timezone: str = ""
    region: str = ""
    holidays: str = ""
    attributes: Mapping[str, str]
    readings: tuple[str, ...] = ()
    act: Literal["", "level_changed", "answered", "answered_late"] = ""

    @property
    def notices(self) -> tuple[Told, ...]:
        """Return the notices that are to be received while the demo runs."""
        return NOTICES if self.act == "answered_late" else ()

    def state(self, now: datetime) -> str | None:
        """Return the state that the ticket should show; None for one that dueby leaves alone."""
        if self.policy is None:
            return None
        if self.act == "answered":
            return "met"
        if self.due_at is None:
            return "no_promise"
        return "breached" if now > self.due_at else "running"


def reckoned() -> Iterator[Row]:
    """Yield the tickets of `expected_dues.csv`, whose due times no code of dueby has computed."""
    text = files("connector.sandbox").joinpath("expected_dues.csv").read_text(encoding="utf-8")
    for line in csv.DictReader(text.splitlines()):
        yield Row(
            case=line["case"],
            flavour=next(flavour for flavour in FLAVOURS if flavour == line["flavour"]),
            policy=line["policy"],
            plan=line["plan"],
            level=int(line["level"]) if line["level"] else None,
            filed_at=datetime.fromisoformat(line["filed_at"]),
            due_at=datetime.fromisoformat(line["due_at"]) if line["due_at"] else None,
            timezone=line["timezone"],
            region=line["region"],
            holidays=line["holidays"],
            attributes=dict(pair.split("=", 1) for pair in line["attributes"].split(";") if pair),
            readings=tuple(name for name in line["readings"].split(";") if name),
        )


def of_today(now: datetime) -> Iterator[Row]:
    """Yield tickets filed this minute under round-the-clock promises, whose due times anybody can add up."""
    filed = now.replace(second=0, microsecond=0)
    for flavour in FLAVOURS:
        for case, policy, plan, level, hours, act in (
            ("today-okta", "okta-premier-success", "gold", 1, 0.5, ""),
            ("today-cloudtalk", "cloudtalk", "advanced", 1, 1, ""),
            ("today-hosteur", "hosteur-ragnarokkr", "standard", 2, 6, ""),
            ("level-raised-to-1", "okta-premier-success", "gold", 3, 0.5, "level_changed"),
            ("answered", "hosteur-ragnarokkr", "standard", 1, 2, "answered"),
        ):
            yield Row(
                case=f"{flavour}-{case}",
                flavour=flavour,
                policy=policy,
                plan=plan,
                level=level,
                filed_at=filed,
                due_at=filed + timedelta(hours=hours),
                attributes={},
                act="level_changed" if act == "level_changed" else "answered" if act else "",
            )
        yield Row(
            case=f"{flavour}-unmapped", flavour=flavour, policy=None, plan="", level=1, filed_at=filed, due_at=None,
            attributes={},
        )  # fmt: skip


def due_at_once(now: datetime) -> Iterator[Row]:
    """Yield tickets filed with the vendor so long ago that step, breach and reminder fall within seconds."""
    due_at = now.replace(microsecond=0) + _DUE_IN
    for flavour in FLAVOURS:
        yield Row(
            case=f"{flavour}-due-at-once",
            flavour=flavour,
            policy="okta-premier-success",
            plan="gold",
            level=1,
            filed_at=due_at - _OKTA_GOLD,
            due_at=due_at,
            attributes={},
            act="answered_late",
        )
