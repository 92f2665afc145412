"""Periodic work as rows, so that a cluster does each once and needs no leader."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from verify.models.base import Base


class Periodic(Base):
    """When the next round of one periodic work is due; whoever moves ``due_at`` on does it."""

    __tablename__ = "periodic_work"

    #: key of jobs.worker.SWEEPS
    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
