"""What is counted per account number, over all applications: transfers and wrong answers.

No erasure resets these counts, of whoever was counted first either: they protect the account's holder from everybody.
"""

from datetime import timedelta
from uuid import UUID

from verify.flows.limits import DAY
from verify.flows.retention import CLASSES
from verify.flows.transfers.challenge import GUESSES
from verify.models.tags import NOBODY
from verify.models.vault import TagUse
from verify.services import Services

KIND = "bank_account"

GUESSES_WITHIN = timedelta(days=30)
TRANSFERS_A_DAY = 2

#: a blocked account stays so for as long, unless staff lift it
BLOCKED = CLASSES["wrong_amounts"].lasts


def _transfer(number: str, by: UUID) -> TagUse:
    return TagUse(KIND, number, b"transfers", NOBODY, by, DAY, DAY)


def _wrong(number: str, by: UUID = NOBODY) -> TagUse:
    """Each wrong answer keeps the earlier ones counted, so no 30 days ever hold more than GUESSES of them."""
    return TagUse(KIND, number, b"wrong", NOBODY, by, None, GUESSES_WITHIN, renews=True)


def _block(number: str, by: UUID = NOBODY) -> TagUse:
    return TagUse(KIND, number, b"blocked", NOBODY, by, None, BLOCKED)


def left(number: str, services: Services) -> int:
    """Wrong answers this account number may still have; 0 when it is blocked."""
    blocked, wrong = services.vault.count([_block(number), _wrong(number)])
    return 0 if blocked else max(0, GUESSES - wrong)


def count_wrong(number: str, by: UUID, services: Services) -> int:
    """Count one more wrong answer ``by`` an account; how many are left. The last one blocks the number."""
    [counted] = services.vault.note([_wrong(number, by)])
    if counted.uses >= GUESSES:
        services.vault.note([_block(number, by)])
    return max(0, GUESSES - counted.uses)


def count_transfer(number: str, by: UUID, services: Services) -> bool:
    """Count a transfer to this number; false when it has had as many as it may for today (Asia/Shanghai)."""
    [counted] = services.vault.note([_transfer(number, by)])
    return counted.uses <= TRANSFERS_A_DAY


def unblock(number: str, services: Services) -> bool:
    """Lift the block and forget the wrong answers; false when there was none."""
    return services.vault.forget([_block(number), _wrong(number)]) > 0
