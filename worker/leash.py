"""Run another program that ends when our parent does, where the system can't do that for us.

`python -m worker.leash PARENT PROGRAM ARGUMENT...`
"""

import os
import signal
import subprocess
import sys
import time

_POLL_SECONDS = 0.5
_PATIENCE = 5


def lead(parent: int, command: list[str]) -> int:
    """Run the command to its end, or to the end of the process `parent`; return its exit status."""
    program = subprocess.Popen(command)  # noqa: S603  # the program is our own server's, found by ourselves
    signal.signal(signal.SIGTERM, lambda *_: program.terminate())
    signal.signal(signal.SIGINT, lambda *_: program.terminate())
    while program.poll() is None:
        if os.getppid() != parent:
            program.terminate()
            try:
                return program.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                program.kill()
        time.sleep(_POLL_SECONDS)
    return program.returncode


if __name__ == "__main__":
    sys.exit(lead(int(sys.argv[1]), sys.argv[2:]))
