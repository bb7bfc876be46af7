"""`dueby reconcile`: walk a site's changed tickets here and now, with a bar that shows how far it came."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from redis.exceptions import RedisError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from connector import time_source
from connector.cli.door import FAILED, WRONGLY_USED, console, door, give_up, open_store, read_settings, site_named
from connector.cli.walked import RefusedWalkError, Walker
from connector.errors import TrackerError
from connector.queue import feed_site, open_redis
from connector.steps import Steps


@click.command(short_help="Walk tickets that changed, and put them on the agenda.")
@click.argument("site", required=False)
@click.option("--since", metavar="ISO", help="Walk from this instant on, instead of from the last walk.")
def reconcile(site: str | None, since: str | None) -> None:
    """Walk the tickets of SITE (or of every site) that changed since the last walk, and put them on the agenda.

    \b
    Example:
      dueby reconcile
      dueby reconcile acme --since 2026-11-01T00:00:00Z
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    start = _instant(since) if since is not None else None
    with door():
        settings = read_settings()
        chosen = [site_named(settings, site).name] if site else list(settings.sites)
        walker = Walker(open_store(settings), settings, time_source.now)
        failed = [name for name in chosen if not _walked(walker, name, start)]
    if failed:
        raise SystemExit(FAILED)


def _walked(walker: Walker, name: str, since: datetime | None) -> bool:
    """Walk one site and tell of it; a fault of one site stops no other."""
    try:
        with _bar(name) as shown:
            steps = walker.walk(name, since, shown)
    except (TrackerError, RefusedWalkError) as error:
        sentence = " ".join(str(error).split())
        click.echo(sentence if sentence.startswith(f"{name}: ") else f"{name}: {sentence}", err=True)
        return False
    if steps is None:
        click.echo(f"{name}: no mapping names this site; there is nothing to walk.")
        return True
    from_when = f"{steps.since or steps.walk.since:%Y-%m-%d %H:%MZ}"
    click.echo(f"{name}: {steps.found} changed since {from_when}, {steps.woken} put on the agenda.")
    _feed(walker, name)
    return True


@contextmanager
def _bar(name: str) -> Iterator[Callable[[Steps], None]]:
    """Show a bar on a terminal: pages come in the order of their changes, so time tells how much is left."""
    screen = console()
    if not screen.is_terminal:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as progress:
        task = progress.add_task(name, total=1.0, told="")

        def show(steps: Steps) -> None:
            told = f"{steps.found} found, {steps.woken} put on the agenda"
            if steps.rests_until is not None:
                told += f"; waiting until {steps.rests_until:%H:%M:%SZ}"
            progress.update(task, completed=_share(steps), told=told)

        yield show


def _share(steps: Steps) -> float:
    start, end = steps.since or steps.walk.since, steps.walk.began_at
    if steps.reached is None or end <= start:
        return 0.0
    return min(max((steps.reached - start) / (end - start), 0.0), 1.0)


def _feed(walker: Walker, name: str) -> None:
    """Spare the wait for the timekeeper's tick where the queue can be reached."""
    settings = walker.settings
    try:
        if settings.redis_url:
            redis = open_redis(settings.redis_url)
            feed_site(walker.engine, redis, settings.sites[name], settings.workers, time_source.now())
    except RedisError:
        click.echo(f"{name}: Redis does not answer; the timekeeper will queue the tickets once it does.", err=True)


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        give_up(f"--since: {text!r} is no instant, expected one like 2026-11-01T00:00:00Z.", WRONGLY_USED)
    if at > time_source.now():
        give_up(f"--since: {text!r} lies ahead, expected an instant that is past.", WRONGLY_USED)
    return at
