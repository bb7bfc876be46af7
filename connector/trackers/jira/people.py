"""Who is who on a Jira ticket."""

from connector.trackers.shapes import record, word
from policies.model import Person, Role

_ROLES = {"customer": Role.CUSTOMER, "app": Role.APP}


def person(value: object, own_account: str) -> Person | None:
    """Give a user with the role that Jira tells; Data Center tells none, so there everybody else is an agent."""
    user = record(value)
    account = word(user.get("accountId")) or word(user.get("name")) or word(user.get("key"))
    if not account:
        return None
    return Person(
        id=account,
        name=word(user.get("displayName")),
        email=word(user.get("emailAddress")) or None,
        role=Role.DUEBY if account == own_account else _role(account, word(user.get("accountType"))),
        timezone=word(user.get("timeZone")) or None,
    )


def _role(account: str, account_type: str) -> Role:
    portal_only = account.startswith("qm:")
    return _ROLES.get(account_type, Role.CUSTOMER if portal_only else Role.AGENT)
