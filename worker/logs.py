"""Structured logs: one JSON line an event on standard output, from structlog and from the libraries alike."""

import json
import logging
import sys
from contextlib import suppress
from typing import Any, BinaryIO

import structlog

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
_QUIET = ("rq", "rq.worker", "rq.job", "alembic")


def configure_logs(kind: str) -> None:
    """Set logging up for one process; every line names its `kind` (web, worker, timekeeper, run)."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*_SHARED, structlog.processors.JSONRenderer(_json_bytes, ensure_ascii=False)],
        logger_factory=lambda *_: _Lines(sys.stdout.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(process=kind)


class _Lines(structlog.BytesLogger):
    """Writes lines; one that can't be written, as to a file on a full disk, is lost and stops nobody."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)

    def msg(self, message: bytes) -> None:
        """Write one line."""
        with suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def _json_bytes(line: dict[str, Any], **options: Any) -> bytes:
    return json.dumps(line, **options).encode("utf-8", "replace")
