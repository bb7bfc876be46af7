"""The shape of dueby.yaml, as pydantic checks it: nothing unknown, nothing half given, an empty key is none."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from connector.config.words import Flag, JiraField, Positive, Secrets, Text, Url, ZendeskField, Zone, refusal

SiteName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]


class Strict(BaseModel):
    """A mapping of known keys; a key without a value counts as not given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _given(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None or key not in cls.model_fields}


class Rate(Strict):
    """The most requests to a site in any 60 seconds."""

    per_minute: Positive


class Credentials(Strict):
    """Keys that prove who dueby is, whole in one of two forms."""

    forms: ClassVar[tuple[tuple[str, ...], tuple[str, ...]]]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = self.model_fields_set
        if given not in map(set, self.forms):
            held = " and ".join(sorted(given)) or "nothing"
            raise refusal(f"holds {held}", ", or ".join(" and ".join(form) for form in self.forms))
        return self


class JiraAuth(Credentials):
    """A Jira account: user and API token, or a personal access token."""

    forms = (("user", "token"), ("bearer",))
    user: Text | None = None
    token: Text | None = None
    bearer: Text | None = None


class ZendeskAuth(Credentials):
    """A Zendesk account: an OAuth client, or the legacy API token."""

    forms = (("client_id", "client_secret"), ("user", "token"))
    client_id: Text | None = None
    client_secret: Text | None = None
    user: Text | None = None
    token: Text | None = None


class JiraFields(Strict):
    """Which custom fields of a Jira hold what dueby writes."""

    due_at: JiraField | None = None
    due_on: JiraField | None = None
    state: JiraField | None = None
    summary: JiraField | None = None


class ZendeskFields(Strict):
    """Which ticket fields of a Zendesk hold what dueby writes."""

    due_at: ZendeskField | None = None
    due_on: ZendeskField | None = None
    state: ZendeskField | None = None
    summary: ZendeskField | None = None


class AnySite(Strict):
    """What sites of every tracker have."""

    url: Url
    webhook_secret: Secrets = ()
    timezone: Zone = "UTC"
    language: Literal["en", "fr"] = "en"
    write: Flag = True
    rate: Rate | None = None


class JiraSite(AnySite):
    """One Jira."""

    tracker: Literal["jira"]
    deployment: Literal["cloud", "datacenter"]
    auth: JiraAuth
    fields: JiraFields = JiraFields()


class ZendeskSite(AnySite):
    """One Zendesk."""

    tracker: Literal["zendesk"]
    auth: ZendeskAuth
    fields: ZendeskFields = ZendeskFields()


OneSite = Annotated[JiraSite | ZendeskSite, Field(discriminator="tracker")]
SITES: dict[str, type[JiraSite] | type[ZendeskSite]] = {"jira": JiraSite, "zendesk": ZendeskSite}


class Document(Strict):
    """The whole of dueby.yaml."""

    policies: Text | None = None
    public_url: Url | None = None
    alerts: Text | None = None
    sites: dict[SiteName, OneSite]
