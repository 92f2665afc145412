"""Keyring registry, data keys and counted tags."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("id", sa.LargeBinary(length=8), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("class", sa.String(length=32), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(length=66), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_keys"),
        sa.UniqueConstraint("verification_id", "class", name="uq_data_keys_verification_id_class"),
    )
    op.create_index("ix_data_keys_owner_id", "data_keys", ["owner_id"])
    under = sa.text("substr(wrapped, 3, 4)")
    op.create_index("ix_data_keys_kek", "data_keys", [under])
    op.create_table(
        "key_registry",
        sa.Column("key_id", sa.LargeBinary(length=4), nullable=False),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("check_value", sa.LargeBinary(length=8), nullable=False),
        sa.Column("first_seen", TIME, nullable=False),
        sa.Column("retired_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("key_id", name="pk_key_registry"),
    )
    op.create_table(
        "owner_tags",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("index_key", sa.LargeBinary(length=4), nullable=False),
        sa.Column("tag", sa.LargeBinary(length=16), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=False),
        sa.Column("window", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("kind", "index_key", "tag", "holder", "window", name="pk_owner_tags"),
    )
    op.create_index("ix_owner_tags_expires_at", "owner_tags", ["expires_at"])
    op.create_index("ix_owner_tags_owner_id", "owner_tags", ["owner_id"])


def downgrade() -> None:
    for table in ("owner_tags", "key_registry", "data_keys"):
        op.drop_table(table)
