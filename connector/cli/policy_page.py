"""A policy on the terminal: its promises as a table, then rules, readings, duties and notes with their clauses."""

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connector.texts.words import target_words
from policies.schema import Policy
from policies.schema_rules import Condition, Rule
from policies.schema_time import Calendar, Hours

_WIDTH_IN_A_PIPE = 140


def print_list(policies: Iterable[Policy]) -> None:
    """Print one row for each policy."""
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "about", "plans", "levels", "readings", "version"):
        table.add_column(heading, no_wrap=heading in {"id", "version"})
    for policy in policies:
        readings = ", ".join(policy.clause_of_readings())
        plans, levels = ", ".join(policy.plans), ", ".join(map(str, policy.levels))
        table.add_row(policy.id, policy.name, plans, levels, readings, policy.version)
    _console().print(table)


def print_policy(policy: Policy) -> None:
    """Print one policy in full."""
    console = _console()
    console.print(f"[bold]{escape(policy.name)}[/bold]  {escape(policy.id)}, version {escape(policy.version)}")
    console.print(escape(f"{policy.document}. {policy.strength.text}"), style="dim")
    for metric, plans in policy.targets.items():
        console.print(f"\n[bold]{escape(policy.metrics[metric].name)}[/bold]")
        console.print(_targets(policy, plans.keys(), metric))
    for heading, rows in _sections(policy):
        if rows:
            console.print(f"\n[bold]{heading}[/bold]")
            console.print(_grid(policy, rows))


def _targets(policy: Policy, plans: Iterable[str], metric: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("level")
    for plan in plans:
        table.add_column(escape(policy.plans[plan].name))
    for number, level in policy.levels.items():
        cells = (policy.targets[metric][plan].get(number) for plan in plans)
        words = [
            f"{target_words(c.target, 'en')} {f'({c.calendar})' if c.calendar else ''}" if c else "" for c in cells
        ]
        table.add_row(escape(f"{number} {level.name}".rstrip()), *map(escape, words))
    return table


def _sections(policy: Policy) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    yield "Calendars", [(name, _calendar(known), known.source) for name, known in policy.calendars.items()]
    yield "Rules, in this order", [(rule.name, _rule(rule), rule.source) for rule in policy.rules]
    yield "Duties", [(_levels(duty.levels), duty.text, duty.source) for duty in policy.duties]
    yield (
        "Readings",
        [
            (f"{choice.name}{' (default)' if choice.name == clause.default else ''}", choice.title, clause.source)
            for clause in policy.readings
            for choice in clause.choices
        ],
    )
    yield (
        "What counts as a solution",
        [
            (_levels((number,)), " ".join(level.solution), level.source)
            for number, level in policy.levels.items()
            if level.solution
        ],
    )
    yield "Notes", [(_levels(note.levels), note.text, note.source) for note in policy.notes]


def _grid(policy: Policy, rows: Iterable[tuple[str, str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=2)
    table.add_column(ratio=5)
    table.add_column(ratio=3, style="dim")
    for name, text, source in rows:
        table.add_row(escape(name), escape(text), escape(policy.sources[source].section))
    return table


def _calendar(calendar: Calendar) -> str:
    parts = [_hours(calendar.hours)]
    parts += [f"zone {calendar.timezone}"] if calendar.timezone else []
    parts += [f"holidays {calendar.holidays}"] if calendar.holidays else []
    for variant in calendar.variants:
        parts.append(f"{variant.when.region}: {_hours(variant.hours)}" if variant.hours else str(variant.when.region))
    return "; ".join(parts)


def _hours(hours: Hours | None) -> str:
    if not isinstance(hours, dict):
        return "round the clock" if hours else ""
    return ", ".join(f"{day} {', '.join([at] if isinstance(at, str) else at)}" for day, at in hours.items())


def _rule(rule: Rule) -> str:
    when = " and ".join(f"{name} {_condition(condition)}" for name, condition in rule.when.items()) or "always"
    effect = "no promise" if rule.no_promise else ", ".join(f"level {a} counts as {b}" for a, b in rule.levels.items())
    if rule.default_level is not None:
        return f"without a level, level {rule.default_level} counts"
    return f"{when}: {effect}{'' if rule.on else ' (only where a reading switches it on)'}"


def _condition(condition: Condition) -> str:
    listed = ", ".join(condition.any_of or condition.none_of)
    return f"is {'' if condition.any_of else 'not '}{listed}{' or unset' if condition.unset else ''}"


def _levels(levels: tuple[int, ...]) -> str:
    return f"level {', '.join(map(str, levels))}" if levels else ""


def _console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH_IN_A_PIPE)
