"""What the user read on the statement: compared as integer fen, wrong answers counted per account number."""

import re
from collections.abc import Mapping, Sequence
from hmac import compare_digest
from typing import Any

from sqlalchemy.orm import Session

from providers.base import Capability, Proof, TransferOrder
from verify.errors import invalid
from verify.flows import progress
from verify.flows.effects import Effect, Verb
from verify.flows.steps.prepared import Prepared
from verify.flows.transfers import guesses
from verify.flows.transfers.challenge import odds
from verify.flows.transfers.opening import transfers_of
from verify.flows.transfers.orders import open_content
from verify.flows.transfers.settling import close
from verify.models import Transfer, Verification
from verify.services import Services

#: yuan with both decimals
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,5})\.([0-9]{2})")
CODE = re.compile(r"[0-9]{6}")

#: proof → member of the body
MEMBERS = {Proof.AMOUNT: "amount", Proof.TWO_AMOUNTS: "amounts", Proof.REMARK_CODE: "code"}


def prepare(session: Session, verification: Verification, submitted: Mapping[str, Any], services: Services) -> Prepared:
    """The last guess an account has blocks it, over all applications, until staff lift it."""
    round_ = progress.transfer(verification)["round"]
    parts = transfers_of(session, verification, round_)
    proof = Proof(parts[0].proof)
    answer = _read(submitted, proof)
    effect = _judge(verification, parts, proof, answer, services)
    exhausted = effect.reason == "amount_mismatch" and progress.tries_left(verification, progress.TRANSFER_STEP) == 1
    if effect.reason != "amount_mismatch" or exhausted:
        close(session, verification, round_, services)
    return Prepared(effect=effect)


def _read(submitted: Mapping[str, Any], proof: Proof) -> Sequence[str]:
    """The answer in digits, part by part. Raises Problem; what is no answer costs no guess."""
    member = MEMBERS[proof]
    others = [name for name in MEMBERS.values() if name != member and submitted.get(name) is not None]
    if others:
        raise invalid(others[0], "not_this_proof")
    given = submitted.get(member)
    if given is None:
        raise invalid(member, "required")
    match proof:
        case Proof.REMARK_CODE:
            return [_code(given)]
        case Proof.TWO_AMOUNTS:
            return [_fen(amount, member) for amount in given]
        case Proof.AMOUNT:
            return [_fen(given, member)]


def _fen(text: str, member: str) -> str:
    found = AMOUNT.fullmatch(text.strip())
    if found is None:
        raise invalid(member, "amount_format")
    return str(int(found[1]) * 100 + int(found[2]))


def _code(text: str) -> str:
    if not CODE.fullmatch(text.strip()):
        raise invalid("code", "code_format")
    return text.strip()


def _judge(
    verification: Verification, parts: Sequence[Transfer], proof: Proof, answer: Sequence[str], services: Services
) -> Effect:
    answer_by = parts[0].answer_by
    if answer_by is None or answer_by <= services.clock():
        return Effect(Verb.FAIL, "answer_window_over")
    keys = services.vault.keys(verification.id)
    opened = [open_content(keys, part) for part in parts]
    number = opened[0][0].account_number
    if not guesses.left(number, services):  # guesses in other verifications count
        progress.put_transfer(verification, {"attempts_left": 0})
        return Effect(Verb.FAIL, "account_blocked")
    if _is_right([_expected(order, code, proof) for order, code in opened], answer):
        return Effect(Verb.PASS, check=_check(parts[0], proof, services))
    left = guesses.count_wrong(number, verification.account_id, services)
    progress.put_transfer(verification, {"attempts_left": left})
    is_last = progress.tries_left(verification, progress.TRANSFER_STEP) == 1
    return Effect(Verb.FAIL, "amount_mismatch" if left or is_last else "account_blocked")


def _expected(order: TransferOrder, code: str | None, proof: Proof) -> str:
    return code or "" if proof is Proof.REMARK_CODE else str(order.amount_fen)


def _is_right(expected: Sequence[str], answer: Sequence[str]) -> bool:
    return compare_digest(",".join(expected).encode(), ",".join(answer).encode())


def _check(transfer: Transfer, proof: Proof, services: Services) -> dict[str, str]:
    """With the chance that guessing alone would have passed."""
    return {
        "check": Capability.TRANSFER,
        "provider": transfer.provider or "",
        "proof": proof,
        "guessing_odds": str(odds(proof, services.settings)),
    }
