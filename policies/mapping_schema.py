"""The mappings file's shape: mappings, customers, escalations and channels, as people write them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FULL = 100


def as_text(value: object) -> object:
    """Read a scalar as the text that stands in the file; leave anything else to the schema's own complaint."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (int, float)) else value


def as_texts(value: object) -> object:
    """Read one scalar, or a list of them, as a list of texts."""
    return [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]


def as_duration(value: object) -> object:
    """Read `30m`: a whole number and s, m, h or d."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(f"{value!r} is no duration, expected a whole number and s, m, h or d, such as 30m")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def as_instant(value: object) -> object:
    """Read an ISO 8601 instant with an offset."""
    try:
        instant = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f"{value!r} is no instant, expected ISO 8601 with an offset, such as 2026-11-01T00:00:00Z")
    return instant.astimezone(UTC)


Text = Annotated[str, BeforeValidator(as_text), Field(min_length=1, max_length=500)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_texts), Field(min_length=1)]
Duration = Annotated[timedelta, BeforeValidator(as_duration)]
Instant = Annotated[datetime, BeforeValidator(as_instant)]


class Shape(BaseModel):
    """A part of the file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FromField(Shape):
    """A value taken from the ticket's field, translated by `values`."""

    field: Text
    values: dict[str, Text] = {}
    default: Text | None = None


class FromTags(Shape):
    """A value taken from the ticket's labels (Jira) or tags (Zendesk): those of the list that the ticket carries."""

    labels: Texts | None = None
    tags: Texts | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> "FromTags":
        if (self.labels is None) == (self.tags is None):
            raise ValueError("neither or both of labels and tags, expected one of them")
        return self


class FromRequester(Shape):
    """The reporter's own time zone."""

    requester: Literal[True]
    default: Text | None = None


def _kind(value: Any) -> str:
    if isinstance(value, (Shape, dict)):
        keys = value if isinstance(value, dict) else value.model_dump()
        return "<requester>" if "requester" in keys else "<tags>" if {"labels", "tags"} & set(keys) else "<field>"
    return "<text>"


Choice = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[FromField, Tag("<field>")],
    Discriminator(lambda value: "<text>" if _kind(value) == "<text>" else "<field>"),
]
ZoneChoice = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[FromField, Tag("<field>")]
    | Annotated[FromRequester, Tag("<requester>")],
    Discriminator(lambda value: "<field>" if _kind(value) == "<tags>" else _kind(value)),
]
AttributeChoice = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[FromField, Tag("<field>")] | Annotated[FromTags, Tag("<tags>")],
    Discriminator(lambda value: "<field>" if _kind(value) == "<requester>" else _kind(value)),
]


class CustomerSpec(Shape):
    """Who the customer is, as far as calendars need it: each value a constant or taken from the ticket."""

    directory: Literal["organization", "domain"] | None = None
    timezone: ZoneChoice | None = None
    region: Choice | None = None
    holidays: Choice | None = None


class Named(Shape):
    """People by account or by the domain of their mail address."""

    accounts: Texts | None = None
    domains: Texts | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Named":
        if self.accounts is None and self.domains is None:
            raise ValueError("names nobody, expected accounts, domains or both")
        return self


class ByComment(Shape):
    """A public comment by the agents, or by the people named."""

    public_comment: Annotated[
        Annotated[Literal["agents"], Tag("<agents>")] | Annotated[Named, Tag("<named>")],
        Discriminator(lambda value: "<named>" if isinstance(value, (dict, Named)) else "<agents>"),
    ]
    excluded: Annotated[Named | None, Field(alias="not")] = None


class ByField(Shape):
    """A date-time field's value, or the instant at which another field was first filled."""

    field: Text


class ByStatus(Shape):
    """The first time in one of these statuses."""

    status: Texts


def _answer_kind(value: Any) -> str:
    keys = value if isinstance(value, dict) else value.model_dump() if isinstance(value, Shape) else {}
    return "<field>" if "field" in keys else "<status>" if "status" in keys else "<comment>"


AnsweredBy = Annotated[
    Annotated[ByComment, Tag("<comment>")] | Annotated[ByField, Tag("<field>")] | Annotated[ByStatus, Tag("<status>")],
    Discriminator(_answer_kind),
]


class PausedBy(Shape):
    """The desk's own rule: the time spent in these statuses is not counted."""

    status: Texts
    metrics: Texts | None = None


class StartsField(Shape):
    """The date-time field holding the instant at which the case was filed with the vendor."""

    field: Text


class Mapping(Shape):
    """One mapping: which tickets it is for, and what was promised for them."""

    name: Text
    site: Text
    match: dict[str, Texts]
    policy: Text
    plan: Choice
    customer: CustomerSpec = CustomerSpec()
    levels: Annotated[dict[str, int], Field(min_length=1)]
    level_field: Text | None = None
    attributes: dict[str, AttributeChoice] = {}
    starts: Literal["created"] | StartsField = "created"
    owed_by: Literal["vendor", "us"]
    answered_by: Annotated[tuple[AnsweredBy, ...], Field(min_length=1)] | None = None
    paused_by: PausedBy | None = None
    restart_on_level_change: bool = False
    readings: tuple[Text, ...] = ()
    include_ended: bool = False
    notices_from: Instant | None = None
    escalation: Text | None = None

    @property
    def answers(self) -> tuple[ByComment | ByField | ByStatus, ...]:
        """What answers: as written, or a public comment by an agent."""
        return self.answered_by or (ByComment(public_comment="agents"),)


class CustomerMatch(Shape):
    """How a ticket's customer is recognised."""

    organization: Texts | None = None
    domain: Texts | None = None


class Customer(Shape):
    """One customer of the directory."""

    name: Text
    match: CustomerMatch
    timezone: Text | None = None
    region: Text | None = None
    holidays: Text | None = None
    plans: dict[str, Text] = {}


class Repeat(Shape):
    """How often a notice is said again."""

    every: Duration
    times: Annotated[int, Field(ge=1, le=1000)]


class Step(Shape):
    """One step of an escalation: exactly one of at, before and after says when."""

    at: Text | None = None
    before: Duration | None = None
    after: Duration | None = None
    notify: Texts
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def _one_moment(self) -> "Step":
        if sum(value is not None for value in (self.at, self.before, self.after)) != 1:
            raise ValueError("says when in no way or in several, expected exactly one of at, before and after")
        share = self.at[:-1] if self.at and self.at.endswith("%") else ""
        if self.at and self.at != "breach" and not (share.isascii() and share.isdigit() and 1 <= int(share) <= _FULL):
            raise ValueError(f"at: {self.at!r} is no moment, expected breach or a whole share such as 75%")
        return self


class Escalation(Shape):
    """Steps that tell channels before and after a breach."""

    name: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


def _check_hours(value: object) -> object:
    if value == "always":
        return value
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{value!r} are no hours, expected always or days such as mon-fri with 08:00-20:00")
    for days, hours in value.items():
        if not all(day in _DAYS for day in str(days).split("-", 1)):
            raise ValueError(f"{days!r} are no days, expected a day or a span such as mon-fri")
        span = _HOURS.fullmatch(str(hours))
        if not span or span[0][:5] >= span[3]:
            raise ValueError(f"{hours!r} are no hours, expected a span such as 08:00-20:00")
    return value


class Channel(Shape):
    """Where notices go: an Apprise address, or an internal comment on the ticket itself."""

    name: Text
    url: Annotated[str | None, Field(min_length=1, repr=False)] = None
    internal_comment: Literal[True] | None = None
    timezone: Text = "UTC"
    language: Literal["en", "fr"] = "en"
    hours: Annotated[Literal["always"] | dict[str, str], BeforeValidator(_check_hours)] = "always"

    @model_validator(mode="after")
    def _one_way(self) -> "Channel":
        if (self.url is None) == (self.internal_comment is None):
            raise ValueError("goes nowhere or two ways, expected one of url and internal_comment")
        return self
