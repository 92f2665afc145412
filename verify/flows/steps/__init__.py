"""What each step does with what the user gives: local checks, sealing, and the request to a provider."""

from collections.abc import Mapping

from verify.flows.steps import bank_card, face, identity, sms_code
from verify.flows.steps.prepared import Prepare

PREPARE: Mapping[str, Prepare] = {
    "identity": identity.prepare,
    "face": face.prepare,
    "bank_card": bank_card.prepare,
    "sms_code": sms_code.prepare,
}
