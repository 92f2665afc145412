"""Indexes by which sweeps and gauges find what is left, and a row that goes the rows that refer to it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision: str | None = "0030"
branch_labels: Any = None
depends_on: Any = None

#: table, column
WHOLE = (
    ("access_log", "at"),
    ("callbacks", "transfer_id"),
    ("erasures", "verification_id"),
    ("followups", "attempt_id"),
    ("guardianships", "verification_id"),
    ("review_proposals", "verification_id"),
    ("rights_requests", "answered_at"),
    ("statement_lines", "transfer_id"),
    ("transfers", "attempt_id"),
)

#: name, table, columns, which rows
PARTIAL = (
    ("ix_addressees_unerased", "addressees", ["bulletin_id", "id"], "erased_at IS NULL"),
    ("ix_checkpoints_leaves", "checkpoints", ["created_at"], "leaves IS NOT NULL"),
    ("ix_documents_pictured", "documents", ["step"], "step IN ('face', 'id_card')"),
    ("ix_documents_kept", "documents", ["verification_id"], "purged_at IS NULL"),
    ("ix_notifications_waiting", "notifications", ["queued_at"], "status = 'waiting'"),
    ("ix_sealed_steps_faces", "sealed_steps", ["step"], "step = 'face'"),
    ("ix_rights_requests_recheck", "rights_requests", ["recheck_id"], "recheck_id IS NOT NULL"),
    ("ix_transfers_content", "transfers", ["verification_id"], "content_ct IS NOT NULL"),
    ("ix_verifications_supersedes", "verifications", ["supersedes_id"], "supersedes_id IS NOT NULL"),
)


def upgrade() -> None:
    for table, column in WHOLE:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for name, table, columns, which in PARTIAL:
        where = sa.text(which)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in PARTIAL:
        op.drop_index(name, table)
    for table, column in WHOLE:
        op.drop_index(f"ix_{table}_{column}", table)
