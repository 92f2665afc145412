"""Where an application wants to hear of events, and each event on its way there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index
from verify.models.verification import Event

WAITING = text("status = 'waiting'")


class WebhookEndpoint(Identified, Base):
    """A URL of one application and mode. Its secrets are sealed under a data key of its own."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (Index("ix_webhook_endpoints_application", "application_id", "livemode", "id"),)

    application_id: Mapped[UUID] = mapped_column(ForeignKey("applications.id"))
    livemode: Mapped[bool]
    url: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    #: "by_request", or "gone" after a 410; null while enabled
    disabled_reason: Mapped[str | None]
    #: names of flows.events.PUBLIC, or ["*"]
    event_types: Mapped[list[str]]
    description: Mapped[str]
    secret_ct: Mapped[bytes] = mapped_column(LargeBinary)
    #: the secret before the last rotation, which signs too until then
    old_secret_ct: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WebhookDelivery(Identified, Due, Base):
    """One event for one endpoint: waiting, delivered or given_up.

    Of the waiting rows of one endpoint and object only the first is sent; those behind it have no ``due_at``.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "event_id"),
        due_index("webhook_deliveries"),
        Index(
            "ix_webhook_deliveries_queue",
            "object_id",
            "endpoint_id",
            "sequence",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_webhook_deliveries_listing", "endpoint_id", "id"),
    )

    endpoint_id: Mapped[UUID] = mapped_column(ForeignKey("webhook_endpoints.id"))
    event_id: Mapped[UUID] = mapped_column(ForeignKey("events.id"), index=True)
    #: what the event is about
    object_id: Mapped[UUID]
    #: the event's
    sequence: Mapped[int]
    status: Mapped[str]
    #: HTTP status of the last answer
    last_status: Mapped[int | None]
    #: how long the last call took
    duration_ms: Mapped[int | None]
    #: since when it waits or waited: made or sent again
    queued_at: Mapped[datetime] = mapped_column(index=True)
    delivered_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(lazy="raise")
