"""Why a matter was closed although addressees were not told."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision: str | None = "0022"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column("bulletins", sa.Column("untold_because", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("bulletins", "untold_because")
