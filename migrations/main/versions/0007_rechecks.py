"""What is checked again on days to come."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision: str | None = "0006"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rechecks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_rechecks_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rechecks"),
        sa.UniqueConstraint("verification_id", "kind", name="uq_rechecks_verification_id_kind"),
    )
    some = sa.text("due_at IS NOT NULL")
    op.create_index("ix_rechecks_due", "rechecks", ["due_at"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_table("rechecks")
