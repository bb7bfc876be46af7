"""What holds under a choice of readings: the policy's cells, calendars and rules with the readings' changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from policies.calendar import BusinessCalendar, compile_calendar
from policies.errors import CaseError
from policies.schema import Policy
from policies.schema_readings import Changes, Choice
from policies.schema_rules import Rule
from policies.schema_time import CalendarKeys, Cell, weekly_of
from policies.weekly import Weekly


@dataclass(frozen=True, slots=True)
class Terrain:
    """A calendar as a policy describes it for one context: hours, zone and holidays, each maybe the `customer`'s."""

    weekly: Weekly
    timezone: str | None
    holidays: str
    source: str

    def calendar(self, timezone: str | None, holidays: str) -> BusinessCalendar:
        """Compile it for a zone and holidays. Raises CalendarError."""
        return compile_calendar(self.weekly, timezone or "UTC", holidays)


@dataclass(frozen=True, slots=True, eq=False)
class InForce:
    """A policy under a choice of readings; `chosen` holds one reading for each clause. Only itself is its equal."""

    policy: Policy
    chosen: tuple[Choice, ...]

    @lru_cache(maxsize=4096)  # noqa: B019  # there are as many as choices of readings, and `in_force` keeps them anyway
    def cell(self, metric: str, plan: str, level: int) -> Cell | None:
        """Return the promise for a metric, plan and level."""
        cell = self.policy.targets.get(metric, {}).get(plan, {}).get(level)
        for changes in self._changes():
            cell = changes.targets.get(metric, {}).get(plan, {}).get(level, cell)
            for use in changes.use_calendar:
                if cell and cell.promised and use.covers(metric, plan, level):
                    cell = cell.model_copy(update={"calendar": use.calendar})
        return cell

    @lru_cache(maxsize=4096)  # noqa: B019  # the same
    def terrain(self, name: str, region: str | None) -> Terrain:
        """Return the calendar of that name for a region."""
        base = self.policy.calendars[name]
        fitting = [variant for variant in base.variants if variant.when.region == region][:1]
        layers: list[CalendarKeys] = [*fitting, base]
        for changes in self._changes():
            if name in changes.calendars:
                layers.insert(0, changes.calendars[name])
        hours = next(layer.hours for layer in layers if layer.hours is not None)
        zone = next((layer.timezone for layer in layers if layer.timezone is not None), None)
        holidays = next((layer.holidays for layer in layers if layer.holidays is not None), "none")
        source = next((variant.source for variant in fitting if variant.source), base.source)
        return Terrain(weekly_of(hours), zone, holidays, source)

    @lru_cache(maxsize=1024)  # noqa: B019  # the same
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that are switched on, in their order."""
        on = {rule.name for rule in self.policy.rules if rule.on}
        for changes in self._changes():
            on = (on | set(changes.rules_on)) - set(changes.rules_off)
        return tuple(rule for rule in self.policy.rules if rule.name in on)

    def _changes(self) -> Iterable[Changes]:
        return (choice.changes for choice in self.chosen)


@lru_cache(maxsize=1024)
def in_force(policy: Policy, readings: tuple[str, ...]) -> InForce:
    """Put the chosen readings in force, and the default of each clause without one.

    Raises CaseError: `unknown_reading`, or `conflicting_readings` for two readings of one clause.
    """
    clauses = policy.clause_of_readings()
    for name in readings:
        if name not in clauses:
            known = ", ".join(clauses) or "none"
            raise CaseError("unknown_reading", f"{policy.id} has no reading {name!r}: it has {known}")
    chosen: dict[str, str] = {}
    for name in readings:
        other = chosen.setdefault(clauses[name], name)
        if other != name:
            raise CaseError("conflicting_readings", f"{other} and {name} read the same clause: choose one of them")
    return InForce(
        policy,
        tuple(
            next(choice for choice in clause.choices if choice.name == chosen.get(clause.clause, clause.default))
            for clause in policy.readings
        ),
    )
