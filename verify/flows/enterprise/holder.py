"""The adult who holds an account: whom its personal verification was about."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from crypto.errors import KeyShredded
from verify.errors import Problem
from verify.flows.sealing import open_steps
from verify.flows.states import Status
from verify.models import Verification
from verify.services import Services

#: steps of personal methods in which name and number are given
GIVEN_IN = ("identity", "bank_card", "bank_account")


def verified_person(session: Session, account_id: UUID) -> UUID:
    """Id of the account's newest verified personal verification. Raises Problem personal_verification_required."""
    found = session.scalars(
        select(Verification.id)
        .where(
            Verification.account_id == account_id,
            Verification.type == "personal",
            Verification.status == Status.VERIFIED,
        )
        .order_by(Verification.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise Problem("personal_verification_required")
    return found


def is_holder(session: Session, verification: Verification, person: Mapping[str, str], services: Services) -> bool:
    """True when this is the person the account was verified for. Raises Problem where nobody is known (any more)."""
    personal = verified_person(session, verification.account_id)
    try:
        keys = services.vault.keys(personal)
        known = open_steps(session, keys, personal, GIVEN_IN, retention_class="identity")
    except KeyShredded:
        raise Problem("personal_verification_required") from None
    return all(known.get(field) == person[field] for field in ("name", "id_number"))
