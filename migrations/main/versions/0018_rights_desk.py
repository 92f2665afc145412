"""Who asks and how they were identified, who works on a rights request, and notes of staff."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision: str | None = "0017"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("rights_requests") as table:
        table.add_column(sa.Column("requester", sa.String(), nullable=False, server_default="self"))
        table.add_column(sa.Column("is_minors", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("proof_ct", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("third_party_ct", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("operator_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("carried_out_at", TIME, nullable=True))
        table.add_column(sa.Column("recheck_id", sa.Uuid(), nullable=True))
        table.create_foreign_key("fk_rights_requests_operator_id", "operators", ["operator_id"], ["id"])
    op.create_table(
        "rights_notes",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_ct", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["rights_requests.id"], name="fk_rights_notes_request_id"),
        sa.ForeignKeyConstraint(["operator_id"], ["operators.id"], name="fk_rights_notes_operator_id"),
        sa.PrimaryKeyConstraint("id", name="pk_rights_notes"),
    )
    op.create_index("ix_rights_notes_request", "rights_notes", ["request_id", "id"])


def downgrade() -> None:
    op.drop_table("rights_notes")
    with op.batch_alter_table("rights_requests") as table:
        table.drop_constraint("fk_rights_requests_operator_id", type_="foreignkey")
        for name in (
            "recheck_id",
            "carried_out_at",
            "operator_id",
            "third_party_ct",
            "proof_ct",
            "is_minors",
            "requester",
        ):
            table.drop_column(name)
