"""Verifications that ended without anybody being verified: what they hold goes sooner, and was looked for among all."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision: str | None = "0029"
branch_labels: Any = None
depends_on: Any = None

NAME = "ix_verifications_unverified"


def upgrade() -> None:
    where = sa.text("status IN ('canceled', 'expired', 'rejected')")
    op.create_index(NAME, "verifications", ["ended_at"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index(NAME, "verifications")
