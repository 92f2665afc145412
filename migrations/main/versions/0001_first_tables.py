"""The tables of personal verification."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision: str | None = None
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
    )
    op.create_table(
        "idempotency",
        sa.Column("scope", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(length=32), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("resource", sa.Uuid(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_idempotency"),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_table(
        "accounts",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("account_ref", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("suspended_at", TIME, nullable=True),
        sa.Column("suspended_reason", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_accounts_application_id"),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint(
            "application_id", "livemode", "account_ref", name="uq_accounts_application_id_livemode_account_ref"
        ),
    )
    op.create_table(
        "api_keys",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pepper_id", sa.LargeBinary(length=4), nullable=False),
        sa.Column("last4", sa.String(), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=True),
        sa.Column("revoked_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_api_keys_application_id"),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("digest", name="uq_api_keys_digest"),
    )
    op.create_index("ix_api_keys_application_id", "api_keys", ["application_id"])
    op.create_table(
        "origins",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_origins_application_id"),
        sa.PrimaryKeyConstraint("application_id", "origin", name="pk_origins"),
    )
    op.create_index("ix_origins_origin", "origins", ["origin"])
    op.create_table(
        "verifications",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("account_ref", sa.String(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("progress", JSON, nullable=False),
        sa.Column("last_error", JSON, nullable=True),
        sa.Column("decision", JSON, nullable=True),
        sa.Column("request", sa.String(), nullable=True),
        sa.Column("supersedes_id", sa.Uuid(), nullable=True),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("return_url", sa.String(), nullable=True),
        sa.Column("metadata", JSON, nullable=False),
        sa.Column("display_ct", sa.LargeBinary(), nullable=True),
        sa.Column("tokens_issued", sa.Integer(), nullable=False),
        sa.Column("event_seq", sa.Integer(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("paused_at", TIME, nullable=True),
        sa.Column("decided_at", TIME, nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("redacted_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_verifications_account_id"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_verifications_application_id"),
        sa.ForeignKeyConstraint(["supersedes_id"], ["verifications.id"], name="fk_verifications_supersedes_id"),
        sa.PrimaryKeyConstraint("id", name="pk_verifications"),
    )
    op.create_index("ix_verifications_account", "verifications", ["account_id", "id"])
    op.create_index(
        "ix_verifications_expiry",
        "verifications",
        ["expires_at"],
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index("ix_verifications_listing", "verifications", ["application_id", "livemode", "id"])
    op.create_index(
        "uq_verifications_open",
        "verifications",
        ["account_id", "type"],
        unique=True,
        sqlite_where=sa.text("status IN ('pending', 'processing', 'review')"),
        postgresql_where=sa.text("status IN ('pending', 'processing', 'review')"),
    )
    op.create_table(
        "attempts",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("consent_item", sa.String(), nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("reason_code", sa.String(), nullable=True),
        sa.Column("vendor_code", sa.String(), nullable=True),
        sa.Column("vendor_reference", sa.String(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=True),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("lease_until", TIME, nullable=True),
        sa.Column("readings", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_attempts_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
    )
    op.create_index(
        "ix_attempts_due",
        "attempts",
        ["due_at"],
        sqlite_where=sa.text("finished_at IS NULL"),
        postgresql_where=sa.text("finished_at IS NULL"),
    )
    op.create_index("ix_attempts_verification", "attempts", ["verification_id", "id"])
    op.create_table(
        "consents",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("capability", sa.String(), nullable=True),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("policy_version", sa.String(), nullable=False),
        sa.Column("notice_id", sa.String(), nullable=False),
        sa.Column("granted_at", TIME, nullable=False),
        sa.Column("withdrawn_at", TIME, nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_consents_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_consents"),
    )
    op.create_index("ix_consents_verification", "consents", ["verification_id", "item"])
    op.create_table(
        "events",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_events_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("uq_events_verification_seq", "events", ["verification_id", "seq"], unique=True)
    op.create_table(
        "sealed_steps",
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("retention_class", sa.String(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_sealed_steps_verification_id"),
        sa.PrimaryKeyConstraint("verification_id", "step", "retention_class", name="pk_sealed_steps"),
    )
    op.create_index("ix_sealed_steps_retention", "sealed_steps", ["retention_class", "sealed_at"])


def downgrade() -> None:
    for table in (
        "sealed_steps",
        "events",
        "consents",
        "attempts",
        "verifications",
        "origins",
        "api_keys",
        "accounts",
        "idempotency",
        "applications",
    ):
        op.drop_table(table)
