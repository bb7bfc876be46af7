"""Notices, open cycles, tickets as fetched, walks over changed tickets, alerts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "fetched",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site", "ticket"),
    )
    op.create_index("fetched_by_age", "fetched", ["fetched_at"], unique=False)
    op.create_table(
        "missed",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "ticket", "changed_at"),
    )
    op.create_index("missed_by_found", "missed", ["found_at"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("repetition", sa.Integer(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("site", "ticket", "metric", "start_at", "due_at", "step", "channel", "repetition"),
    )
    op.create_index("notices_by_channel", "notices", ["channel", "state", "next_at"], unique=False)
    op.create_index("notices_by_incident", "notices", ["incident"], unique=False)
    op.create_index("notices_by_next", "notices", ["state", "next_at"], unique=False)
    failing = sa.text("since IS NOT NULL")
    op.create_index("notices_failing", "notices", ["channel"], sqlite_where=failing, postgresql_where=failing)
    op.create_table(
        "open_cycles",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.Column("metric", sa.Text(), nullable=False),
        sa.Column("start_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("receipt", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("site", "ticket", "metric"),
    )
    op.create_index("open_cycles_by_due", "open_cycles", ["due_at"], unique=False)
    op.create_index("open_cycles_by_state", "open_cycles", ["site", "state"], unique=False)
    op.create_table(
        "requests",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("requests_by_age", "requests", ["site", "at"], unique=False)
    op.create_table(
        "walks",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("projects", sa.JSON(), nullable=True),
        sa.Column("walked_at", sa.BigInteger(), nullable=True),
        sa.Column("began_at", sa.BigInteger(), nullable=True),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("busy_until", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("sentence", sa.Text(), nullable=True),
        sa.Column("failing_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("site", "kind"),
    )
    op.add_column("agenda", sa.Column("told_at", sa.BigInteger(), nullable=True))
    op.add_column("mappings", sa.Column("silent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("site", sa.Column("failing_since", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("assignee", sa.Text(), nullable=True))
    op.add_column("tickets", sa.Column("customer_timezone", sa.Text(), nullable=True))
    op.add_column("tickets", sa.Column("owed_by", sa.Text(), nullable=True))
    op.create_index("tickets_by_sync", "tickets", ["site", "synced_at"], unique=False)

    op.execute("DELETE FROM notes WHERE name = 'policies'")  # it is kept in another shape from now on


def downgrade() -> None:
    op.execute("DELETE FROM notes WHERE name = 'policies'")
    op.drop_index("tickets_by_sync", table_name="tickets")
    op.drop_column("tickets", "owed_by")
    op.drop_column("tickets", "customer_timezone")
    op.drop_column("tickets", "assignee")
    op.drop_column("site", "failing_since")
    op.drop_column("mappings", "silent")
    op.drop_column("agenda", "told_at")
    op.drop_table("walks")
    op.drop_index("requests_by_age", table_name="requests")
    op.drop_table("requests")
    op.drop_index("open_cycles_by_state", table_name="open_cycles")
    op.drop_index("open_cycles_by_due", table_name="open_cycles")
    op.drop_table("open_cycles")
    op.drop_index("notices_failing", table_name="notices")
    op.drop_index("notices_by_next", table_name="notices")
    op.drop_index("notices_by_incident", table_name="notices")
    op.drop_index("notices_by_channel", table_name="notices")
    op.drop_table("notices")
    op.drop_index("missed_by_found", table_name="missed")
    op.drop_table("missed")
    op.drop_index("fetched_by_age", table_name="fetched")
    op.drop_table("fetched")
    op.drop_table("alerts")
