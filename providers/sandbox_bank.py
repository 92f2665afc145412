"""How the sandbox "pays": by the last four digits of the account number."""

from collections.abc import Mapping
from dataclasses import dataclass

from providers.base import Outcome, ProviderFailure, Result, TransferOrder, TransferWord, Unavailable, Unknown


@dataclass(frozen=True, slots=True)
class Course:
    """``told`` is answered to the order, or ``failure`` raised; ``later`` is what reading back finds."""

    told: TransferWord = TransferWord.SENT
    later: TransferWord = TransferWord.SENT
    failure: type[ProviderFailure] | None = None


SENT = Course()

COURSES: Mapping[str, Course] = {
    "0002": Course(TransferWord.FAILED, TransferWord.FAILED),
    "0003": Course(TransferWord.REQUESTED, TransferWord.REQUESTED),
    "0004": Course(TransferWord.SENT, TransferWord.RETURNED),
    "0005": Course(failure=Unknown),
    "0006": Course(failure=Unavailable),
}

REASONS: Mapping[TransferWord, str] = {
    TransferWord.FAILED: "account_invalid",
    TransferWord.RETURNED: "transfer_returned",
}


def course_of(order: TransferOrder) -> Course:
    return COURSES.get(order.account_number[-4:], SENT)


def outcome(reference: str, word: TransferWord) -> Outcome:
    return Outcome(
        Result.ACCEPTED,
        REASONS.get(word),
        vendor_code=f"sandbox.{word}",
        vendor_reference=f"sbx-{reference}",
        billed=False,
        transfer=word,
    )
