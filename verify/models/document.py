"""Documents given for a case: what is known of each, never a byte of it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index

#: whose key and bytes are still there
KEPT = text("purged_at IS NULL")
#: pictures of a person, of which there are none: counted to show it
PICTURED = text("step IN ('face', 'id_card')")


class Document(Identified, Due, Base):
    """A licence or letter. Its bytes lie sealed in the blob store under its id, its data key under that id too.

    It falls due when it is to be purged: an hour after it was begun, until a step takes it up.
    """

    __tablename__ = "documents"
    __table_args__ = (
        due_index("documents"),
        Index("ix_documents_verification", "verification_id", "id"),
        Index("ix_documents_pictured", "step", sqlite_where=PICTURED, postgresql_where=PICTURED),
        Index("ix_documents_kept", "verification_id", sqlite_where=KEPT, postgresql_where=KEPT),
    )

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    step: Mapped[str]
    media_type: Mapped[str]
    #: bytes of the document itself
    size: Mapped[int]
    pages: Mapped[int]
    #: keyed digest of what was kept: id of the audit key and HMAC, hex
    digest: Mapped[str]
    #: last day of a letter of authorization
    valid_until: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    #: when a step took it up
    taken_at: Mapped[datetime | None]
    #: when key and bytes were destroyed
    purged_at: Mapped[datetime | None]

    def is_over(self, now: datetime) -> bool:
        """True once it is purged or due to be: nobody reads it in the minute that a worker may take."""
        return self.purged_at is not None or (self.due_at is not None and self.due_at <= now)
