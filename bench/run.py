"""Measure dueby beside its peers and write bench/RESULTS.md: `python bench/run.py [PART...]`; no part means all."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

import click

from bench import due_lines, due_times, memory, notices, rounds, syncs, walks, webhooks
from bench.databases import ENGINES, SQLITE
from bench.figure import Figure
from bench.machine import load
from bench.report import print_table, write_results

PARTS: Mapping[str, Callable[[], list[Figure]]] = {"due-times": due_times.measure, "due-lines": due_lines.measure}
ON_ENGINES: Mapping[str, Callable[[str], list[Figure]]] = {
    "webhooks": webhooks.measure,
    "syncs": syncs.measure,
    "walks": walks.measure,
    "rounds": rounds.measure,
    "notices": notices.measure,
    "memory": memory.measure,
}


@click.command()
@click.argument("parts", nargs=-1, type=click.Choice([*PARTS, *ON_ENGINES]))
@click.option("--engine", "engines", multiple=True, type=click.Choice(ENGINES), help="Only this database engine.")
def main(parts: tuple[str, ...], engines: tuple[str, ...]) -> None:
    """Measure all PARTS on each database engine and write RESULTS.md, or measure those named and only print them."""
    figures: list[Figure] = []
    loads: dict[str, str] = {}
    for name, measure in _jobs(parts or (*PARTS, *ON_ENGINES), engines or ENGINES).items():
        loads[name] = load()
        click.echo(f"measuring {name} (load {loads[name]}) ...", err=True)
        figures += measure()
    print_table(figures)
    if not parts and not engines:
        click.echo(f"written to {write_results(figures, loads, 'make bench')}")
    sys.exit(any(figure.reached is False for figure in figures))


def _jobs(parts: tuple[str, ...], engines: tuple[str, ...]) -> dict[str, Callable[[], list[Figure]]]:
    """Name what is to be measured, in order; what stands on a database once for each engine."""
    found: dict[str, Callable[[], list[Figure]]] = {}
    for part in parts:
        if part in PARTS:
            found[part] = PARTS[part]
        else:
            found |= {f"{part} on {engine}": _on(engine, ON_ENGINES[part]) for engine in engines}
    return found


def _on(engine: str, measure: Callable[[str], list[Figure]]) -> Callable[[], list[Figure]]:
    def measured() -> list[Figure]:
        return [replace(figure, what=_named(figure.what, engine)) for figure in measure(engine)]

    return measured


def _named(what: str, engine: str) -> str:
    return what if engine == SQLITE else f"{what}; on {engine}"


if __name__ == "__main__":
    main()
