"""Signed checkpoints of the record, and which of them holds an event."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("leaves", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_checkpoints"),
    )
    op.create_index("ix_checkpoints_published_at", "checkpoints", ["published_at"])
    op.add_column("events", sa.Column("checkpoint", sa.Integer(), nullable=True))
    op.create_index("ix_events_checkpoint", "events", ["checkpoint"])


def downgrade() -> None:
    op.drop_index("ix_events_checkpoint", "events")
    op.drop_column("events", "checkpoint")
    op.drop_table("checkpoints")
