"""What each step does with what the user gives: local checks, sealing, and the request to a provider."""

from collections.abc import Mapping

from providers.base import Capability
from verify.flows.steps import (
    authorization_letter,
    bank_account,
    bank_card,
    business_license,
    enterprise,
    face,
    id_card,
    identity,
    representative,
    sms_code,
    transfer_amount,
)
from verify.flows.steps.prepared import Prepare

PREPARE: Mapping[str, Prepare] = {
    "identity": identity.prepare,
    "face": face.prepare,
    "bank_card": bank_card.prepare,
    "sms_code": sms_code.prepare,
    "bank_account": bank_account.prepare,
    "id_card": id_card.prepare,
    "transfer_amount": transfer_amount.prepare,
    "enterprise": enterprise.prepare,
    "license": business_license.prepare,
    "representative": representative.prepare,
    "authorization_letter": authorization_letter.prepare,
}

#: (step, capability that answered with a pass) → what makes the call after it. It is handed None in place of what was
#: submitted, since it may run long after: it opens what the first call's transaction sealed.
THEN: Mapping[tuple[str, Capability], Prepare] = {("representative", Capability.IDENTITY): representative.registry}
