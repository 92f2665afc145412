"""What is asked or looked at again on a day to come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified
from verify.models.due import Due, due_index


class Recheck(Identified, Due, Base):
    """One thing of one verification that is checked again, before its end or after it."""

    __tablename__ = "rechecks"
    __table_args__ = (UniqueConstraint("verification_id", "kind"), due_index("rechecks"))

    verification_id: Mapped[UUID] = mapped_column(ForeignKey("verifications.id"))
    #: a word of verify.flows.enterprise.parking.Kind
    kind: Mapped[str]
    #: how often it was put off so far
    checks: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
