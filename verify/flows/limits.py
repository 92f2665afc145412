"""Caps on codes and checks across verifications and applications. They fail closed with their store.

Counted in the key store by blind index with an empty scope, per day of Asia/Shanghai (crypto.md).
"""

from collections.abc import Sequence
from datetime import timedelta

from verify.errors import Problem
from verify.flows.methods import CARD_CHECKS_A_DAY, CODES_A_DAY, ID_CHECKS_A_DAY
from verify.flows.retention import CLASSES
from verify.models import Verification
from verify.models.tags import NOBODY, window_start
from verify.models.vault import TagUse
from verify.services import Services

DAY = timedelta(days=1)

#: how long the tag of a face image's bytes is kept against replays
FACE_TAG_KEPT = CLASSES["face_tag"].lasts

#: what is counted a day, by kind of blind index
CAPS = {
    "mobile": CODES_A_DAY,
    "bank_card": CARD_CHECKS_A_DAY,
    "cn.id_number": ID_CHECKS_A_DAY,
}


def counter(kind: str, value: str, verification: Verification) -> TagUse:
    """One more use of this value today, whoever uses it."""
    return TagUse(kind, value, b"", NOBODY, verification.account_id, DAY, DAY)


def seen(kind: str, value: str, verification: Verification) -> TagUse:
    """This account holds this value; per application, kept for as long as the account (class ``blind_index``)."""
    return TagUse(
        kind,
        value,
        verification.application_id.bytes,
        verification.account_id,
        verification.account_id,
        None,
        timedelta(days=36525),
    )


def face(image: bytes, verification: Verification) -> TagUse:
    """The bytes of a face image, so that another account's use of the same file shows."""
    return TagUse("face_image", image, b"", NOBODY, verification.account_id, None, FACE_TAG_KEPT)


def refuse_spent(uses: Sequence[TagUse], services: Services) -> None:
    """Raises Problem too_many_attempts where one more of these uses would pass its cap; counts nothing."""
    for use, used in zip(uses, services.vault.count(uses), strict=True):
        if used >= CAPS[use.kind]:
            now = services.clock()
            raise _spent(window_start(DAY, now) + DAY - now)


def note(uses: Sequence[TagUse], services: Services) -> bool:
    """Count these uses. True when a face image was first used by another account.

    Raises Problem too_many_attempts when a cap is passed.
    """
    now = services.clock()
    replayed = False
    for use, count in zip(uses, services.vault.note(uses), strict=True):
        if use.kind == "face_image":
            replayed = count.first_owner != use.owner
        elif use.window is not None and count.uses > CAPS[use.kind]:
            raise _spent(count.resets_at - now if count.resets_at else DAY)
    return replayed


def _spent(wait: timedelta) -> Problem:
    return Problem("too_many_attempts", retry_after=max(1, round(wait.total_seconds())))
