"""Judge policy files: every error, and as warnings what looks like a slip unless a reading or note records it."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations

from policies.faults import Fault
from policies.in_force import InForce, in_force
from policies.policy_cells import placed_cells
from policies.policy_checks import policy_errors
from policies.schema import Policy
from policies.schema_parts import Warnable
from policies.schema_time import Cell
from policies.targets import open_time
from policies.weekly import DAY_MINUTES


def lint(policy: Policy, file: str) -> tuple[Fault, ...]:
    """Return every fault of a policy of the right shape; warnings only where there is no error."""
    return tuple(policy_errors(policy, file)) or tuple(policy_warnings(policy, file))


def policy_warnings(policy: Policy, file: str) -> Iterator[Fault]:
    """Find lower levels with a tighter target, and levels without a target, that nothing in the file explains."""
    held = in_force(policy, ())
    for metric, plans in policy.targets.items():
        for plan in policy.plans:
            path = f"targets.{metric}.{plan}"
            yield from _gaps(held, metric, plan, Fault(file, path, "", "", warning=True))
            if plan in plans:
                yield from _tighter(held, metric, plan, Fault(file, path, "", "", warning=True))


def _gaps(held: InForce, metric: str, plan: str, at: Fault) -> Iterator[Fault]:
    for level in held.policy.levels:
        if held.cell(metric, plan, level) is None and not _silenced(held.policy, plan, level, "level_without_target"):
            yield Fault(
                at.file,
                f"{at.path}.{level}",
                f"level {level} has no target",
                "a target, no promise, or a note that silences level_without_target",
                warning=True,
            )


def _tighter(held: InForce, metric: str, plan: str, at: Fault) -> Iterator[Fault]:
    cells = ((level, held.cell(metric, plan, level)) for level in sorted(held.policy.levels))
    promised = [(level, cell) for level, cell in cells if cell and cell.promised]
    recorded = {place[1:4] for place in placed_cells(held.policy) if place[0].startswith("readings.")}
    warned: set[int] = set()
    for (upper, high), (lower, low) in combinations(promised, 2):
        if lower in warned or (metric, plan, lower) in recorded or (metric, plan, upper) in recorded:
            continue
        if _length(held, low) < _length(held, high) and not _silenced(
            held.policy, plan, lower, "tighter_at_lower_level"
        ):
            warned.add(lower)
            yield Fault(
                at.file,
                f"{at.path}.{lower}",
                f"level {lower} has a tighter target ({low.target}) than level {upper} ({high.target})",
                "a longer one, or a reading of this cell or a note that silences tighter_at_lower_level",
                warning=True,
            )


def _length(held: InForce, cell: Cell) -> timedelta:
    """Return a target as time of an average week, so that calendars compare."""
    weekly = held.terrain(cell.calendar or "", held.policy.default_region).weekly
    week = sum(end - start for day in weekly for start, end in day)
    return open_time(cell.target, weekly) * 7 * DAY_MINUTES / week


def _silenced(policy: Policy, plan: str, level: int, warning: Warnable) -> bool:
    return any(warning in note.silences and note.concerns(plan, level) for note in policy.notes)
