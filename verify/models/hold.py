"""Legal holds: accounts of which nothing may be deleted for the time being."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base, Identified

STANDING = text("lifted_at IS NULL")


class Hold(Identified, Base):
    """Nothing of the account is deleted while one stands (依法留存): an order to preserve, a dispute before a court."""

    __tablename__ = "holds"
    __table_args__ = (Index("ix_holds_standing", "account_id", sqlite_where=STANDING, postgresql_where=STANDING),)

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    #: what demands it: the paper's number or the case's; no name of a person
    ground: Mapped[str]
    placed_by: Mapped[str]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_at: Mapped[datetime | None]
