"""What a Jira says about itself, by the `jira` package: its fields, its statuses and dueby's own account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from jira import JIRA, JIRAError
from requests import JSONDecodeError, RequestException
from requests.auth import AuthBase

from connector.sites import Site
from connector.trackers.faults import bad_answer, unreachable
from connector.trackers.guard import TIMEOUT, Guard
from connector.trackers.optional import unless_refused
from connector.trackers.remembered import Remembered
from connector.trackers.shapes import record, records, word

_TEXT = frozenset({"", "textfield", "readonlyfield"})
_CHOICE = frozenset({"", "select", "radiobuttons"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a Jira; `kind` is datetime, date, text, select, or the name Jira has for its type."""

    id: str
    name: str
    custom: bool
    kind: str


@dataclass(frozen=True, slots=True)
class KnownStatus:
    """One status as it is called today."""

    id: str
    name: str
    done: bool


class Discovery:
    """Facts of one site that seldom change, each asked once and kept for a while.

    The package makes these requests through the site's own `Guard`, so that its faults, its redirects and its count of
    requests are the same as everywhere; its own retries are off.
    """

    def __init__(self, site: Site, guard: Guard, auth: AuthBase, now: Callable[[], datetime]) -> None:
        self._site = site
        self._client = _client(site, guard, auth)
        self.fields = Remembered(self._ask_fields, now)
        self.statuses = Remembered(self._ask_statuses, now)
        self.own_account = Remembered(self._ask_own_account, now)

    def _ask_fields(self) -> dict[str, Field]:
        found = [_field(raw) for raw in records(self._asked(self._client.fields))]
        if not found:
            raise bad_answer(self._site.name, "it lists no fields")
        return {field.id: field for field in found if field.id}

    def _ask_statuses(self) -> dict[str, KnownStatus]:
        none: object = []
        answer = unless_refused(lambda: self._asked(self._client.statuses), none)
        found = [record(status.raw) for status in answer] if isinstance(answer, list) else []
        return {word(raw.get("id")): _status(raw) for raw in found}

    def _ask_own_account(self) -> str:
        account = record(self._asked(self._client.myself))
        if own := word(account.get("accountId")) or word(account.get("name")):
            return own
        raise bad_answer(self._site.name, "it does not say who dueby's own account is")

    def _asked(self, ask: Callable[[], object]) -> object:
        try:
            return ask()
        except (JIRAError, JSONDecodeError, TypeError, AttributeError, RecursionError):
            raise bad_answer(self._site.name, "the `jira` package makes no sense of it") from None
        except RequestException as error:  # a bad address or header: never leaves, never shown
            raise unreachable(self._site.name, type(error).__name__) from None


def _client(site: Site, guard: Guard, auth: AuthBase) -> JIRA:
    client = JIRA(server=site.url.rstrip("/"), get_server_info=False, max_retries=0, timeout=TIMEOUT, logging=False)
    client.deploymentType = "Cloud" if site.deployment == "cloud" else "Server"
    session = client._session  # noqa: SLF001  # the package offers no other way to its session
    session.auth = auth
    guard.fit(session)
    return client


def _field(raw: object) -> Field:
    field = record(raw)
    schema = record(field.get("schema"))
    kind = word(schema.get("type"))
    custom_kind = word(schema.get("custom")).rpartition(":")[2]
    if kind == "string" and custom_kind in _TEXT:
        shown = "text"
    elif kind == "option" and custom_kind in _CHOICE:
        shown = "select"
    else:
        shown = kind if kind in {"datetime", "date"} else custom_kind or kind or "unknown"
    return Field(word(field.get("id")), word(field.get("name")), field.get("custom") is True, shown)


def _status(raw: object) -> KnownStatus:
    status = record(raw)
    done = word(record(status.get("statusCategory")).get("key")) == "done"
    return KnownStatus(word(status.get("id")), word(status.get("name")), done)
