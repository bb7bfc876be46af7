"""The real receiver for one site of a test, on loopback."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine
from werkzeug.serving import make_server

from connector.sites import Site
from connector.web.intake import Intake
from connector.web.routes import Ports, join


@contextmanager
def received(site: Site, engine: Engine, now: Callable[[], datetime]) -> Iterator[str]:
    """Serve the receiver while the block runs; give the site's webhooks' address."""
    ports = Ports(
        sites={site.name: site},
        store=Intake(lambda: engine).store,
        feed=lambda _: None,
        missing=lambda: (),
        metrics=lambda: b"",
        now=now,
    )
    server = make_server("127.0.0.1", 0, join(ports), threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhooks/{site.tracker}/{site.name}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
