"""Events to be fanned out, found by what they are about: a backlog was read from end to end for each of them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision: str | None = "0028"
branch_labels: Any = None
depends_on: Any = None

OWED = "fanned_out_at IS NULL AND sequence IS NOT NULL"


def upgrade() -> None:
    _index("ix_events_owed", ["about_id", "seq"])
    op.drop_index("ix_events_fan_out", "events")


def downgrade() -> None:
    _index("ix_events_fan_out", ["id"])
    op.drop_index("ix_events_owed", "events")


def _index(name: str, columns: list[str]) -> None:
    op.create_index(name, "events", columns, sqlite_where=sa.text(OWED), postgresql_where=sa.text(OWED))
