"""Serve dueby's web application, or its peer, by gunicorn with dueby's own options: `web_server.py WHICH PORT W T`."""

import os
import sys
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types

from connector.settings import load_settings
from connector.web.app import create_app
from connector.web.server import gunicorn_options
from worker.logs import configure_logs


def peer() -> Flask:
    """Make an application whose one view only answers 202."""
    app = Flask("peer", static_folder=None)

    @app.post("/webhooks/<tracker>/<site>")
    def accept(tracker: str, site: str) -> tuple[str, int]:  # noqa: ARG001  # Flask names a route's parts
        return "", HTTPStatus.ACCEPTED

    return app


class _Server(BaseApplication):  # type: ignore[misc]  # the same
    def __init__(self, which: str, port: int, workers: int, threads: int) -> None:
        self._which, self._own = which, {"workers": workers, "threads": threads}
        self._settings = replace(load_settings(os.environ, Path.cwd()), port=port)
        super().__init__()

    def load_config(self) -> None:
        """Take dueby's options, but for the workers and threads."""
        for name, value in {**gunicorn_options(self._settings), **self._own}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in each worker anew."""
        return create_app(self._settings) if self._which == "dueby" else peer()


if __name__ == "__main__":
    configure_logs("web")
    _Server(sys.argv[1], *map(int, sys.argv[2:])).run()
