"""The fields that the sandbox's JQL knows, and how issues are held against them."""

from collections.abc import Callable
from datetime import datetime

from connector.sandbox.jira.issues import Issue

Test = Callable[[Issue], bool]


def time_test(name: str, operator: str, limit: datetime) -> Test:
    """Compare when an issue was updated or created with an instant."""

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


def lower(*values: str) -> set[str]:
    """Give texts without case."""
    return {value.lower() for value in values}


def _priority(issue: Issue) -> set[str]:
    priority = issue.values.get("priority")
    return lower(priority.id, priority.name) if priority else {"empty"}


_CATEGORY = {"new": "to do", "indeterminate": "in progress", "done": "done"}
VALUES: dict[str, Callable[[Issue], set[str]]] = {
    "project": lambda issue: lower(issue.project.key, issue.project.id, issue.project.name),
    "key": lambda issue: lower(issue.key, issue.id),
    "issuekey": lambda issue: lower(issue.key, issue.id),
    "id": lambda issue: lower(issue.id, issue.key),
    "issuetype": lambda issue: lower(issue.values["issuetype"].name, issue.values["issuetype"].id),
    "status": lambda issue: lower(issue.status.name, issue.status.id),
    "statuscategory": lambda issue: {_CATEGORY[issue.status.category], issue.status.category},
    "priority": _priority,
    "labels": lambda issue: lower(*issue.values.get("labels", ())),
}
