"""Guardians of minors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision: str | None = "0020"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "guardianships",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("guardian_verification_id", sa.Uuid(), nullable=False),
        sa.Column("account_ref", sa.String(), nullable=False),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_guardianships_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardianships"),
    )
    op.create_index(
        "uq_guardianships_standing",
        "guardianships",
        ["verification_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def downgrade() -> None:
    op.drop_table("guardianships")
