"""Registers and bulletins."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision: str | None = "0015"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    _registers()
    op.create_table(
        "bulletins",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("texts", JSON, nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("known_at", TIME, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("released_at", TIME, nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("erasing_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bulletins"),
    )
    op.create_index("ix_bulletins_closed_at", "bulletins", ["closed_at"])
    op.create_table(
        "addressees",
        sa.Column("bulletin_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("webhook", sa.String(), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("settled_at", TIME, nullable=True),
        sa.Column("erased_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_addressees_account_id"),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletins.id"], name="fk_addressees_bulletin_id"),
        sa.PrimaryKeyConstraint("id", name="pk_addressees"),
        sa.UniqueConstraint("bulletin_id", "account_id", name="uq_addressees_bulletin_id_account_id"),
    )
    op.create_index("ix_addressees_due", "addressees", ["due_at"], sqlite_where=DUE, postgresql_where=DUE)
    op.create_index("ix_addressees_event", "addressees", ["event_id"])
    op.create_index("ix_addressees_account", "addressees", ["account_id"])


def _registers() -> None:
    op.create_table(
        "authority_requests",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("paper_kind", sa.String(), nullable=False),
        sa.Column("paper_number", sa.String(), nullable=False),
        sa.Column("article", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("seconded_by", sa.String(), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("answered_at", TIME, nullable=False),
        sa.Column("silence", sa.String(), nullable=True),
        sa.Column("told_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_authority_requests"),
    )
    op.create_index("ix_authority_requests_account", "authority_requests", ["account_id", "id"])
    op.create_index("ix_authority_requests_answered_at", "authority_requests", ["answered_at"])
    op.create_table(
        "agreements",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("added_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("receipt", sa.String(), nullable=True),
        sa.Column("receipt_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_agreements"),
    )
    op.create_index("ix_agreements_provider", "agreements", ["provider"])
    op.create_table(
        "halts",
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("lifted_at", TIME, nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_halts"),
    )


def downgrade() -> None:
    for table in ("addressees", "bulletins", "halts", "agreements", "authority_requests"):
        op.drop_table(table)
