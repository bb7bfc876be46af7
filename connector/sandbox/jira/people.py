"""People as Jira shows and finds them: Cloud by account id, Data Center by user name."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.model import User


def show_user(site: Site, user: User) -> dict[str, Any]:
    """Give a user's JSON. Cloud shows no e-mail address unless the user made it visible."""
    common = {"avatarUrls": {}, "displayName": user.name, "active": True, "timeZone": user.timezone}
    if site.cloud:
        shown = {"self": f"{site.url}/rest/api/2/user?accountId={quote(user.account_id)}", "accountId": user.account_id}
        visible = {"emailAddress": user.email} if user.email_visible else {}
        return {**shown, **visible, **common, "accountType": user.account_type}
    return {
        "self": f"{site.url}/rest/api/2/user?username={quote(user.handle)}",
        "name": user.handle,
        "key": f"JIRAUSER-{user.handle}",
        "emailAddress": user.email,
        **common,
    }


def show_desk_user(site: Site, user: User) -> dict[str, Any]:
    """Give a user as the service desk's interface does: without the account's type."""
    shown = show_user(site, user)
    kept = ("accountId", "name", "key", "emailAddress", "displayName", "active", "timeZone")
    return {name: shown[name] for name in kept if name in shown} | {"_links": {"self": shown["self"]}}


def find_user(site: Site, raw: Any) -> User:
    """Find the user that a request names; ValueError where there is none."""
    wanted = raw if isinstance(raw, Mapping) else {}
    for user in site.users.values():
        if site.cloud and user.account_id == (wanted.get("accountId") or wanted.get("id")):
            return user
        if not site.cloud and user.handle == wanted.get("name"):
            return user
    raise ValueError("Specify a valid user.")
