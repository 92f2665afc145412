"""Orders of erasure are asked for by account, too."""

from typing import Any

from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: Any = None
depends_on: Any = None

NAME = "ix_erasure_orders_account_id"


def upgrade() -> None:
    op.create_index(NAME, "erasure_orders", ["account_id"])


def downgrade() -> None:
    op.drop_index(NAME, "erasure_orders")
