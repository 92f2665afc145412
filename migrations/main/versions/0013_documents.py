"""Documents given for a case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("taken_at", TIME, nullable=True),
        sa.Column("purged_at", TIME, nullable=True),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_documents_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
    )
    some = sa.text("due_at IS NOT NULL")
    op.create_index("ix_documents_due", "documents", ["due_at"], sqlite_where=some, postgresql_where=some)
    op.create_index("ix_documents_verification", "documents", ["verification_id", "id"])


def downgrade() -> None:
    op.drop_table("documents")
