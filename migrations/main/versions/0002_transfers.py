"""Micro-transfers: orders, ledger, callbacks, batches, statement lines."""

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
        "transfer_batches",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("paid_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfer_batches"),
    )
    op.create_table(
        "transfers",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("attempt_id", sa.Uuid(), nullable=True),
        sa.Column("content_ct", sa.LargeBinary(), nullable=True),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("called_at", TIME, nullable=True),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("vendor_code", sa.String(), nullable=True),
        sa.Column("vendor_reference", sa.String(), nullable=True),
        sa.Column("arrives_by", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("answer_by", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("hinted_at", TIME, nullable=True),
        sa.Column("contradiction", sa.String(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("due_at", TIME, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempts.id"], name="fk_transfers_attempt_id"),
        sa.ForeignKeyConstraint(["batch_id"], ["transfer_batches.id"], name="fk_transfers_batch_id"),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_transfers_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.UniqueConstraint("verification_id", "round", "part", name="uq_transfers_verification_id_round_part"),
    )
    some = sa.text("due_at IS NOT NULL")
    op.create_index("ix_transfers_due", "transfers", ["due_at"], sqlite_where=some, postgresql_where=some)
    op.create_index("ix_transfers_status", "transfers", ["status", "updated_at"])
    op.create_table(
        "callbacks",
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_callbacks_transfer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.UniqueConstraint("provider", "fingerprint", name="uq_callbacks_provider_fingerprint"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount_ct", sa.LargeBinary(), nullable=False),
        sa.Column("booked_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_ledger_entries_transfer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    op.create_index("ix_ledger_entries_transfer", "ledger_entries", ["transfer_id", "id"])
    op.create_table(
        "statement_lines",
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("difference", sa.String(), nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.Column("imported_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name="fk_statement_lines_transfer_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statement_lines"),
        sa.UniqueConstraint("fingerprint", name="uq_statement_lines_fingerprint"),
    )


def downgrade() -> None:
    for table in (
        "statement_lines",
        "ledger_entries",
        "callbacks",
        "transfers",
        "transfer_batches",
    ):
        op.drop_table(table)
