"""Credentials kept sealed, time-outs by configuration, and the record of what is asked about earlier calls."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision: str | None = "0019"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("supplies", sa.Column("timeout_seconds", sa.Integer(), nullable=True))
    op.create_table(
        "credentials",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("capability", sa.String(), nullable=True),
        sa.Column("secret_ct", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_credentials_application_id"),
        sa.PrimaryKeyConstraint("id", name="pk_credentials"),
    )
    op.create_index("ix_credentials_provider", "credentials", ["provider", "application_id", "capability"])
    op.create_table(
        "followups",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("vendor_code", sa.String(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_followups_verification_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_followups_attempt_id"),
        sa.PrimaryKeyConstraint("id", name="pk_followups"),
    )
    op.create_index("ix_followups_verification", "followups", ["verification_id", "id"])


def downgrade() -> None:
    op.drop_table("followups")
    op.drop_table("credentials")
    op.drop_column("supplies", "timeout_seconds")
