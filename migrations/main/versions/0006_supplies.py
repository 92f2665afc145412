"""Routes, terms and circuits of providers, and the price of each call."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "supplies",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=False),
        sa.Column("price_micros", sa.BigInteger(), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("concurrency", sa.Integer(), nullable=True),
        sa.Column("daily_budget_micros", sa.BigInteger(), nullable=True),
        sa.Column("next_at", TIME, nullable=True),
        sa.Column("spent_on", sa.String(), nullable=True),
        sa.Column("spent_micros", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("opened_at", TIME, nullable=True),
        sa.Column("retry_at", TIME, nullable=True),
        sa.Column("probe_until", TIME, nullable=True),
        sa.Column("openings", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("provider", "capability", name="pk_supplies"),
    )
    op.create_table(
        "routes",
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.Column("capability", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_routes_application_id"),
        sa.PrimaryKeyConstraint("id", name="pk_routes"),
    )
    op.create_index("ix_routes_capability", "routes", ["capability", "application_id"])
    op.add_column("attempts", sa.Column("price_micros", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("attempts", "price_micros")
    op.drop_table("routes")
    op.drop_table("supplies")
