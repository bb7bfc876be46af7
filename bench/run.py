"""Measure dueby beside its peers and write bench/RESULTS.md: `python bench/run.py [PART...]`; no part means all."""

import sys
from collections.abc import Callable, Mapping

import click

from bench import due_lines, due_times, memory, syncs, webhooks
from bench.figure import Figure
from bench.machine import load
from bench.report import print_table, write_results

PARTS: Mapping[str, Callable[[], list[Figure]]] = {
    "due-times": due_times.measure,
    "due-lines": due_lines.measure,
    "webhooks": webhooks.measure,
    "syncs": syncs.measure,
    "memory": memory.measure,
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice(list(PARTS)))
def main(parts: tuple[str, ...]) -> None:
    """Measure all PARTS and write RESULTS.md, or measure those named and only print them."""
    figures: list[Figure] = []
    loads: dict[str, str] = {}
    for part in parts or PARTS:
        loads[part] = load()
        click.echo(f"measuring {part} (load {loads[part]}) ...", err=True)
        figures += PARTS[part]()
    print_table(figures)
    if not parts:
        click.echo(f"written to {write_results(figures, loads, 'make bench')}")
    sys.exit(any(figure.reached is False for figure in figures))


if __name__ == "__main__":
    main()
