"""Since when no vendor has answered for the step that a verification owes: such cases are a queue of the console."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision: str | None = "0023"
branch_labels: Any = None
depends_on: Any = None

verifications = sa.table(
    "verifications",
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String()),
    sa.column("last_error", sa.JSON()),
    sa.column("updated_at", sa.DateTime(timezone=True)),
    sa.column("stalled_at", sa.DateTime(timezone=True)),
)

OUTAGES = {"provider_unavailable", "provider_throttled", "provider_limited"}


def upgrade() -> None:
    op.add_column("verifications", sa.Column("stalled_at", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    columns = verifications.c
    waiting = connection.execute(sa.select(columns.id, columns.last_error).where(columns.status == "pending"))
    stalled = [row.id for row in waiting if (row.last_error or {}).get("code") in OUTAGES]
    for found in stalled:
        connection.execute(sa.update(verifications).where(columns.id == found).values(stalled_at=columns.updated_at))
    where = sa.text("status = 'pending' AND stalled_at IS NOT NULL")
    op.create_index(
        "ix_verifications_stalled", "verifications", ["stalled_at", "id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_verifications_stalled", "verifications")
    op.drop_column("verifications", "stalled_at")
