"""How values are written in a mappings file: texts, durations, instants, and values taken from the ticket."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


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


@dataclass(frozen=True, slots=True)
class Written:
    """A duration together with the words in which the file gives it."""

    words: str
    length: timedelta


def as_written(value: object) -> object:
    """Read `30m` and keep its words."""
    length = as_duration(value)
    return Written(str(value), length) if isinstance(length, timedelta) else value


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
WrittenDuration = Annotated[Written, BeforeValidator(as_written)]
Instant = Annotated[datetime, BeforeValidator(as_instant)]


class Shape(BaseModel):
    """A part of the file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FromField(Shape):
    """A value taken from the ticket's field, translated by `values`."""

    field: Text
    values: Annotated[dict[str, Text], Field(default_factory=dict)]
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
