"""Hosted liveness: open sessions, deletion at the vendor, and the impact assessments that face steps rest on."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision: str | None = "0013"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("attempts", sa.Column("open_until", TIME, nullable=True))
    op.create_table(
        "assessments",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("recipients", JSON, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("document_digest", sa.String(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
    )
    op.create_table(
        "disposals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("erased_at", TIME, nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["attempts.id"], name="fk_disposals_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_disposals"),
    )
    some = sa.text("due_at IS NOT NULL")
    op.create_index("ix_disposals_due", "disposals", ["due_at"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_table("disposals")
    op.drop_table("assessments")
    op.drop_column("attempts", "open_until")
