"""One program that `dueby run` keeps running: started again when it ends, after a rest where it lived but shortly."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from worker.ending import before_exec

_SHORT_LIFE = 5.0
_FIRST_REST, _DOUBLINGS, _LONGEST_REST = 0.25, 5, 5.0
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One program that is kept running."""

    name: str
    command: list[str]
    environ: Mapping[str, str]
    keep: tuple[int, ...] = ()
    program: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    short_lives: int = 0

    def start(self) -> None:
        """Start it in a session of its own: a Ctrl-C reaches it through us alone."""
        self.started = time.monotonic()
        self.program = subprocess.Popen(  # noqa: S603  # the Procfile's own words
            self.command,
            env=dict(self.environ),
            pass_fds=self.keep,
            start_new_session=True,
            preexec_fn=before_exec(os.getpid()),  # noqa: PLW1509  # one thread here, one system call there
        )

    def watch(self) -> None:
        """Start it where it is due; note its end, and let it rest a little where it lived but shortly."""
        if self.program is None:
            if time.monotonic() >= self.due:
                self._try_to_start()
            return
        code = self.program.poll()
        if code is None:
            return
        self.program = None
        lived = self._rest()
        _log.warning("child_ended", child=self.name, code=code, seconds=round(lived, 1))

    def _try_to_start(self) -> None:
        """Start it; where the system has no room for it now, the others go on."""
        try:
            self.start()
        except (OSError, subprocess.SubprocessError) as error:
            self._rest()
            _log.error("child_not_started", child=self.name, error=str(error))

    def _rest(self) -> float:
        """Say when it may start again, and return for how many seconds it lived."""
        lived = time.monotonic() - self.started
        self.short_lives = self.short_lives + 1 if lived < _SHORT_LIFE else 0
        self.due = time.monotonic() + min(_FIRST_REST * 2 ** min(self.short_lives, _DOUBLINGS), _LONGEST_REST)
        return lived

    def signal(self, signum: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self.program is not None and self.program.poll() is None:
            self.program.send_signal(signum)

    def running(self) -> bool:
        """Say whether it runs."""
        return self.program is not None and self.program.poll() is None
