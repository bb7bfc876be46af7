"""The part of JQL that a reconciling client needs: conditions joined by AND and OR, brackets, and ORDER BY."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira.issues import Issue, Site
from connector.sandbox.jira.jql_fields import VALUES, Test, lower, time_test

_TOKEN = re.compile(
    r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|cf\[\d+\]|[()\[\],]|>=|<=|!=|[=<>]|[^\s()\[\],=<>!"']+)"""
)
_ORDER = re.compile(r"""(?i)\border\s+by\b(?=[^"']*\Z)""")
_AGO = re.compile(r"-(\d+)([mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}


class Query:
    """A parsed query; `bounded` says that it restricts what is found."""

    def __init__(self, tests: Sequence[Test], order: Sequence[tuple[str, bool]]) -> None:
        self.tests, self.order = tests, order
        self.bounded = bool(tests)

    def run(self, issues: Iterable[Issue]) -> list[Issue]:
        """Give the issues that fit, in the order asked for (the newest first by default)."""
        found = [issue for issue in issues if all(test(issue) for test in self.tests)]
        found.sort(key=lambda issue: int(issue.id), reverse=True)
        for name, falling in reversed(self.order):
            found.sort(key=lambda issue: _sort_key(issue, name), reverse=falling)  # used at once
        return found


def _sort_key(issue: Issue, name: str) -> Any:
    keys = {"updated": issue.updated_at, "created": issue.created_at, "id": int(issue.id)}
    return keys.get(name, int(issue.id))


def parse(text: str, site: Site, timezone: str, now: datetime) -> Query:
    """Parse a query; times without a zone are the searching user's. ValueError says what is wrong."""
    where, _, order = _ORDER.sub("\0", text).partition("\0")
    reader = _Reader(_tokens(where.strip()), site, timezone, now)
    tests = [reader.either()] if reader.tokens else []
    if reader.tokens:
        raise ValueError("Error in the JQL Query: expecting 'AND' or 'OR' between conditions.")
    return Query(tests, [_ordered(part) for part in order.split(",") if part.strip()])


def _tokens(where: str) -> list[str]:
    tokens, end = [], 0
    while end < len(where):
        found = _TOKEN.match(where, end)
        if found is None:
            raise ValueError(f"Error in the JQL Query: the query '{where}' cannot be read.")
        tokens.append(found[1])
        end = found.end()
    return tokens


def _ordered(part: str) -> tuple[str, bool]:
    name, _, way = part.strip().partition(" ")
    return name.lower(), way.strip().upper() == "DESC"


class _Reader:
    def __init__(self, tokens: list[str], site: Site, timezone: str, now: datetime) -> None:
        self.tokens, self.site, self.zone, self.now = tokens, site, ZoneInfo(timezone), now

    def either(self) -> Test:
        """Read conditions joined by OR, which binds less than AND."""
        tests = [self._all_of()]
        while self._is_next("OR"):
            tests.append(self._all_of())
        return lambda issue: any(test(issue) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._one()]
        while self._is_next("AND"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if not self._is_next("("):
            return self._condition()
        inner = self.either()
        if not self._is_next(")"):
            raise ValueError("Error in the JQL Query: expecting ')'.")
        return inner

    def _is_next(self, word: str) -> bool:
        """Take the next token where it is this one."""
        if not self.tokens or self.tokens[0].upper() != word:
            return False
        self.tokens.pop(0)
        return True

    def _next(self) -> str:
        if not self.tokens:
            raise ValueError("Error in the JQL Query: the query ends too early.")
        token = self.tokens.pop(0)
        return re.sub(r"\\(.)", r"\1", token[1:-1]) if token[0] in "\"'" else token

    def _condition(self) -> Test:
        name, operator = self._next().lower(), self._next().lower()
        if operator in ("is", "not") and self._is_next("NOT" if operator == "is" else "IN"):
            operator += " not" if operator == "is" else " in"
        wanted = self._values() if operator.endswith("in") else [self._next()]
        if name in ("updated", "created"):
            return time_test(name, operator, self._instant(wanted[0]))
        if operator in ("is", "is not"):
            return self._filled(name, full=operator == "is not")
        values = VALUES.get(name)
        if values is None:
            raise ValueError(f"Field '{name}' does not exist or you do not have permission to view it.")
        if name == "project":
            self._check_projects(wanted)
        lowered = {one.lower() for one in wanted}
        if operator in ("=", "in"):
            return lambda issue: bool(lowered & values(issue))
        if operator in ("!=", "not in"):
            return lambda issue: not lowered & values(issue)
        raise ValueError(f"The operator '{operator}' is not supported by the '{name}' field.")

    def _filled(self, name: str, *, full: bool) -> Test:
        field = re.sub(r"cf\[(\d+)\]", r"customfield_\1", name)
        if field not in self.site.fields:
            raise ValueError(f"Field '{name}' does not exist or you do not have permission to view it.")
        return lambda issue: bool(issue.values.get(field)) is full

    def _check_projects(self, wanted: Sequence[str]) -> None:
        known = {word for one in self.site.projects.values() for word in lower(one.key, one.id, one.name)}
        for one in wanted:
            if one.lower() not in known:
                raise ValueError(f"The value '{one}' does not exist for the field 'project'.")

    def _values(self) -> list[str]:
        if self._next() != "(":
            raise ValueError("Error in the JQL Query: expecting '('.")
        found = []
        while (word := self._next()) != ")":
            if word != ",":
                found.append(word)
        return found

    def _instant(self, text: str) -> datetime:
        if ago := _AGO.fullmatch(text):
            at = self.now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2]])
            return at.replace(second=0, microsecond=0)
        for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.zone).astimezone(UTC)
            except ValueError:
                continue
        raise ValueError(f"Date value '{text}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm' and '-5d'.")
