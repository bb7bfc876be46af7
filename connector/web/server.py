"""Serve the web application by gunicorn: threads, short waits, and nothing in its logs that a tracker sent."""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

from connector.settings import Settings
from connector.web.app import create_app

WORKERS = 2
THREADS = 8


def gunicorn_options(settings: Settings) -> dict[str, Any]:
    """Return gunicorn's settings. Each worker listens itself, or all connections can sit on one of them."""
    return {
        "bind": f"{_bracketed(settings.bind)}:{settings.port}",
        "workers": WORKERS,
        "threads": THREADS,
        "worker_class": "gthread",
        "reuse_port": True,
        "keepalive": 30,
        "timeout": 30,
        "graceful_timeout": 10,
        "limit_request_line": 4094,
        "limit_request_fields": 64,
        "accesslog": None,
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": "127.0.0.1,::1",
        "pre_fork": _freeze,
    }


def serve(settings: Settings) -> None:
    """Run the web until a signal ends it; the workers fork before anything is opened."""
    _Web(settings).run()


def _freeze(_server: object, _worker: object) -> None:
    """Keep what stands before a fork out of the workers' collections: looking at it would copy it into each."""
    gc.freeze()


def _bracketed(bind: str) -> str:
    return f"[{bind}]" if ":" in bind else bind


class _Web(BaseApplication):  # type: ignore[misc]  # the same
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Give gunicorn its settings; it asks for them before it forks."""
        for name, value in gunicorn_options(self._settings).items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in each worker anew."""
        return create_app(self._settings)
