"""`dueby run`: start what the Procfile names and the embedded Valkey, start again what dies, end all together."""

import importlib.metadata
import os
import shlex
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import structlog

from worker.child import Child
from worker.embedded import Embedded, EmbeddedError, set_aside, wait_ready

PARENT = "DUEBY_PARENT"
"""Names the variable that tells a child whose end is its own."""

_POLL_SECONDS = 0.1
_CHILDREN_SECONDS = 14.0
_VALKEY_SECONDS = 3.0
_HOPELESS = 3
_log = structlog.get_logger(__name__)


class Runner:
    """Keeps children running until SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, children: list[Child], valkey: Child | None = None, embedded: Embedded | None = None) -> None:
        self._children, self._valkey, self._embedded = children, valkey, embedded
        self._signals = 0

    def run(self) -> None:
        """Run until told to end; a second signal ends at once."""
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._told)
        while not self._signals:
            self._watch_valkey()
            for child in self._children:
                child.watch()
            time.sleep(_POLL_SECONDS)
        _log.info("ending")
        self._end(self._children, _CHILDREN_SECONDS)
        self._end([self._valkey] if self._valkey else [], _VALKEY_SECONDS)

    def _told(self, *_: object) -> None:
        self._signals += 1

    def _watch_valkey(self) -> None:
        if self._valkey is None or self._embedded is None:
            return
        if self._valkey.program is None and self._valkey.short_lives >= _HOPELESS:
            set_aside(self._embedded)
            self._valkey.short_lives = 0
        self._valkey.watch()

    def _end(self, children: list[Child], patience: float) -> None:
        for child in children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + patience
        while any(child.running() for child in children) and time.monotonic() < deadline and self._signals < 2:  # noqa: PLR2004  # a second signal
            time.sleep(_POLL_SECONDS / 2)
        for child in children:
            child.signal(signal.SIGKILL)
        for child in children:
            if child.program is not None:
                child.program.wait()


def valkey_child(embedded: Embedded, environ: Mapping[str, str]) -> Child:
    """Return the embedded Valkey, not yet started."""
    leashed = [sys.executable, "-P", "-m", "worker.leash", str(os.getpid())] if sys.platform != "linux" else []
    return Child("valkey", [*leashed, *embedded.command()], reachable(environ), keep=(embedded.lock,))


def start_valkey(embedded: Embedded, environ: Mapping[str, str]) -> Child:
    """Start the embedded Valkey and wait until it answers. Raise EmbeddedError.

    Files that it can't read, after a crash or another version, are set aside once.
    """
    child = valkey_child(embedded, environ)
    for last in (False, True):
        child.start()
        if wait_ready(embedded.url):
            return child
        child.signal(signal.SIGKILL)
        if not last:
            set_aside(embedded)
    raise EmbeddedError(f"{embedded.program} does not start; {embedded.folder}/valkey.log says why. Or set REDIS_URL.")


def procfile_children(environ: Mapping[str, str]) -> list[Child]:
    """Return the Procfile's lines as children; `dueby` means this very installation, wherever its script is."""
    told = {**reachable(environ), PARENT: str(os.getpid())}
    return [Child(name, _command(words), told) for name, words in read_procfile(procfile().read_text(encoding="utf-8"))]


def procfile() -> Path:
    """Return the Procfile: inside the installed package, or at the root of a checkout."""
    installed = Path(__file__).with_name("Procfile")
    return installed if installed.exists() else Path(__file__).parent.parent / "Procfile"


def read_procfile(text: str) -> list[tuple[str, list[str]]]:
    """Read `name: command` lines; empty lines and comments are passed over."""
    lines = [line.partition(":") for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return [(name.strip(), shlex.split(command)) for name, _, command in lines]


def reachable(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which our packages are found also where they are not installed."""
    try:
        importlib.metadata.distribution("dueby")
    except importlib.metadata.PackageNotFoundError:
        root = str(Path(__file__).parent.parent)
        return {**environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, environ.get("PYTHONPATH"))))}
    return dict(environ)


def _command(words: list[str]) -> list[str]:
    return [sys.executable, "-P", "-m", "worker.main", *words[1:]] if words[:1] == ["dueby"] else words
