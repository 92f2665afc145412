"""Staff, what they did, and the reviews they do."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision: str | None = "0003"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # nothing has ever written it
    op.drop_column("verifications", "request")
    op.add_column("verifications", sa.Column("words_ct", sa.LargeBinary(), nullable=True))
    _index("ix_verifications_waiting", "verifications", ["status", "paused_at", "id"], WAITING)
    _make_operators()
    _make_access_log()
    _make_reviews()


WAITING = "status IN ('processing', 'review')"


def _make_operators() -> None:
    op.create_table(
        "operators",
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("roles", JSON, nullable=False),
        sa.Column("all_applications", sa.Boolean(), nullable=False),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("password_set_at", TIME, nullable=True),
        sa.Column("totp_ct", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("recovery", JSON, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", TIME, nullable=True),
        sa.Column("acknowledged_at", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("disabled_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operators"),
        sa.UniqueConstraint("login", name="uq_operators_login"),
    )
    op.create_table(
        "operator_grants",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        _refers("operator_grants", "operator_id", "operators"),
        _refers("operator_grants", "application_id", "applications"),
        sa.PrimaryKeyConstraint("operator_id", "application_id", name="pk_operator_grants"),
    )
    op.create_table(
        "operator_sessions",
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("is_full", sa.Boolean(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("operator_sessions", "operator_id", "operators"),
        sa.PrimaryKeyConstraint("id", name="pk_operator_sessions"),
        sa.UniqueConstraint("digest", name="uq_operator_sessions_digest"),
    )
    op.create_index("ix_operator_sessions_operator", "operator_sessions", ["operator_id"])


def _make_access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("at", TIME, nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("verification_id", sa.Uuid(), nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("access_log", "operator_id", "operators"),
        sa.PrimaryKeyConstraint("id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_operator", "access_log", ["operator_id", "id"])
    op.create_index("ix_access_log_verification", "access_log", ["verification_id", "id"])


def _make_reviews() -> None:
    op.create_table(
        "review_claims",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", TIME, nullable=False),
        _refers("review_claims", "verification_id", "verifications"),
        _refers("review_claims", "operator_id", "operators"),
        sa.PrimaryKeyConstraint("verification_id", name="pk_review_claims"),
    )
    op.create_index("ix_review_claims_operator_id", "review_claims", ["operator_id"])
    op.create_table(
        "review_notes",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("operator_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("review_notes", "verification_id", "verifications"),
        _refers("review_notes", "operator_id", "operators"),
        sa.PrimaryKeyConstraint("id", name="pk_review_notes"),
    )
    op.create_index("ix_review_notes_verification", "review_notes", ["verification_id", "id"])
    op.create_table(
        "review_proposals",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", TIME, nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        _refers("review_proposals", "verification_id", "verifications"),
        _refers("review_proposals", "proposed_by", "operators"),
        _refers("review_proposals", "answered_by", "operators"),
        sa.PrimaryKeyConstraint("id", name="pk_review_proposals"),
    )
    _index("ix_review_proposals_open", "review_proposals", ["verification_id"], "answered_at IS NULL")


def _refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


TABLES = (
    "review_proposals",
    "review_notes",
    "review_claims",
    "access_log",
    "operator_sessions",
    "operator_grants",
    "operators",
)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.drop_index("ix_verifications_waiting", "verifications")
    op.drop_column("verifications", "words_ct")
    op.add_column("verifications", sa.Column("request", sa.String(), nullable=True))
