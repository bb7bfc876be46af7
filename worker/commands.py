"""The commands of the acting side: `run`, and the processes that it starts."""

import os
import signal
import socket
import threading

import click

from connector.cli.door import door, give_up, read_settings
from connector.settings import Settings
from connector.store.engine import open_engine
from connector.store.upgrade import upgrade
from connector.web.server import serve
from policies.loader import load_policies
from worker.deps import EMBEDDED_MISSING
from worker.embedded import EmbeddedError, embedded_in
from worker.ending import end_with_parent
from worker.logs import configure_logs
from worker.notifier import notify
from worker.runner import PARENT, Runner, procfile_children, start_valkey
from worker.supervisor import supervise
from worker.timekeeper import keep_time


@click.command()
def run() -> None:
    """Run web, workers, notifier and timekeeper together, and a Valkey of its own where REDIS_URL is unset.

    \b
    Example:
      DUEBY_CONFIG=/etc/dueby/dueby.yaml dueby run
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    with door():
        settings = read_settings()
        load_policies(settings.policies)
        _migrate(settings)
        _refuse_taken_port(settings)
        configure_logs("run")
        runner = _runner(settings)
    runner.run()


@click.command()
def web() -> None:
    """Receive webhooks (a part of `run`).

    \b
    Example:
      PORT=8000 dueby web
    """  # noqa: D301  # the same
    _end_with_run()
    with door():
        settings = read_settings()
        configure_logs("web")
        serve(settings)


@click.command()
def worker() -> None:
    """Sync tickets in DUEBY_WORKERS slots (a part of `run`).

    \b
    Example:
      DUEBY_WORKERS=8 REDIS_URL=redis://127.0.0.1:6379/0 dueby worker
    """  # noqa: D301  # the same
    _end_with_run()
    with door():
        settings = _with_redis()
        configure_logs("worker")
        supervise(settings)


@click.command()
def notifier() -> None:
    """Send the notices that are due, every second (a part of `run`). It needs the database alone.

    \b
    Example:
      DUEBY_CONFIG=/etc/dueby/dueby.yaml dueby notifier
    """  # noqa: D301  # the same
    _end_with_run()
    ended = _told_to_end()
    with door():
        settings = read_settings()
        configure_logs("notifier")
        notify(settings, ended)


@click.command()
def timekeeper() -> None:
    """Queue what is due, every five seconds (a part of `run`).

    \b
    Example:
      REDIS_URL=redis://127.0.0.1:6379/0 dueby timekeeper
    """  # noqa: D301  # the same
    _end_with_run()
    ended = _told_to_end()
    with door():
        settings = _with_redis()
        configure_logs("timekeeper")
        keep_time(settings, ended)


def _told_to_end() -> threading.Event:
    """Return what is set once this process is told to end."""
    ended = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: ended.set())
    return ended


def _end_with_run() -> None:
    parent = os.environ.pop(PARENT, None)
    if parent is not None:
        end_with_parent(int(parent))


def _with_redis() -> Settings:
    settings = read_settings()
    if settings.redis_url is None:
        give_up(EMBEDDED_MISSING)
    return settings


def _migrate(settings: Settings) -> None:
    engine = open_engine(settings.database_url)
    upgrade(engine)
    engine.dispose()


def _refuse_taken_port(settings: Settings) -> None:
    """Tell of a port in use: the web shares its port between its processes, so the system would not."""
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as error:
            give_up(f"Can't listen on {settings.bind}:{settings.port} ({error.strerror}); set PORT or DUEBY_BIND.")


def _runner(settings: Settings) -> Runner:
    if settings.redis_url is not None:
        return Runner(procfile_children(os.environ))
    try:
        embedded = embedded_in(settings.data)
        valkey = start_valkey(embedded, os.environ)
    except EmbeddedError as error:
        give_up(str(error))
    return Runner(procfile_children({**os.environ, "REDIS_URL": embedded.url}), valkey, embedded)
