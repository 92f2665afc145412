"""Who uses which keyring, when a key became primary, and since when a tag counts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision: str | None = "0001"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "keyring_readers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("program", sa.String(length=16), nullable=False),
        sa.Column("keyring", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_keyring_readers"),
    )
    op.add_column("key_registry", sa.Column("promoted_at", TIME, nullable=True))
    op.add_column("owner_tags", sa.Column("since", TIME, nullable=True))


def downgrade() -> None:
    op.drop_column("owner_tags", "since")
    op.drop_column("key_registry", "promoted_at")
    op.drop_table("keyring_readers")
