"""What a Zendesk seldom changes: its fields, brands, custom statuses and dueby's own account, asked once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connector.errors import UNAUTHORIZED, Scope, TrackerError
from connector.trackers.optional import unless_refused
from connector.trackers.remembered import Remembered
from connector.trackers.shapes import Json, record, records, word
from connector.trackers.zendesk.client import Client
from policies.model import Spelled


@dataclass(frozen=True, slots=True)
class Field:
    """One ticket field: Zendesk's word for its type, the names of its options by their tags, a regexp's pattern."""

    id: str
    kind: str
    options: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    active: bool = True
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class CustomStatus:
    """One custom status: the label agents see, and the status it counts as."""

    label: str
    category: str


class Catalogue:
    """Facts of one site, each asked once and kept for a while."""

    def __init__(self, client: Client, now: Callable[[], datetime]) -> None:
        self._client = client
        self.fields = Remembered(self._ask_fields, now)
        self.custom_statuses = Remembered(self._ask_custom_statuses, now)
        self.brands = Remembered(self._ask_brands, now)
        self.own_account = Remembered(self._ask_own_account, now)

    def brand(self, brand_id: str) -> Spelled:
        """Give a brand's name and id; the id alone where its name is not to be had."""
        if not brand_id:
            return ()
        name = self.brands.get().get(brand_id) or self.brands.again().get(brand_id)
        return (name, brand_id) if name else (brand_id,)

    def custom_status(self, status_id: str) -> CustomStatus | None:
        """Give a custom status by id; None where the account has none of that id."""
        if not status_id:
            return None
        return self.custom_statuses.get().get(status_id) or self.custom_statuses.again().get(status_id)

    def _ask_fields(self) -> dict[str, Field]:
        found = [_field(raw) for raw in self._client.every("/api/v2/ticket_fields", "ticket_fields")]
        return {known.id: known for known in found if known.id}

    def _ask_custom_statuses(self) -> dict[str, CustomStatus]:
        none: list[Json] = []  # names only please people; ids are enough to go on
        answer = unless_refused(
            lambda: records(self._client.get("/api/v2/custom_statuses").get("custom_statuses")), none
        )
        return {
            word(raw.get("id")): CustomStatus(word(raw.get("agent_label")), word(raw.get("status_category")))
            for raw in answer
        }

    def _ask_brands(self) -> dict[str, str]:
        none: list[Json] = []
        answer = unless_refused(lambda: self._client.every("/api/v2/brands", "brands"), none)
        return {word(raw.get("id")): word(raw.get("name")) for raw in answer}

    def _ask_own_account(self) -> str:
        own = word(record(self._client.get("/api/v2/users/me").get("user")).get("id"))
        if own:
            return own
        name = self._client.http.site.name  # to a stranger Zendesk answers 200 with a user that has no id
        sentence = f"{name}: Zendesk does not know dueby's account. Check `auth`: revoked, expired or mistyped?"
        raise TrackerError(UNAUTHORIZED, sentence, retryable=True, scope=Scope.SITE)


def _field(raw: Json) -> Field:
    options = records(raw.get("custom_field_options"))
    names = {word(option.get("value")): word(option.get("name")) for option in options}
    return Field(
        id=word(raw.get("id")),
        kind=word(raw.get("type")),
        options=names,
        title=word(raw.get("title")),
        active=raw.get("active") is not False,
        pattern=word(raw.get("regexp_for_validation")),
    )
