"""The part of JQL that a reconciling client needs: conditions joined by AND, and ORDER BY."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connector.sandbox.jira.issues import Issue, Site

_TOKEN = re.compile(r"\s*(\"[^\"]*\"|'[^']*'|[()\[\],]|>=|<=|!=|[=<>]|[^\s()\[\],=<>!]+)")
_AGO = re.compile(r"-(\d+)([mhdw])")
_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 604800}

Test = Callable[[Issue], bool]


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
    where, _, order = re.sub(r"(?i)\border\s+by\b", "\0", text).partition("\0")
    tokens = _TOKEN.findall(where)
    if "".join(tokens) != re.sub(r"\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", "", where):
        raise ValueError(f"Error in the JQL Query: the query '{where.strip()}' cannot be read.")
    reader = _Reader(tokens, site, timezone, now)
    return Query(reader.conditions(), [_ordered(part) for part in order.split(",") if part.strip()])


def _ordered(part: str) -> tuple[str, bool]:
    name, _, way = part.strip().partition(" ")
    return name.lower(), way.strip().upper() == "DESC"


class _Reader:
    def __init__(self, tokens: list[str], site: Site, timezone: str, now: datetime) -> None:
        self.tokens, self.site, self.zone, self.now = tokens, site, ZoneInfo(timezone), now

    def conditions(self) -> list[Test]:
        tests = []
        while self.tokens:
            tests.append(self._condition())
            if self.tokens and self.tokens.pop(0).upper() != "AND":
                raise ValueError("Error in the JQL Query: expecting 'AND' between conditions.")
        return tests

    def _next(self) -> str:
        if not self.tokens:
            raise ValueError("Error in the JQL Query: the query ends too early.")
        return self.tokens.pop(0).strip("\"'")

    def _condition(self) -> Test:
        name, operator = self._next().lower(), self._next().lower()
        if operator == "not":
            operator += " " + self._next().lower()
        wanted = self._values() if operator.endswith("in") else [self._next()]
        if name in ("updated", "created"):
            return _time_test(name, operator, self._instant(wanted[0]))
        values = _VALUES.get(name)
        if values is None:
            raise ValueError(f"Field '{name}' does not exist or you do not have permission to view it.")
        lowered = {one.lower() for one in wanted}
        if operator in ("=", "in"):
            return lambda issue: bool(lowered & values(issue))
        if operator in ("!=", "not in"):
            return lambda issue: not lowered & values(issue)
        raise ValueError(f"The operator '{operator}' is not supported by the '{name}' field.")

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


def _time_test(name: str, operator: str, limit: datetime) -> Test:
    def at(issue: Issue) -> datetime:
        return issue.updated_at if name == "updated" else issue.created_at

    tests: dict[str, Test] = {
        ">=": lambda issue: at(issue) >= limit,
        ">": lambda issue: at(issue) > limit,
        "<=": lambda issue: at(issue) <= limit,
        "<": lambda issue: at(issue) < limit,
    }
    if operator not in tests:
        raise ValueError(f"The operator '{operator}' is not supported by the '{name}' field.")
    return tests[operator]


def _lower(*values: str) -> set[str]:
    return {value.lower() for value in values}


def _priority(issue: Issue) -> set[str]:
    priority = issue.values.get("priority")
    return _lower(priority.id, priority.name) if priority else {"empty"}


_CATEGORY = {"new": "to do", "indeterminate": "in progress", "done": "done"}
_VALUES: dict[str, Callable[[Issue], set[str]]] = {
    "project": lambda issue: _lower(issue.project.key, issue.project.id, issue.project.name),
    "key": lambda issue: _lower(issue.key, issue.id),
    "issuekey": lambda issue: _lower(issue.key, issue.id),
    "id": lambda issue: _lower(issue.id, issue.key),
    "issuetype": lambda issue: _lower(issue.values["issuetype"].name, issue.values["issuetype"].id),
    "status": lambda issue: _lower(issue.status.name, issue.status.id),
    "statuscategory": lambda issue: {_CATEGORY[issue.status.category], issue.status.category},
    "priority": _priority,
    "labels": lambda issue: _lower(*issue.values.get("labels", ())),
}
