"""Endpoints for webhooks, their deliveries, and messages to users."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision: str | None = "0002"
branch_labels: Any = None
depends_on: Any = None

TIME = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

#: types that were public when this was written
PUBLIC = (
    "verification.created",
    "verification.processing",
    "verification.review",
    "verification.verified",
    "verification.rejected",
    "verification.expired",
    "verification.canceled",
    "verification.redacted",
    "verification.step_passed",
    "verification.step_failed",
)

DUE = (
    ("due_at", TIME),
    ("lease", sa.Uuid()),
    ("lease_until", TIME),
    ("error", sa.String()),
)


def upgrade() -> None:
    _number_events()
    _make_endpoints()
    _make_deliveries()
    _make_notifications()


def _number_events() -> None:
    """What happened before there were endpoints is numbered and not fanned out."""
    op.add_column("verifications", sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in (
        ("application_id", sa.Uuid()),
        ("livemode", sa.Boolean()),
        ("sequence", sa.Integer()),
        ("fanned_out_at", TIME),
    ):
        op.add_column("events", sa.Column(name, kind, nullable=True))
    _fill()
    with op.batch_alter_table("events") as batch:
        batch.alter_column("application_id", existing_type=sa.Uuid(), nullable=False)
        batch.alter_column("livemode", existing_type=sa.Boolean(), nullable=False)
        batch.create_foreign_key("fk_events_application_id", "applications", ["application_id"], ["id"])
    _index("ix_events_listing", "events", ["application_id", "livemode", "id"], "sequence IS NOT NULL")
    _index("ix_events_fan_out", "events", ["id"], "fanned_out_at IS NULL AND sequence IS NOT NULL")


def _fill() -> None:
    types = sa.bindparam("types", expanding=True)
    whose = "(SELECT v.{} FROM verifications v WHERE v.id = events.verification_id)"
    before = (
        "(SELECT count(*) FROM events e "
        "WHERE e.verification_id = events.verification_id AND e.seq <= events.seq AND e.type IN :types)"
    )
    op.execute(
        f"UPDATE events SET application_id = {whose.format('application_id')}, "  # noqa: S608 - nothing of it is input
        f"livemode = {whose.format('livemode')}, fanned_out_at = created_at"
    )
    numbered = sa.text(f"UPDATE events SET sequence = {before} WHERE type IN :types")  # noqa: S608 - as above
    op.execute(numbered.bindparams(types).bindparams(types=PUBLIC))
    op.execute(
        "UPDATE verifications SET sequence = (SELECT count(*) FROM events "
        "WHERE events.verification_id = verifications.id AND events.sequence IS NOT NULL)"
    )


def _make_endpoints() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("livemode", sa.Boolean(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(), nullable=True),
        sa.Column("event_types", JSON, nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("secret_ct", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret_ct", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", TIME, nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name="fk_webhook_endpoints_application_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_application", "webhook_endpoints", ["application_id", "livemode", "id"])


def _make_deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("object_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("delivered_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, kind, nullable=True) for name, kind in DUE),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_id"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_webhook_deliveries_event_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint("endpoint_id", "event_id", name="uq_webhook_deliveries_endpoint_id_event_id"),
    )
    _index("ix_webhook_deliveries_due", "webhook_deliveries", ["due_at"], "due_at IS NOT NULL")
    queue = ["object_id", "endpoint_id", "sequence"]
    _index("ix_webhook_deliveries_queue", "webhook_deliveries", queue, "status = 'waiting'")
    op.create_index("ix_webhook_deliveries_listing", "webhook_deliveries", ["endpoint_id", "id"])
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])
    op.create_index("ix_webhook_deliveries_queued_at", "webhook_deliveries", ["queued_at"])


def _make_notifications() -> None:
    op.create_table(
        "notifications",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("verification_id", sa.Uuid(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("handed_at", TIME, nullable=True),
        sa.Column("sent_at", TIME, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *(sa.Column(name, kind, nullable=True) for name, kind in DUE),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_notifications_event_id"),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name="fk_notifications_verification_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.UniqueConstraint("event_id", "channel", name="uq_notifications_event_id_channel"),
    )
    _index("ix_notifications_due", "notifications", ["due_at"], "due_at IS NOT NULL")
    op.create_index("ix_notifications_verification_id", "notifications", ["verification_id"])
    op.create_index("ix_notifications_queued_at", "notifications", ["queued_at"])


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    for table in ("notifications", "webhook_deliveries", "webhook_endpoints"):
        op.drop_table(table)
    op.drop_index("ix_events_fan_out", "events")
    op.drop_index("ix_events_listing", "events")
    with op.batch_alter_table("events") as batch:
        batch.drop_constraint("fk_events_application_id", type_="foreignkey")
        for name in ("fanned_out_at", "sequence", "livemode", "application_id"):
            batch.drop_column(name)
    op.drop_column("verifications", "sequence")
