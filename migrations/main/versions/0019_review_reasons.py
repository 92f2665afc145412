"""Why a case is before a person, as rows of their own: the queue is filtered by them."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision: str | None = "0018"
branch_labels: Any = None
depends_on: Any = None

verifications = sa.table(
    "verifications",
    sa.column("id", sa.Uuid()),
    sa.column("status", sa.String()),
    sa.column("progress", sa.JSON()),
    sa.column("last_error", sa.JSON()),
)


def upgrade() -> None:
    made = op.create_table(
        "review_reasons",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_review_reasons_verification_id"),
        sa.PrimaryKeyConstraint("verification_id", "code", name="pk_review_reasons"),
    )
    op.create_index("ix_review_reasons_code", "review_reasons", ["code", "verification_id"])
    connection = op.get_bind()
    waiting = connection.execute(sa.select(verifications).where(verifications.c.status == "review"))
    rows = [{"verification_id": row.id, "code": code} for row in waiting for code in _reasons(row)]
    if rows:
        connection.execute(made.insert(), rows)


def _reasons(row: Any) -> set[str]:
    steps = (row.progress or {}).get("steps", {}).values()
    found = {step["refer"] for step in steps if step.get("refer")}
    code = (row.last_error or {}).get("code")
    return found or {code if code == "transfer_unconfirmed" else "taken_in"}


def downgrade() -> None:
    op.drop_table("review_reasons")
