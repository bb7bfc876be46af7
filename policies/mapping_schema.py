"""The mappings file's shape: mappings and customers, as people write them."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from policies.mapping_values import AttributeChoice, Choice, Instant, Shape, Text, Texts, ZoneChoice


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
    attributes: Annotated[dict[str, AttributeChoice], Field(default_factory=dict)]
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
    plans: Annotated[dict[str, Text], Field(default_factory=dict)]
