"""The tables of the store; instants are kept as microseconds since 1970, so that every database compares them alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for `never yet`: every instant that matters is later."""


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as microseconds since 1970 and read back in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  # SQLAlchemy
        """Refuse a naive datetime; floats would lose microseconds, so integers divide."""
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy
        """Give an aware datetime in UTC."""
        return None if value is None else EPOCH + timedelta(microseconds=value)


metadata = MetaData()
_Id = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself on SQLite


def _ticket_key() -> tuple[Column[str], Column[str]]:
    return Column("site", Text, primary_key=True), Column("ticket", Text, primary_key=True)


agenda = Table(
    "agenda",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("look_at", Instant),
    Column("rank", SmallInteger, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("busy_until", Instant, nullable=False, default=EPOCH),
    Column("token", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("held_until", Instant, nullable=False, default=EPOCH),
    Column("through_site", Boolean, nullable=False, default=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("site", "ticket"),
    Index("agenda_by_rank", "site", "rank", "look_at"),
    Index("agenda_by_look_at", "site", "look_at"),
    Index("agenda_by_busy", "site", "busy_until"),
)

sites = Table(
    "site",
    metadata,
    Column("name", Text, primary_key=True),
    Column("paused_until", Instant, nullable=False, default=EPOCH),
    Column("failures", Integer, nullable=False, default=0),
    Column("failed_ticket", Text),
    Column("reason", Text),
)

failures = Table(
    "failures",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("field", Text),
    Column("sentence", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("failed_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("given_up", Boolean, nullable=False),
    UniqueConstraint("site", "ticket"),
)

deliveries = Table(
    "deliveries",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("site", "delivery_id")),
    Column("received_at", Instant, nullable=False),
    Index("deliveries_by_age", "received_at"),
)

mappings = Table(
    "mappings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("changed", Text, nullable=False),
)

first_applied = Table(
    "first_applied",
    metadata,
    Column("mapping", Text, primary_key=True),
    Column("applied_at", Instant, nullable=False),
)

tickets = Table(
    "tickets",
    metadata,
    *_ticket_key(),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("wrote", Boolean, nullable=False),
    Column("ended", Boolean, nullable=False),
    Column("gone_at", Instant),
    Column("synced_at", Instant),
    Column("state", Text, nullable=False),
    Column("due_at", Instant),
    Column("reason", Text),
    Column("mapping", Text),
    Column("level", Integer),
    Column("policy", Text),
    Column("plan", Text),
    Column("summary", Text, nullable=False),
    Index("tickets_by_key", "site", "key"),
)

cycles = Table(
    "cycles",
    metadata,
    *_ticket_key(),
    Column("number", Integer, primary_key=True),
    Column("metric", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("document", JSON, nullable=False),
)

receipts = Table("receipts", metadata, *_ticket_key(), Column("document", JSON, nullable=False))

sightings = Table(
    "sightings",
    metadata,
    *_ticket_key(),
    Column("comment", Text, primary_key=True),
    Column("updated_at", Instant, nullable=False),
    Column("public_since", Instant),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("trouble", Text),
)

notes = Table(
    "notes",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
