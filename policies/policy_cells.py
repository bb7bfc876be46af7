"""Promises that cannot hold: plans, levels and calendars that do not exist, business days of no one length."""

from collections.abc import Iterable, Iterator

from policies.faults import Fault
from policies.in_force import in_force
from policies.schema import Policy
from policies.schema_time import Cell, Targets
from policies.targets import open_time

Placed = tuple[str, str, str, int, Cell]
"""A cell with its key path, metric, plan and level."""


def placed_cells(policy: Policy) -> Iterator[Placed]:
    """Give every cell of a policy and of its readings."""
    yield from _cells(policy.targets, "targets")
    for number, clause in enumerate(policy.readings):
        for index, choice in enumerate(clause.choices):
            yield from _cells(choice.changes.targets, f"readings.{number}.choices.{index}.changes.targets")


def cell_faults(policy: Policy, file: str) -> Iterator[Fault]:
    """Find cells that name what does not exist, and targets that their calendar cannot count."""
    for path, metric, plan, level, cell in placed_cells(policy):
        known = ((metric, policy.metrics, "metric"), (plan, policy.plans, "plan"), (level, policy.levels, "level"))
        for name, names, what in known:
            if name not in names:
                yield Fault(file, path, f"no {what} is called {name!r}", _one_of(names))
        if cell.calendar is not None and cell.calendar not in policy.calendars:
            yield Fault(file, f"{path}.calendar", f"no calendar is called {cell.calendar!r}", _one_of(policy.calendars))
        elif cell.calendar is not None:
            yield from _uncountable(policy, cell, file, path)
    yield from _scope_faults(policy, file)


def _scope_faults(policy: Policy, file: str) -> Iterator[Fault]:
    scoped = [(f"duties.{i}", d.plans, d.levels) for i, d in enumerate(policy.duties)]
    scoped += [(f"notes.{i}", n.plans, n.levels) for i, n in enumerate(policy.notes)]
    for number, clause in enumerate(policy.readings):
        for index, choice in enumerate(clause.choices):
            for use in choice.changes.use_calendar:
                path = f"readings.{number}.choices.{index}.changes.use_calendar"
                scoped.append((path, use.plans, use.levels))
                if use.calendar not in policy.calendars:
                    problem = f"no calendar is called {use.calendar!r}"
                    yield Fault(file, f"{path}.calendar", problem, _one_of(policy.calendars))
    for path, plans, levels in scoped:
        for plan in set(plans) - policy.plans.keys():
            yield Fault(file, f"{path}.plans", f"no plan is called {plan!r}", _one_of(policy.plans))
        for level in set(levels) - policy.levels.keys():
            yield Fault(file, f"{path}.levels", f"there is no level {level}", _one_of(policy.levels))


def _uncountable(policy: Policy, cell: Cell, file: str, path: str) -> Iterator[Fault]:
    held = in_force(policy, ())
    for region in policy.regions() or (None,):
        try:
            open_time(cell.target, held.terrain(cell.calendar or "", region).weekly)
        except ValueError as error:
            problem, _, expected = str(error).partition(", expected ")
            yield Fault(file, f"{path}.target", problem, expected)
            return


def _cells(targets: Targets, path: str) -> Iterator[Placed]:
    for metric, plans in targets.items():
        for plan, levels in plans.items():
            for level, cell in levels.items():
                yield f"{path}.{metric}.{plan}.{level}", metric, plan, level, cell


def _one_of(names: Iterable[object]) -> str:
    return f"one of {', '.join(map(str, names))}"
