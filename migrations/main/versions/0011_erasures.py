"""Erasures with their certificates, and copies at vendors."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("live_at", TIME, nullable=True),
        sa.Column("certificate", sa.String(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=True),
        *_due(),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_erasures_account_id"),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_erasures_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    _index("ix_erasures_due", "erasures")
    op.create_index("ix_erasures_account", "erasures", ["account_id", "id"])
    op.create_table(
        "vendor_erasures",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("confirmed_at", TIME, nullable=True),
        *_due(),
        sa.ForeignKeyConstraint(["erasure_id"], ["erasures.id"], name="fk_vendor_erasures_erasure_id"),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_vendor_erasures_attempt_id"),
        sa.PrimaryKeyConstraint("id", name="pk_vendor_erasures"),
        sa.UniqueConstraint("erasure_id", "attempt_id", name="uq_vendor_erasures_erasure_id_attempt_id"),
    )
    _index("ix_vendor_erasures_due", "vendor_erasures")
    op.create_index("ix_vendor_erasures_attempt_id", "vendor_erasures", ["attempt_id"])


def _due() -> list[sa.Column[Any]]:
    return [
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
    ]


def _index(name: str, table: str) -> None:
    some = sa.text("due_at IS NOT NULL")
    op.create_index(name, table, ["due_at"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_table("vendor_erasures")
    op.drop_table("erasures")
