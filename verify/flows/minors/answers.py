"""What became of the guardians who were named for a verification."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from verify.models import Guardianship, Verification

REQUESTED, GRANTED, DECLINED, WITHDRAWN, REPLACED = "requested", "granted", "declined", "withdrawn", "replaced"
STATUSES = (REQUESTED, GRANTED, DECLINED, WITHDRAWN, REPLACED)

#: why an account is suspended whose guardian took back their consent
WITHDREW = "guardian_withdrew"


def is_withdrawn(session: Session, verification: Verification, _now: datetime) -> bool:
    """True once its guardian took back their consent: it is given anew only for another verification."""
    own = (Guardianship.verification_id == verification.id, Guardianship.status == WITHDRAWN)
    return bool(session.scalar(select(exists().where(*own))))
