"""Who is who on a Zendesk ticket."""

from collections.abc import Iterable

from connector.trackers.shapes import Json, word
from policies.model import Person, Role

_ROLES = {"agent": Role.AGENT, "admin": Role.AGENT, "end-user": Role.CUSTOMER}
_SYSTEM = "-1"


class People:
    """The users that came along with a ticket's answers."""

    def __init__(self, own_account: str) -> None:
        self._own = own_account
        self._users: dict[str, Json] = {}

    def add(self, users: Iterable[Json]) -> None:
        """Take in the users of one more answer."""
        self._users |= {word(user.get("id")): user for user in users}

    def person(self, user_id: str) -> Person | None:
        """Give a user by id; one that no answer describes is taken for no agent, so that no stranger answers."""
        if not user_id:
            return None
        user = self._users.get(user_id, {})
        return Person(
            id=user_id,
            name=word(user.get("name")),
            email=word(user.get("email")) or None,
            role=self._role(user_id, word(user.get("role"))),
            timezone=word(user.get("iana_time_zone")) or None,
        )

    def _role(self, user_id: str, role: str) -> Role:
        if user_id == self._own:
            return Role.DUEBY
        return Role.APP if user_id == _SYSTEM else _ROLES.get(role, Role.CUSTOMER)
