"""Which version of the notice was announced to an account."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision: str | None = "0021"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("announced", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "announced")
