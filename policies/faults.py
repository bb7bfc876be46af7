"""Faults in files that people write: all of them at once, each saying where, what and what was expected."""

from collections.abc import Iterable
from dataclasses import dataclass


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
