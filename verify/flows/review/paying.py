"""A transfer that nobody has told the end of: as its case shows it, and asked about out of turn."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from providers.base import Capability
from verify.flows import progress
from verify.flows.review.stuck import UNDER_WAY
from verify.flows.transfers.schedule import REFER_AFTER
from verify.flows.transfers.states import Stage
from verify.models import Transfer, Verification
from verify.services import Services


def of(session: Session, verification: Verification) -> Transfer | None:
    """The one its case waits for; None where it waits for none."""
    if progress.transfer(verification).get("status") not in UNDER_WAY:
        return None
    return session.scalars(
        select(Transfer)
        .where(
            Transfer.verification_id == verification.id, Transfer.closed_at.is_(None), Transfer.status.in_(UNDER_WAY)
        )
        .order_by(Transfer.id.desc())
    ).first()


def can_be_asked_about(transfer: Transfer, services: Services) -> bool:
    """False where people pay it and the bank statement tells."""
    known = services.providers.get(transfer.provider or "")
    return known is not None and not known.capabilities[Capability.TRANSFER].by_statement


def referred_at(transfer: Transfer) -> datetime | None:
    """When a person has to find out, if nobody has told by then."""
    after = REFER_AFTER.get(Stage(transfer.status))
    return transfer.created_at + after if after else None
