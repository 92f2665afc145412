"""An index of what staff wrote beside decisions, so that its time is seen to end without looking at every case."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision: str | None = "0016"
branch_labels: Any = None
depends_on: Any = None

WORDS = sa.text("words_ct IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_verifications_words", "verifications", ["ended_at"], sqlite_where=WORDS, postgresql_where=WORDS)


def downgrade() -> None:
    op.drop_index("ix_verifications_words", "verifications")
