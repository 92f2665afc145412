"""Legal holds, and finding what its time is over for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
STANDING = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", TIME, nullable=False),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_holds_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_account_id", "holds", ["account_id"])
    op.create_index("ix_holds_standing", "holds", ["account_id"], sqlite_where=STANDING, postgresql_where=STANDING)
    op.create_index("ix_verifications_ended", "verifications", ["ended_at"])
    op.create_index("ix_accounts_closed", "accounts", ["closed_at"])


def downgrade() -> None:
    op.drop_index("ix_accounts_closed", "accounts")
    op.drop_index("ix_verifications_ended", "verifications")
    op.drop_table("holds")
