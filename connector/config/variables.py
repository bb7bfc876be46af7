"""Variables of the environment, from themselves or from files, and `${NAME}` inside a YAML document."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from policies.faults import Fault

_REFERENCE = re.compile(r"\$\{([^}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


class VariableError(Exception):
    """A variable can't be had; `problem` and `expected` go into a fault and never hold a value."""

    def __init__(self, problem: str, expected: str) -> None:
        self.problem, self.expected = problem, expected
        super().__init__(f"{problem}, expected {expected}")


def variable(environ: Mapping[str, str], name: str) -> str | None:
    """Return a variable's value, else the content of the file that `NAME_FILE` names, else None.

    One line end at the file's end is no part of the value. Raises VariableError for a file that can't be read.
    """
    if name in environ:
        return environ[name]
    file = environ.get(f"{name}_FILE")
    if not file:
        return None
    try:
        return re.sub(r"\r?\n\Z", "", Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "no UTF-8 text"
        problem = f"{name}_FILE names {file}, which can't be read ({why})"
        raise VariableError(problem, "a readable text file") from error


def fill(document: Any, environ: Mapping[str, str], file: str) -> tuple[Any, list[Fault]]:
    """Put the variables' values in place of `${NAME}` in every text of a parsed document; list what is missing.

    A text whose variable is missing becomes empty: drop later faults at its path, they say nothing new.
    """
    faults: list[Fault] = []

    def note(path: str, error: VariableError) -> None:
        faults.append(Fault(file, path, error.problem, error.expected))

    return _filled(document, environ, "", note), faults


def _filled(node: Any, environ: Mapping[str, str], path: str, note: Callable[[str, VariableError], None]) -> Any:
    if isinstance(node, dict):
        return {k: _filled(v, environ, f"{path}.{k}" if path else k, note) for k, v in node.items()}
    if isinstance(node, list):
        return [_filled(v, environ, f"{path}.{at}", note) for at, v in enumerate(node)]
    if not isinstance(node, str):
        return node
    try:
        return _REFERENCE.sub(lambda found: _referenced(found, environ), node)
    except VariableError as error:
        note(path, error)
        return ""


def _referenced(found: re.Match[str], environ: Mapping[str, str]) -> str:
    name = found[1]
    if not found[0].endswith("}") or not _NAME.match(name):
        raise VariableError("a ${ is not followed by a variable's name and }", "${NAME}")
    value = variable(environ, name)
    if value is None:
        raise VariableError(f"the variable {name} is not set", f"{name} or {name}_FILE in the environment")
    return value
