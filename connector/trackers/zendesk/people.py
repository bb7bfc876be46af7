"""Who is who on a Zendesk ticket."""

from collections.abc import Iterable
from urllib.parse import quote

from connector.trackers.optional import unless_refused
from connector.trackers.shapes import Json, record, word
from connector.trackers.zendesk.client import Client
from policies.model import Person, Role

_ROLES = {"agent": Role.AGENT, "admin": Role.AGENT, "end-user": Role.CUSTOMER}
_SYSTEM = "-1"


class People:
    """The users that came along with a ticket's answers; one that did not is asked for, once a ticket."""

    def __init__(self, own_account: str, client: Client) -> None:
        self._own, self._client = own_account, client
        self._users: dict[str, Json] = {}

    def add(self, users: Iterable[Json]) -> None:
        """Take in the users of one more answer."""
        self._users |= {word(user.get("id")): user for user in users}

    def person(self, user_id: str) -> Person | None:
        """Give a user by id; one that no answer describes is taken for no agent, so that no stranger answers."""
        if not user_id:
            return None
        user = self._user(user_id)
        return Person(
            id=user_id,
            name=word(user.get("name")),
            email=word(user.get("email")) or None,
            role=self._role(user_id, word(user.get("role"))),
            timezone=word(user.get("iana_time_zone")) or None,
        )

    def _user(self, user_id: str) -> Json:
        if user_id not in self._users and user_id not in {self._own, _SYSTEM}:
            stranger: Json = {}
            path = f"/api/v2/users/{quote(user_id, safe='')}"
            self._users[user_id] = unless_refused(lambda: record(self._client.get(path).get("user")), stranger)
        return self._users.get(user_id, {})

    def _role(self, user_id: str, role: str) -> Role:
        if user_id == self._own:
            return Role.DUEBY
        return Role.APP if user_id == _SYSTEM else _ROLES.get(role, Role.CUSTOMER)
