"""Faults in files that people write: all of them at once, each saying where, what and what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError
from pydantic_core import ErrorDetails

_LONGEST_SHOWN = 60
_ADDRESS = "://"
"""Addresses, and longer values that may be parts of some, can hold secrets: they are not shown."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one file: `file:key path: what is wrong, what is expected`."""

    file: str
    path: str
    problem: str
    expected: str
    warning: bool = False

    def __str__(self) -> str:
        """Give the line that people and scripts read."""
        where = f"{self.file}:{self.path}" if self.path else self.file
        return f"{where}: {self.problem}, expected {self.expected}"


class FaultsError(Exception):
    """A file was refused; `faults` holds every reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def faults_from(error: ValidationError, file: str, under: str = "") -> list[Fault]:
    """Turn pydantic's errors into faults; `under` is the key path of what was validated. Long inputs are not shown."""
    return [_fault_from(item, file, under) for item in error.errors(include_url=False)]


def _fault_from(item: ErrorDetails, file: str, under: str) -> Fault:
    keys = [str(part) for part in item["loc"] if not str(part).startswith("<")]  # <tags> name a union's branch
    path = ".".join([under, *keys] if under else keys)
    shown = item["input"]
    if item["type"] == "missing":
        return Fault(file, path, "missing", "a value")
    if item["type"] == "extra_forbidden":
        return Fault(file, path, "unknown key", "one of the documented keys")
    if item["type"] == "too_short":
        return Fault(file, path, "is empty", "at least one entry")
    if item["type"] == "value_error":
        problem, _, expected = str(item["ctx"]["error"]).partition(", expected ")
        return Fault(file, path, problem, expected or "another value")
    plain = isinstance(shown, (str, int, float, bool)) and _may_be_shown(str(shown))
    problem = f"{shown!r} does not fit" if plain else f"{type(shown).__name__} does not fit"
    expected = str(item["ctx"]["expected"]) if "expected" in item.get("ctx", {}) else item["msg"]
    return Fault(file, path, problem, expected.removeprefix("Input should be "))


def _may_be_shown(text: str) -> bool:
    return len(text) <= _LONGEST_SHOWN and _ADDRESS not in text
