"""One site: an instance of a tracker as the configuration describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """How dueby proves who it is: user and token, bearer, or client id and secret. Never printed."""

    user: str | None = None
    token: str | None = field(default=None, repr=False)
    bearer: str | None = field(default=None, repr=False)
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site; `fields` maps the contract's names (due_at, due_on, state, summary) to the tracker's field ids."""

    name: str
    tracker: Literal["jira", "zendesk"]
    url: str
    deployment: Literal["cloud", "datacenter"] = "cloud"
    auth: Auth = Auth()
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    timezone: str = "UTC"
    language: Literal["en", "fr"] = "en"
    write: bool = True
    per_minute: int | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
