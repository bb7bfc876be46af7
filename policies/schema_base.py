"""What every part of a policy file shares: frozen, nothing unknown, names of one shape."""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Part(BaseModel):
    """One part of a policy file: frozen, with no keys but the documented ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def _as_text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, (bool, int)) else value


Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_+-]*$", max_length=64)]
"""A name that mappings and commands use: small letters, digits, `-`, `_`, `+`."""

Text = Annotated[str, Field(min_length=1, max_length=1000)]
"""A text for people, in English; translations are looked up by it."""

LevelNumber = Annotated[int, Field(ge=1, le=99)]

SourceName = Annotated[str, Field(description="A clause under `sources`.")]

AttributeValue = Annotated[
    str, BeforeValidator(_as_text), Field(min_length=1), WithJsonSchema({"type": ["string", "boolean", "integer"]})
]
"""A value compared as text without case; `false` is the text."""
