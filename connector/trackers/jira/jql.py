"""The JQL of a walk: whatever a mapping names is quoted, and no instant is ever written, only a distance from now."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

OPEN = "statusCategory != Done ORDER BY created ASC"
_MINUTE = timedelta(minutes=1)
_CUSTOM = re.compile(r"customfield_(\d+)")


@dataclass(frozen=True, slots=True)
class Among:
    """Which tickets: those of these projects, and those in which this field is filled; with neither, all."""

    projects: tuple[str, ...] = ()
    field: str | None = None

    def jql(self, rest: str) -> str:
        """Give the query for those of them that `rest` chooses and orders."""
        parts = [f"project in ({', '.join(map(quoted, self.projects))})"] if self.projects else []
        parts += [f"{self.field} is not EMPTY"] if self.field else []
        where = f"({' OR '.join(parts)})" if len(parts) > 1 else "".join(parts)
        return f"{where} AND {rest}" if where else rest

    def apart(self) -> "tuple[Among, ...]":
        """Give each condition by itself, the projects last; nothing where there is only one."""
        each = ([Among(field=self.field)] if self.field else []) + [Among((project,)) for project in self.projects]
        return tuple(each) if len(each) > 1 else ()


def updated_within(ago: timedelta) -> str:
    """Choose what was updated lately: whole minutes, as Jira counts them, whatever zone the account is in."""
    return f'updated >= "-{max(-(-ago // _MINUTE), 1)}m" ORDER BY updated ASC'


def quoted(text: str) -> str:
    """Give a value as JQL reads it back, whatever stands in it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'


def field_in_jql(fields: Mapping[str, str]) -> str | None:
    """Give the field that dueby always fills, as JQL names it: it finds tickets that were moved out of all projects."""
    found = _CUSTOM.fullmatch(fields.get("state", ""))
    return f"cf[{found.group(1)}]" if found else None
