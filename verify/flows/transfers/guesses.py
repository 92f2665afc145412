"""What is counted per account number, over all applications and without an owner: transfers and wrong answers.

Nobody's erasure resets these counts, since they protect the account's holder from everybody.
"""

from datetime import timedelta

from verify.flows.limits import DAY, NOBODY
from verify.flows.transfers.challenge import GUESSES
from verify.models.vault import TagUse
from verify.services import Services

KIND = "bank_account"

GUESSES_WITHIN = timedelta(days=30)
TRANSFERS_A_DAY = 2

#: a blocked account stays so until staff lift it
FOR_GOOD = timedelta(days=36525)


def _transfer(number: str) -> TagUse:
    return TagUse(KIND, number, b"transfers", NOBODY, NOBODY, DAY, DAY)


def _wrong(number: str) -> TagUse:
    """Each wrong answer keeps the earlier ones counted, so no 30 days ever hold more than GUESSES of them."""
    return TagUse(KIND, number, b"wrong", NOBODY, NOBODY, None, GUESSES_WITHIN, renews=True)


def _block(number: str) -> TagUse:
    return TagUse(KIND, number, b"blocked", NOBODY, NOBODY, None, FOR_GOOD)


def left(number: str, services: Services) -> int:
    """Wrong answers this account number may still have; 0 when it is blocked."""
    blocked, wrong = services.vault.count([_block(number), _wrong(number)])
    return 0 if blocked else max(0, GUESSES - wrong)


def count_wrong(number: str, services: Services) -> int:
    """Count one more wrong answer; how many are left. The last one blocks the account."""
    [counted] = services.vault.note([_wrong(number)])
    if counted.uses >= GUESSES:
        services.vault.note([_block(number)])
    return max(0, GUESSES - counted.uses)


def count_transfer(number: str, services: Services) -> bool:
    """Count a transfer to this account; false when it has had its number for today (Asia/Shanghai)."""
    [counted] = services.vault.note([_transfer(number)])
    return counted.uses <= TRANSFERS_A_DAY


def unblock(number: str, services: Services) -> bool:
    """Lift the block and forget the wrong answers; false when there was none."""
    return services.vault.forget([_block(number), _wrong(number)]) > 0
