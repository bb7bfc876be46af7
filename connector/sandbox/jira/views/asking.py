"""What the endpoints of a sandbox Jira share: finding issues, refusing, rights."""

from collections.abc import Callable, Mapping

from connector.sandbox.calls import Answer, Call, RefusedError
from connector.sandbox.jira.issues import Issue
from connector.sandbox.jira.model import Right, User
from connector.sandbox.jira.setup import JiraSite

JiraView = Callable[[JiraSite, Call], Answer]
Table = tuple[tuple[str, str, JiraView], ...]

HIDDEN = "Issue does not exist or you do not have permission to see it."
NO_EDIT = "You do not have permission to edit issues in this project."
EMPTY = Answer(204)


def refuse(status: int, *sentences: str, errors: Mapping[str, str] | None = None) -> RefusedError:
    """Make a refusal in Jira's shape."""
    return RefusedError(Answer(status, {"errorMessages": list(sentences), "errors": dict(errors or {})}))


def account(site: JiraSite, call: Call) -> User:
    """Give the account that sent a call."""
    return site.site.users[call.by]


def need(site: JiraSite, call: Call, right: Right, status: int, sentence: str) -> User:
    """Give the sender where it has a right, else refuse."""
    user = account(site, call)
    if right not in user.rights:
        raise refuse(status, sentence)
    return user


def find(site: JiraSite, call: Call) -> Issue:
    """Find the issue that a call names by id or key, as far as the sender may see it."""
    need(site, call, "browse", 404, HIDDEN)
    try:
        return site.site.issue(call.parts["issue"])
    except KeyError:
        raise refuse(404, HIDDEN) from None


def version(call: Call) -> str:
    """Give the interface's version: 3 has documents, all others plain text."""
    return "3" if call.parts["version"] == "3" else "2"


def flag(call: Call, name: str, *, default: bool) -> bool:
    """Give a query argument that is true or false."""
    return call.request.query.get(name, str(default)).lower() == "true"
