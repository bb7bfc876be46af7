"""The figures as a table on the terminal, and as bench/RESULTS.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.figure import ROUNDS, Figure
from bench.machine import described, today

RESULTS = Path(__file__).with_name("RESULTS.md")
_SOAK = "## Soak on "
_COLUMNS = ("What", "dueby", "peer", "ratio", "goal", "")


def print_table(figures: Iterable[Figure]) -> None:
    """Print the figures."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for column in _COLUMNS:
        table.add_column(column, justify="right" if column in {"dueby", "peer", "ratio", "goal"} else "left")
    for figure in figures:
        table.add_row(*_cells(figure))
    Console(width=160, highlight=False).print(table)


def write_results(figures: Sequence[Figure], loads: dict[str, str], command: str) -> Path:
    """Write the file with machine, command, medians and each round; return its path."""
    lines = [
        "# Results",
        "",
        f"Written by `{command}` on {today()}. Medians of {ROUNDS} rounds; a ratio is the median of the ratios of",
        "each pair, ours and its peer measured one after the other in the same run.",
        "",
        *described(),
        "- load average before each part: " + ", ".join(f"{part} {load}" for part, load in loads.items()),
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'--|' * len(_COLUMNS)}",
        *(f"| {' | '.join(_cells(figure))} |" for figure in figures),
        "",
        "## How it was measured, and each round",
        "",
        *(line for figure in figures for line in _details(figure)),
        "",
        *_soaks(),
    ]
    RESULTS.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return RESULTS


def write_soak(engine: str, lines: Sequence[str]) -> None:
    """Put a soak's outcome at the end of the file, in the place of an earlier one on that engine."""
    text = RESULTS.read_text(encoding="utf-8")
    others = [one for one in _soaks(text) if not one.startswith(f"{_SOAK}{engine}\n")]
    mine = "\n".join([f"{_SOAK}{engine}", "", *lines, ""])
    RESULTS.write_text(
        "\n".join([text.partition(_SOAK)[0].rstrip(), "", *others, mine]).rstrip() + "\n", encoding="utf-8"
    )


def _soaks(text: str | None = None) -> list[str]:
    """Give the sections that soaks have written: they are measured by themselves."""
    told = RESULTS.read_text(encoding="utf-8") if text is None else text
    return [f"{_SOAK}{section.rstrip()}\n" for section in told.split(_SOAK)[1:]]


def _cells(figure: Figure) -> tuple[str, ...]:
    unit = figure.unit if figure.unit.startswith("/") else f" {figure.unit}".rstrip()
    peer = f"{_number(figure.typical_peer)}{unit}" if figure.typical_peer is not None else ""
    ratio = f"{figure.ratio:.2f}" if figure.ratio is not None else ""
    verdict = {None: "", True: "reached", False: "missed"}[figure.reached]
    return figure.what, f"{_number(figure.typical)}{unit}", peer, ratio, _goal(figure), verdict


def _goal(figure: Figure) -> str:
    if figure.goal is None:
        return ""
    return f"{'at most' if figure.at_most else 'at least'} {figure.goal:g}"


def _details(figure: Figure) -> Iterable[str]:
    yield f"- **{figure.what}**: {figure.remark}" if figure.remark else f"- **{figure.what}**"
    yield f"  - dueby: {_rounds(figure.ours)}"
    if figure.peers:
        yield f"  - {figure.peer}: {_rounds(figure.peers)}"


def _rounds(values: Iterable[float]) -> str:
    return ", ".join(map(_number, values))


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
