"""Transfers that people make: finance staff export the orders, pay them at their bank and import its statement."""

from collections.abc import Mapping, Sequence
from typing import Any

from providers.base import (
    Capability,
    Misconfigured,
    Outcome,
    Proof,
    Provider,
    Recipient,
    Request,
    Result,
    Traits,
    TransferOrder,
    TransferWord,
)

#: what a column of the batch file may hold
FIELDS = frozenset(
    {
        "reference",
        "amount",
        "account_number",
        "account_name",
        "bank_name",
        "bank_province",
        "bank_city",
        "bank_branch",
        "cnaps_code",
        "remark",
    }
)

#: what the import looks for in a statement
STATEMENT = frozenset({"reference", "amount", "kind", "serial", "returned"})

#: working days a person takes, in seconds
ARRIVES_WITHIN = 259_200.0


class Manual(Provider):
    """``bank`` and ``contact`` name the bank that receives the orders, for the consent notice.

    ``columns`` maps headings of the batch file to FIELDS, in order; ``statement`` maps STATEMENT to headings of the
    bank's statement and the words that mark a returned payment. ``shows_remark``: the payee's bank shows remarks.
    """

    name = "manual"
    test_only = False

    def __init__(
        self,
        bank: str,
        contact: str,
        columns: Mapping[str, str] | None = None,
        statement: Mapping[str, Any] | None = None,
        *,
        shows_remark: bool = False,
    ) -> None:
        _check("columns", (columns or {}).values(), FIELDS)
        _check("statement", statement or (), STATEMENT)
        self.recipient = Recipient(
            name={"zh-CN": bank, "en": bank},
            contact=contact,
            region="cn",
            method={
                "zh-CN": "由财务人员通过企业网银提交给银行付款",
                "en": "submitted to the bank by finance staff through its online banking",
            },
        )
        proofs = set(Proof) if shows_remark else {Proof.AMOUNT, Proof.TWO_AMOUNTS}
        self.capabilities = {
            Capability.TRANSFER: Traits(
                read_back=True,
                idempotent_reference=True,
                settles_after=0.0,
                arrives_within=ARRIVES_WITHIN,
                proofs=frozenset(proofs),
                by_statement=True,
            )
        }

    def __repr__(self) -> str:
        return "Manual"

    def call(self, request: Request, reference: str) -> Outcome:
        """Orders wait in our own tables; taking one twice changes nothing."""
        if not isinstance(request, TransferOrder):
            msg = f"provider manual: it does not know the capability {request.capability}"
            raise Misconfigured(msg)
        return _waiting(reference)

    def read_back(self, capability: Capability, reference: str, theirs: str | None = None) -> Outcome:  # noqa: ARG002 - it has but one
        return _waiting(reference)

    def close(self) -> None:
        """Nothing is open."""


def _waiting(reference: str) -> Outcome:
    return Outcome(Result.ACCEPTED, vendor_reference=reference, billed=False, transfer=TransferWord.REQUESTED)


def _check(setting: str, given: Any, known: frozenset[str]) -> None:
    unknown: Sequence[str] = sorted(str(name) for name in given if name not in known)
    if unknown:
        msg = f"provider manual: {setting} knows no {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        raise Misconfigured(msg)
