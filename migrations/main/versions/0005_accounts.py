"""Event chains of accounts, and what can happen to an account: refusals, restriction, erasure."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision: str | None = "0004"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    for column in (
        sa.Column("restricted_at", TIME, nullable=True),
        sa.Column("erased_at", TIME, nullable=True),
        sa.Column("refusals", JSON, nullable=False, server_default="{}"),
        sa.Column("event_seq", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("event_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("accounts", column)
    op.add_column("verifications", sa.Column("events_deleted_at", TIME, nullable=True))
    op.add_column("events", sa.Column("account_id", sa.Uuid(), nullable=True))
    op.add_column("events", sa.Column("about", sa.String(), nullable=False, server_default="verification"))
    op.add_column("events", sa.Column("about_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE events SET about_id = verification_id")
    with op.batch_alter_table("events") as batch:
        batch.alter_column("about_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("verification_id", existing_type=sa.Uuid(), nullable=True)
        batch.create_foreign_key("fk_events_account_id", "accounts", ["account_id"], ["id"])
    op.create_index("uq_events_account_seq", "events", ["account_id", "seq"], unique=True)


def downgrade() -> None:
    op.execute("DELETE FROM webhook_deliveries WHERE event_id IN (SELECT id FROM events WHERE verification_id IS NULL)")
    op.execute("DELETE FROM events WHERE verification_id IS NULL")
    op.drop_index("uq_events_account_seq", "events")
    with op.batch_alter_table("events") as batch:
        batch.drop_constraint("fk_events_account_id", type_="foreignkey")
        batch.alter_column("verification_id", existing_type=sa.Uuid(), nullable=False)
        for name in ("about_id", "about", "account_id"):
            batch.drop_column(name)
    op.drop_column("verifications", "events_deleted_at")
    for name in ("sequence", "event_hash", "event_seq", "refusals", "erased_at", "restricted_at"):
        op.drop_column("accounts", name)
