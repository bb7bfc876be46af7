"""The mappings file's escalations and channels: whom to tell, when and where."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from policies.mapping_values import Duration, Shape, Text, Texts, WrittenDuration
from policies.weekly import DAYS, day_numbers

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(([01][0-9]|2[0-3]):([0-5][0-9])|24:00)")
_FULL = 100


class Repeat(Shape):
    """How often a notice is said again."""

    every: Duration
    times: Annotated[int, Field(ge=1, le=1000)]


class Step(Shape):
    """One step of an escalation: exactly one of at, before and after says when."""

    at: Text | None = None
    before: WrittenDuration | None = None
    after: WrittenDuration | None = None
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

    @property
    def words(self) -> str:
        """The step's own words, by which its notices are known: `75%`, `before 15m`, `breach`, `after 2h`."""
        if self.before:
            return f"before {self.before.words}"
        return f"after {self.after.words}" if self.after else str(self.at)

    @property
    def moment(self) -> tuple[str, object]:
        """What tells steps apart that are written differently: `60m` is `1h`."""
        if self.before:
            return "before", self.before.length
        return ("after", self.after.length) if self.after else ("at", self.share)

    @property
    def share(self) -> int | None:
        """The share of the target, of 100, at which the step comes."""
        return int(self.at[:-1]) if self.at and self.at.endswith("%") else None


class Escalation(Shape):
    """Steps that tell channels before and after a breach."""

    name: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]


def _check_hours(value: object) -> object:
    if value == "always":
        return value
    if not isinstance(value, dict) or not value:
        raise ValueError(f"{value!r} are no hours, expected always or days such as mon-fri with 08:00-20:00")
    named: set[int] = set()
    for days, hours in value.items():
        if not all(day in DAYS for day in str(days).split("-", 1)):
            raise ValueError(f"{days!r} are no days, expected a day or a span such as mon-fri")
        if named.intersection(day_numbers(str(days))):
            raise ValueError(f"{days!r} names a day that another key names too, expected each day once")
        named.update(day_numbers(str(days)))
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
