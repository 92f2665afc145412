"""An index for each queue of the console: SQLite sees no "=" in an IN."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: Any = None
depends_on: Any = None

QUEUES = ("review", "processing")


def upgrade() -> None:
    op.drop_index("ix_verifications_waiting", "verifications")
    for queue in QUEUES:
        _index(f"ix_verifications_{queue}", ["paused_at", "id"], f"status = '{queue}'")


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "verifications", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for queue in QUEUES:
        op.drop_index(f"ix_verifications_{queue}", "verifications")
    _index("ix_verifications_waiting", ["status", "paused_at", "id"], "status IN ('processing', 'review')")
