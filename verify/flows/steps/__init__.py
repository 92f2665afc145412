"""What each step does with what the user gives: local checks, sealing, and the request to a provider."""

from collections.abc import Mapping

from verify.flows.steps import bank_account, bank_card, face, id_card, identity, sms_code, transfer_amount
from verify.flows.steps.prepared import Prepare

PREPARE: Mapping[str, Prepare] = {
    "identity": identity.prepare,
    "face": face.prepare,
    "bank_card": bank_card.prepare,
    "sms_code": sms_code.prepare,
    "bank_account": bank_account.prepare,
    "id_card": id_card.prepare,
    "transfer_amount": transfer_amount.prepare,
}
