"""Impact assessments and what vendors owe after a call: the deletion of their copy."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index


class Assessment(Identified, Base):
    """A personal information protection impact assessment that was made and signed (PIPL 55, 56).

    The assessment itself is kept elsewhere; ``document_digest`` (SHA-256, hex) names the signed copy.
    """

    __tablename__ = "assessments"

    #: what it covers: a key of verify.flows.assessments.SUBJECTS, and these recipients
    subject: Mapped[str]
    recipients: Mapped[list[str]]
    title: Mapped[str]
    #: who signed it
    approved_by: Mapped[str]
    document_digest: Mapped[str | None]
    #: days in Asia/Shanghai, both included
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date] = mapped_column(Date)
    added_at: Mapped[datetime]
    #: when it was taken back
    ended_at: Mapped[datetime | None]


class Disposal(Identified, Due, Base):
    """A vendor's copy of one call that is to be deleted, and the receipt once it is. Its id is the attempt's."""

    __tablename__ = "disposals"
    __table_args__ = (due_index("disposals"),)

    id: Mapped[UUID] = mapped_column(ForeignKey("attempts.id", ondelete="CASCADE"), primary_key=True)
    #: the vendor's word that it is gone
    receipt: Mapped[str | None]
    erased_at: Mapped[datetime | None]
