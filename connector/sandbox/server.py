"""Serves a sandbox on loopback, in threads of this process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from connector.sandbox.door import door
from connector.sandbox.listener import Listener
from connector.sandbox.sandbox import Sandbox

Served = TypeVar("Served", bound=Sandbox)


@contextmanager
def serve(sandbox: Served, port: int = 0) -> Iterator[Served]:
    """Serve a sandbox on 127.0.0.1 while the block runs; its `url` is set. Port 0 takes a free one.

    Serving it again on the same port is how a tracker goes away and comes back with all its tickets.
    """
    sandbox.stopped.clear()
    listener = Listener(port, door(sandbox), sandbox.now)
    sandbox.serve_at(f"http://127.0.0.1:{listener.server_address[1]}")
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield sandbox
    finally:
        sandbox.stopped.set()
        listener.stop()
        thread.join()
        sandbox.sender.close()
