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
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
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
    Column("told_at", Instant),
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
    Column("failing_since", Instant),
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
    Column("silent", Boolean, nullable=False, default=False),
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
    Column("assignee", Text),
    Column("customer_timezone", Text),
    Column("owed_by", Text),
    Index("tickets_by_key", "site", "key"),
    Index("tickets_by_sync", "site", "synced_at"),
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

open_cycles = Table(
    "open_cycles",
    metadata,
    *_ticket_key(),
    Column("metric", Text, primary_key=True),
    Column("start_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("due_at", Instant),
    Column("level", Integer),
    Column("receipt", JSON, nullable=False),
    Index("open_cycles_by_due", "due_at"),
    Index("open_cycles_by_state", "site", "state"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("ticket", Text, nullable=False),
    Column("metric", Text, nullable=False),
    Column("start_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("step", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("repetition", Integer, nullable=False),
    Column("send_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("next_at", Instant, nullable=False),
    Column("busy_until", Instant, nullable=False, default=EPOCH),
    Column("token", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("doubtful", Boolean, nullable=False, default=False),
    Column("sent_at", Instant),
    Column("error", Text),
    Column("since", Instant),
    Column("incident", Text),
    UniqueConstraint("site", "ticket", "metric", "start_at", "due_at", "step", "channel", "repetition"),
    Index("notices_by_next", "state", "next_at"),
    Index("notices_by_channel", "channel", "state", "next_at"),
    Index("notices_by_incident", "incident"),
    Index(
        "notices_failing", "channel", sqlite_where=text("since IS NOT NULL"), postgresql_where=text("since IS NOT NULL")
    ),
)

fetched = Table(
    "fetched",
    metadata,
    *_ticket_key(),
    Column("document", LargeBinary, nullable=False),
    Column("digest", Text, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Index("fetched_by_age", "fetched_at"),
)

walks = Table(
    "walks",
    metadata,
    Column("site", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("projects", JSON),
    Column("walked_at", Instant),
    Column("began_at", Instant),
    Column("cursor", Text),
    Column("asked", JSON, nullable=False, default=list),
    Column("next_at", Instant, nullable=False, default=EPOCH),
    Column("busy_until", Instant, nullable=False, default=EPOCH),
    Column("token", Text),
    Column("attempts", Integer, nullable=False, default=0),
    Column("reason", Text),
    Column("sentence", Text),
    Column("failing_since", Instant),
)

missed = Table(
    "missed",
    metadata,
    *_ticket_key(),
    Column("changed_at", Instant, primary_key=True),
    Column("found_at", Instant, nullable=False),
    Column("counted_at", Instant),
    Index("missed_by_found", "found_at"),
)

requests = Table(
    "requests",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("site", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("requests_by_age", "site", "at"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("site", Text),
    Column("detail", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("over_at", Instant),
)
