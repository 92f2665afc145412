"""Orders of erasure beside the keys, for a main store that comes back from before them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "erasure_orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(length=16), nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("signed_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_orders"),
    )
    op.create_index("ix_erasure_orders_asked_at", "erasure_orders", ["asked_at"])


def downgrade() -> None:
    op.drop_table("erasure_orders")
