"""API keys: made here, shown once, kept as a keyed digest."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.hashing import token_digest
from crypto.keyring import Key
from verify.models import ApiKey
from verify.services import Services

#: by livemode
PREFIXES = {False: "rn_test_", True: "rn_live_"}

#: 256 bits, 43 characters in base64url
TOKEN_BYTES = 32


def issue_key(
    session: Session,
    application_id: UUID,
    livemode: bool,  # noqa: FBT001 - a column's value like the others
    pepper: Key,
    now: datetime,
    scopes: Iterable[str],
) -> tuple[ApiKey, str]:
    """Add a key to the session. Its token is known to the caller alone and cannot be had again."""
    token = PREFIXES[livemode] + secrets.token_urlsafe(TOKEN_BYTES)
    key = ApiKey(
        id=uuid7(),
        application_id=application_id,
        livemode=livemode,
        digest=token_digest(pepper, token),
        pepper_id=pepper.id,
        last4=token[-4:],
        scopes=list(scopes),
        created_at=now,
    )
    session.add(key)
    return key, token


def renew_digest(services: Services, token: str) -> None:
    """Keep a key given out under a former pepper by its digest under the primary one, now that its token is here."""
    primary, *former = services.keyring.usable("pepper")
    known = ApiKey.digest.in_([token_digest(pepper, token) for pepper in former])
    with services.write() as session:
        session.execute(
            update(ApiKey)
            .where(known)
            .values(digest=token_digest(primary, token), pepper_id=primary.id)
            .execution_options(synchronize_session=False)
        )
