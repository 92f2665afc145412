"""The queue of staff is in order of how long users wait, which may be longer than a case is before staff."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision: str | None = "0024"
branch_labels: Any = None
depends_on: Any = None

NAME, TABLE, WHERE = "ix_verifications_review", "verifications", sa.text("status = 'review'")


def upgrade() -> None:
    op.drop_index(NAME, TABLE)
    since = sa.text("coalesce(stalled_at, paused_at)")
    op.create_index(NAME, TABLE, [since, "id"], sqlite_where=WHERE, postgresql_where=WHERE)


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, ["paused_at", "id"], sqlite_where=WHERE, postgresql_where=WHERE)
