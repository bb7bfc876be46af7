"""YAML by version 1.2's core rules: only true and false are booleans, dates and 24:00 are text, keys are text."""

import re
from typing import Any

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode

from policies.faults import Fault, FaultsError

_MERGE, _MAP = "tag:yaml.org,2002:merge", "tag:yaml.org,2002:map"
_CORE = {
    "tag:yaml.org,2002:null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "tag:yaml.org,2002:bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "tag:yaml.org,2002:int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    "tag:yaml.org,2002:float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        list("-+0123456789."),
    ),
}


class _Core(yaml.SafeLoader):
    """PyYAML's safe loader with YAML 1.2's core schema in place of 1.1's."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  # PyYAML's own shape


for _tag, (_pattern, _firsts) in _CORE.items():
    _Core.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _firsts)


def _core_mapping(loader: _Core, node: MappingNode) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise ConstructorError(None, None, "a key is no plain text", key_node.start_mark)
        if key_node.value in pairs:
            raise ConstructorError(None, None, f"the key {key_node.value!r} stands twice", key_node.start_mark)
        pairs[key_node.value] = loader.construct_object(value_node, deep=True)
    return pairs


def _core_int(loader: _Core, node: yaml.ScalarNode) -> int:
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)  # 010 is ten in the core schema, not eight


_Core.add_constructor(_MAP, _core_mapping)
_Core.add_constructor("tag:yaml.org,2002:int", _core_int)


def read_yaml(text: str, file: str) -> Any:
    """Parse one document. Raise `FaultsError` naming line and column for broken YAML, twice-given or odd keys."""
    try:
        return yaml.load(text, Loader=_Core)  # noqa: S506  # a SafeLoader with fewer types
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise FaultsError([Fault(file, where, error.problem or "broken YAML", "YAML 1.2")]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problem = " ".join(str(error).split()) or "nests too deep"
        raise FaultsError([Fault(file, "", problem, "YAML 1.2")]) from error
